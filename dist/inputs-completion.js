export const id="inputs-completion";export const ids=["inputs-completion"];export const modules={21916:(e,o)=>{o.Io=void 0;var n=new Uint32Array(65536),t=function(e,o){for(var t=e.length,a=o.length,r=1<<t-1,l=-1,i=0,s=t,c=t;c--;)n[e.charCodeAt(c)]|=1<<c;for(c=0;c<a;c++){var f=n[o.charCodeAt(c)],$=f|i;f|=(f&l)+l^l,i|=~(f|l),l&=f,i&r&&s++,l&r&&s--,l=l<<1|~($|(i=i<<1|1)),i&=$}for(c=t;c--;)n[e.charCodeAt(c)]=0;return s},a=function(e,o){for(var t=o.length,a=e.length,r=[],l=[],i=Math.ceil(t/32),s=Math.ceil(a/32),c=0;c<i;c++)l[c]=-1,r[c]=0;for(var f=0;f<s-1;f++){for(var $=0,m=-1,p=32*f,d=Math.min(32,a)+p,u=p;u<d;u++)n[e.charCodeAt(u)]|=1<<u;for(var c=0;c<t;c++){var h=n[o.charCodeAt(c)],g=l[c/32|0]>>>c&1,_=r[c/32|0]>>>c&1,w=h|$,j=((h|_)&m)+m^m|h|_,v=$|~(j|m),C=m&j;v>>>31^g&&(l[c/32|0]^=1<<c),C>>>31^_&&(r[c/32|0]^=1<<c),v=v<<1|g,m=(C=C<<1|_)|~(w|v),$=v&w}for(var u=p;u<d;u++)n[e.charCodeAt(u)]=0}for(var O=0,M=-1,P=32*f,R=Math.min(32,a-P)+P,u=P;u<R;u++)n[e.charCodeAt(u)]|=1<<u;for(var b=a,c=0;c<t;c++){var h=n[o.charCodeAt(c)],g=l[c/32|0]>>>c&1,_=r[c/32|0]>>>c&1,w=h|O,j=((h|_)&M)+M^M|h|_,v=O|~(j|M),C=M&j;b+=v>>>a-1&1,b-=C>>>a-1&1,v>>>31^g&&(l[c/32|0]^=1<<c),C>>>31^_&&(r[c/32|0]^=1<<c),v=v<<1|g,M=(C=C<<1|_)|~(w|v),O=v&w}for(var u=P;u<R;u++)n[e.charCodeAt(u)]=0;return b};o.Io=function(e,o){if(e.length<o.length){var n=o;o=e,e=n}return 0===o.length?e.length:e.length<=32?t(e,o):a(e,o)}},58135:(e,o,n)=>{n.d(o,{answerCompletion:()=>s});var t=n(50444),a=n(15240),r=n(7671),l=n(18961),i=n(85541);function s(e){let[o="",...n]=e;if(Object.hasOwn(c,o)&&0===n.length)return{text:c[o](),exitCode:0};let a=Object.keys(c),r=(0,t.au)(e.join(" "),a)??`write \`rollgate completion ${a.join("|")}\``,l=""===o?"the name of the shell is missing":`there is none for ${(0,t.hD)(e.join(" "))}`;return{text:`completion: ${l} → ${r}
`,exitCode:2}}let c={bash:function(){let e=[..._()].map(([e,o])=>`    ${o.join(" | ")}) _rollgate_words '${e}'; return ;;`),o=r.G6.map(e=>`    ${e}) flags='${d(e).map(({name:e})=>e).join(" ")}' ;;`);return`# Completion of rollgate in bash: source <(rollgate completion bash)
_rollgate_words() {
  local IFS=$' \\t\\n'
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

_rollgate_files() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -f -- "$cur"))
  type compopt > /dev/null 2>&1 && compopt -o filenames 2> /dev/null
}

_rollgate() {
  local cur prev word at command='' flags=''
  COMPREPLY=()
  cur=$\{COMP_WORDS[COMP_CWORD]}
  prev=$\{COMP_WORDS[COMP_CWORD - 1]}
  # bash splits --flag=value at the sign.
  if [ "$cur" = = ]; then
    cur=''
  elif [ "$prev" = = ]; then
    prev=$\{COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((at = 1; at < COMP_CWORD; at++)); do
    word=$\{COMP_WORDS[at]}
    case $word in
      ${h.join(" | ")}) ;;
      --*=*) ;;
      --*)
        if [ "$\{COMP_WORDS[at + 1]}" = = ]; then at=$((at + 1)); fi
        at=$((at + 1))
        ;;
      -*) ;;
      # bash splits a URL at its colon, too: only what is a command counts.
      ${f.map(({id:e})=>e).join(" | ")})
        command=$word
        break
        ;;
    esac
  done
  case $prev in
    ${h.join(" | ")}) ;;
    ${g.join(" | ")}) _rollgate_files; return ;;
${e.join("\n")}
    --*) return ;;
  esac
  case $command in
    '') flags='${d("run").map(({name:e})=>e).join(" ")} --version' ;;
${o.join("\n")}
    help) _rollgate_words '${v}'; return ;;
    completion) _rollgate_words '${j}'; return ;;
  esac
  case $cur in
    -*) _rollgate_words "$flags" ;;
    *)
      case $command in
        '') _rollgate_words '${v}' ;;
        ${w.join(" | ")}) _rollgate_files ;;
      esac
      ;;
  esac
}

complete -F _rollgate rollgate
`},zsh:function(){let e=[..._()].map(([e,o])=>`    (${o.join("|")}) compadd -- ${e}; return ;;`),o=r.G6.map(e=>{let o=d(e).map(({name:e})=>e);return`    (${"run"===e?"run|''":e}) flags=(${o.join(" ")}) ;;`}),n=new Map(r.G6.flatMap(d).map(e=>[e.name,e.does]));return`#compdef rollgate
# Completion of rollgate in zsh: source <(rollgate completion zsh)
_rollgate() {
  local command='' word at flag
  local -a flags first shown
  local -A does
  for ((at = 2; at < CURRENT; at++)); do
    word=$words[at]
    case $word in
      (${h.join("|")}) ;;
      (--*=*) ;;
      (--*) ((at += 1)) ;;
      (-*) ;;
      (${f.map(({id:e})=>e).join("|")}) command=$word; break ;;
    esac
  done
  flag=$words[CURRENT-1]
  if compset -P '--*='; then flag=$\{IPREFIX%=}; fi
  case $flag in
    (${h.join("|")}) ;;
    (${g.join("|")}) _files; return ;;
${e.join("\n")}
    (--*) return 1 ;;
  esac
  first=(
${f.map(({id:e,summary:o})=>`    ${C(`${e.replaceAll(":","\\:")}:${o}`,"zsh")}`).join("\n")}
  )
  case $command in
${o.join("\n")}
    (help) _describe command first; return ;;
    (completion) compadd -- ${j}; return ;;
  esac
  if [[ $PREFIX == -* ]]; then
    does=(
${[...n].map(([e,o])=>`      ${e} ${C(o,"zsh")}`).join("\n")}
    )
    for flag in $flags; do shown+=("$flag:$does[$flag]"); done
    _describe -o flag shown
    return
  fi
  case $command in
    ('') _describe command first ;;
    (${w.join("|")}) _files ;;
  esac
}

if [[ $funcstack[1] == _rollgate ]]; then _rollgate "$@"; else compdef _rollgate rollgate; fi
`},fish:function(){let e=(e,o)=>`complete -c rollgate -n '__rollgate_is ${e.join(" ")}' ${o}`,o=(o,n)=>e(o,`-l ${n.name.slice(2)}${(({value:e})=>"none"===e?"":"file"===e?" -r -F":"free"===e?" -x":` -x -a '${e.words.join(" ")}'`)(n)} -d ${C(n.does,"fish")}`);return`# Completion of rollgate in fish: rollgate completion fish | source
function __rollgate_is
  set -l words (commandline -opc)
  set -l command none
  set -l skip 1
  for word in $words
    if test $skip = 1
      set skip 0
      continue
    end
    switch $word
      case ${h.join(" ")}
      case '--*=*'
      case '--*'
        set skip 1
      case '-*'
      case ${v}
        set command $word
        break
    end
  end
  contains -- $command $argv
end

complete -c rollgate -f
${f.map(({id:o,summary:n})=>e(["none","help"],`-a ${o} -d ${C(n,"fish")}`)).join("\n")}
${e(["completion"],`-a '${j}'`)}
${e(w,"-F")}
${e(["none",...r.G6],`-l help -s h -d ${C(p.does,"fish")}`)}
${e(["none"],"-l version -s v -d 'prints the version'")}
${r.G6.flatMap(e=>Object.entries((0,r.Nl)(e).switches??{}).map(([n,t])=>o([e],{name:`--${n}`,value:"none",does:t}))).join("\n")}
${i.Zp.filter(e=>"command"!==e).flatMap(e=>m(e).map(n=>{let t;return o((t=r.G6.filter(o=>(0,l.Vc)(o).includes(e))).includes("run")?["none",...t]:t,n)})).join("\n")}
`}},f=[...r.Pi.map(({id:e,summary:o})=>({id:e,summary:o})),...r.aY.map(({id:e,summary:o})=>({id:e,summary:o}))];function $(e){let{type:o,schema:n,isPath:t}=(0,i.wg)(e);if("boolean"===o.shape)return"none";if("path"===o.name||!0===t)return"file";let a=function e(o){let{enum:n=[],const:t,anyOf:a=[],items:r}=o,l=[...a,...void 0===r?[]:[r]].flatMap(e);return[...new Set([...[t,...n].filter(e=>"string"==typeof e),...l])]}(n);return 0===a.length?"free":{words:a}}function m(e){let{description:o,default:n}=(0,i.wg)(e),t=/^.*?(?=\.( |$))/.exec(o)?.[0]??o,r=(0,a.TN)(t,80),l={name:`--${e}`,value:$(e),does:r};return"none"===l.value&&"true"===n?[{...l,name:`--no-${e}`}]:[l]}let p={name:"--help",value:"none",does:"shows the usage"};function d(e){return[...Object.entries((0,r.IT)(e)).map(([e,o])=>({name:`--${e}`,value:"none",does:o})),...(0,l.Vc)(e).flatMap(m),p]}let u=i.Zp.flatMap(m),h=[...u.filter(({value:e})=>"none"===e).map(({name:e})=>e),...i.Zp.filter(e=>"none"===$(e)).map(e=>`--${e}`),...r.tT.map(e=>`--${e}`),"--help","--version"].filter((e,o,n)=>n.indexOf(e)===o),g=u.filter(({value:e})=>"file"===e).map(({name:e})=>e);function _(){let e=new Map;for(let{name:o,value:n}of u){if("string"==typeof n)continue;let t=n.words.join(" ");e.set(t,[...e.get(t)??[],o])}return e}let w=r.G6.filter(e=>(0,r.Z9)(e)?.startsWith("FILE")===!0),j=Object.keys(c).join(" "),v=f.map(({id:e})=>e).join(" ");function C(e,o){let n="fish"===o?e.replaceAll("\\","\\\\").replaceAll("'","\\'"):e.replaceAll("'","'\\''");return`'${n}'`}}};
