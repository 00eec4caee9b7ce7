export const id="inputs-completion";export const ids=["inputs-completion"];export const modules={21916:(e,n)=>{n.Io=void 0;var o=new Uint32Array(65536),t=function(e,n){for(var t=e.length,a=n.length,r=1<<t-1,l=-1,i=0,s=t,c=t;c--;)o[e.charCodeAt(c)]|=1<<c;for(c=0;c<a;c++){var f=o[n.charCodeAt(c)],$=f|i;f|=(f&l)+l^l,i|=~(f|l),l&=f,i&r&&s++,l&r&&s--,l=l<<1|~($|(i=i<<1|1)),i&=$}for(c=t;c--;)o[e.charCodeAt(c)]=0;return s},a=function(e,n){for(var t=n.length,a=e.length,r=[],l=[],i=Math.ceil(t/32),s=Math.ceil(a/32),c=0;c<i;c++)l[c]=-1,r[c]=0;for(var f=0;f<s-1;f++){for(var $=0,m=-1,d=32*f,p=Math.min(32,a)+d,u=d;u<p;u++)o[e.charCodeAt(u)]|=1<<u;for(var c=0;c<t;c++){var g=o[n.charCodeAt(c)],h=l[c/32|0]>>>c&1,w=r[c/32|0]>>>c&1,_=g|$,j=((g|w)&m)+m^m|g|w,v=$|~(j|m),C=m&j;v>>>31^h&&(l[c/32|0]^=1<<c),C>>>31^w&&(r[c/32|0]^=1<<c),v=v<<1|h,m=(C=C<<1|w)|~(_|v),$=v&_}for(var u=d;u<p;u++)o[e.charCodeAt(u)]=0}for(var O=0,M=-1,P=32*f,R=Math.min(32,a-P)+P,u=P;u<R;u++)o[e.charCodeAt(u)]|=1<<u;for(var b=a,c=0;c<t;c++){var g=o[n.charCodeAt(c)],h=l[c/32|0]>>>c&1,w=r[c/32|0]>>>c&1,_=g|O,j=((g|w)&M)+M^M|g|w,v=O|~(j|M),C=M&j;b+=v>>>a-1&1,b-=C>>>a-1&1,v>>>31^h&&(l[c/32|0]^=1<<c),C>>>31^w&&(r[c/32|0]^=1<<c),v=v<<1|h,M=(C=C<<1|w)|~(_|v),O=v&_}for(var u=P;u<R;u++)o[e.charCodeAt(u)]=0;return b};n.Io=function(e,n){if(e.length<n.length){var o=n;n=e,e=o}return 0===n.length?e.length:e.length<=32?t(e,n):a(e,n)}},58135:(e,n,o)=>{o.d(n,{answerCompletion:()=>s});var t=o(50444),a=o(15240),r=o(7671),l=o(18961),i=o(85541);function s(e){let[n="",...o]=e;if(Object.hasOwn(c,n)&&0===o.length)return{text:c[n](),exitCode:0};let a=Object.keys(c),r=(0,t.au)(e.join(" "),a)??`write \`rollgate completion ${a.join("|")}\``,l=""===n?"the name of the shell is missing":`there is none for ${(0,t.hD)(e.join(" "))}`;return{text:`completion: ${l} → ${r}
`,exitCode:2}}let c={bash:O,zsh:P,fish:R},f=[...r.Pi.map(({id:e,summary:n})=>({id:e,summary:n})),...r.aY.map(({id:e,summary:n})=>({id:e,summary:n}))];function $(e){let{enum:n=[],const:o,anyOf:t=[],items:a}=e,r=[...t,...void 0===a?[]:[a]].flatMap($);return[...new Set([...[o,...n].filter(e=>"string"==typeof e),...r])]}function m(e){let{type:n,schema:o,isPath:t}=(0,i.wg)(e);if("boolean"===n.shape)return"none";if("path"===n.name||!0===t)return"file";let a=$(o);return 0===a.length?"free":{words:a}}function d(e){let{description:n,default:o}=(0,i.wg)(e),t=/^.*?(?=\.( |$))/.exec(n)?.[0]??n,r=(0,a.TN)(t,80),l={name:`--${e}`,value:m(e),does:r};return"none"===l.value&&"true"===o?[{...l,name:`--no-${e}`}]:[l]}let p={name:"--help",value:"none",does:"shows the usage"};function u(e){return[...Object.entries((0,r.IT)(e)).map(([e,n])=>({name:`--${e}`,value:"none",does:n})),...(0,l.Vc)(e).flatMap(d),p]}let g=i.Zp.flatMap(d),h=[...g.filter(({value:e})=>"none"===e).map(({name:e})=>e),...i.Zp.filter(e=>"none"===m(e)).map(e=>`--${e}`),...r.tT.map(e=>`--${e}`),"--help","--version"].filter((e,n,o)=>o.indexOf(e)===n),w=g.filter(({value:e})=>"file"===e).map(({name:e})=>e);function _(){let e=new Map;for(let{name:n,value:o}of g){if("string"==typeof o)continue;let t=o.words.join(" ");e.set(t,[...e.get(t)??[],n])}return e}let j=r.G6.filter(e=>(0,r.Z9)(e)?.startsWith("FILE")===!0),v=Object.keys(c).join(" "),C=f.map(({id:e})=>e).join(" ");function O(){let e=[..._()].map(([e,n])=>`    ${n.join(" | ")}) _rollgate_words '${e}'; return ;;`),n=r.G6.map(e=>`    ${e}) flags='${u(e).map(({name:e})=>e).join(" ")}' ;;`);return`# Completion of rollgate in bash: source <(rollgate completion bash)
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
    ${w.join(" | ")}) _rollgate_files; return ;;
${e.join("\n")}
    --*) return ;;
  esac
  case $command in
    '') flags='${u("run").map(({name:e})=>e).join(" ")} --version' ;;
${n.join("\n")}
    help) _rollgate_words '${C}'; return ;;
    completion) _rollgate_words '${v}'; return ;;
  esac
  case $cur in
    -*) _rollgate_words "$flags" ;;
    *)
      case $command in
        '') _rollgate_words '${C}' ;;
        ${j.join(" | ")}) _rollgate_files ;;
      esac
      ;;
  esac
}

complete -F _rollgate rollgate
`}function M(e,n){let o="fish"===n?e.replaceAll("\\","\\\\").replaceAll("'","\\'"):e.replaceAll("'","'\\''");return`'${o}'`}function P(){let e=[..._()].map(([e,n])=>`    (${n.join("|")}) compadd -- ${e}; return ;;`),n=r.G6.map(e=>{let n=u(e).map(({name:e})=>e);return`    (${"run"===e?"run|''":e}) flags=(${n.join(" ")}) ;;`}),o=new Map(r.G6.flatMap(u).map(e=>[e.name,e.does]));return`#compdef rollgate
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
    (${w.join("|")}) _files; return ;;
${e.join("\n")}
    (--*) return 1 ;;
  esac
  first=(
${f.map(({id:e,summary:n})=>`    ${((e,n)=>M(`${e.replaceAll(":","\\:")}:${n}`,"zsh"))(e,n)}`).join("\n")}
  )
  case $command in
${n.join("\n")}
    (help) _describe command first; return ;;
    (completion) compadd -- ${v}; return ;;
  esac
  if [[ $PREFIX == -* ]]; then
    does=(
${[...o].map(([e,n])=>`      ${e} ${M(n,"zsh")}`).join("\n")}
    )
    for flag in $flags; do shown+=("$flag:$does[$flag]"); done
    _describe -o flag shown
    return
  fi
  case $command in
    ('') _describe command first ;;
    (${j.join("|")}) _files ;;
  esac
}

if [[ $funcstack[1] == _rollgate ]]; then _rollgate "$@"; else compdef _rollgate rollgate; fi
`}function R(){let e=(e,n)=>`complete -c rollgate -n '__rollgate_is ${e.join(" ")}' ${n}`,n=(n,o)=>e(n,`-l ${o.name.slice(2)}${(({value:e})=>"none"===e?"":"file"===e?" -r -F":"free"===e?" -x":` -x -a '${e.words.join(" ")}'`)(o)} -d ${M(o.does,"fish")}`);return`# Completion of rollgate in fish: rollgate completion fish | source
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
      case ${C}
        set command $word
        break
    end
  end
  contains -- $command $argv
end

complete -c rollgate -f
${f.map(({id:n,summary:o})=>e(["none","help"],`-a ${n} -d ${M(o,"fish")}`)).join("\n")}
${e(["completion"],`-a '${v}'`)}
${e(j,"-F")}
${e(["none",...r.G6],`-l help -s h -d ${M(p.does,"fish")}`)}
${e(["none"],"-l version -s v -d 'prints the version'")}
${r.G6.flatMap(e=>Object.entries((0,r.Nl)(e).switches??{}).map(([o,t])=>n([e],{name:`--${o}`,value:"none",does:t}))).join("\n")}
${i.Zp.filter(e=>"command"!==e).flatMap(e=>d(e).map(o=>n((e=>{let n=r.G6.filter(n=>(0,l.Vc)(n).includes(e));return n.includes("run")?["none",...n]:n})(e),o))).join("\n")}
`}},18961:(e,n,o)=>{o.d(n,{N5:()=>s,Vc:()=>i,cU:()=>l});var t=o(7671),a=o(9157),r=o(85541);function l(e){let{group:n,readBy:o}=(0,r.wg)(e);return o??a.T7[n]}function i(e){let n=!0===(0,t.Nl)(e).writesInputs?e=>!1!==(0,r.wg)(e).inFile&&!0!==(0,r.wg)(e).secret:n=>l(n).includes(e);return r.Zp.filter(e=>"command"!==e&&n(e))}function s(e,n){let{readBy:o=[]}=(0,r.wg)(e);return o.includes(n)||i(n).includes(e)?[]:o}}};
