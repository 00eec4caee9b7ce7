export const id="report-html";export const ids=["report-html"];export const modules={6865:(e,t,a)=>{a.r(t),a.d(t,{renderHtml:()=>R});var r=a(4573),n=a(15240),i=a(41101);class l{text;constructor(e){this.text=e}static trusted(e){return new l(e)}}let o=l.trusted("");function s(e,...t){return l.trusted(e.map((e,a)=>e.replace(/\s*\n\s*/g,"\n")+function e(t){var a;return t instanceof l?t.text:"number"==typeof t?String(t):"string"==typeof t?(a=t,(0,n.$0)(a).replace(/[\t\n]/g," ").replace(/\p{Surrogate}/gu,"�").replace(/[&<>"']/g,e=>d[e]??"")):t.map(e).join("")}(t[a]??"")).join(""))}let d={"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&quot;","'":"&#39;"};function c(e,t=1e3){let a=(0,n.TN)(e,t).split(/`([^`]+)`/);return s`${a.map((e,t)=>t%2==1?s`<code>${e}</code>`:e)}`}function u(e,t=300){return s`<code>${(0,n.TN)(e,t)}</code>`}function h(e,t){let a=(0,n.Dy)(t);return null===a?s`${e}`:s`<a href="${a}" rel="noopener noreferrer nofollow">${e}</a>`}let p={value:{colour:"#0550ae",dash:"none",width:2.5,words:"solid line"},baseline:{colour:"#7d4e00",dash:"7 4",width:2,words:"dashed line"},limit:{colour:"#c11c26",dash:"2 3",width:2,words:"dotted line"},"other-limit":{colour:"#59636e",dash:"10 3 2 3",width:1.5,words:"dash-dotted line"}};function f(e,t){let{colour:a,dash:r,width:n}=p[e];return s`<path
    class="l-${e}"
    d="${t}"
    fill="none"
    stroke="${a}"
    stroke-width="${n}"
    stroke-dasharray="${r}"
    stroke-linejoin="round"
  />`}let g=[1,2,5,10,20,30,60,120,300,600,900,1800,3600,7200,14400,21600];function m(e){let t=Math.round(e),a=e=>String(e).padStart(2,"0"),[r,n]=[Math.floor(t/3600),Math.floor(t%3600/60)];return r>0?`${String(r)}:${a(n)}:${a(t%60)}`:`${String(n)}:${a(t%60)}`}function $(e){return String(Math.round(10*e)/10)}var b=a(72691);function v(e){return e.series.filter(t=>null!==y(e,t)).length>=2}function x(e){return e>9?"1 in a billion":`1 in ${(0,n.ZV)(Math.floor(10**Math.max(0,e)*(1+1e-6)),0)}`}function w(e){switch(e.metric){case"success-rate":return"success rate";case"latency":return"requests that were fast enough";case"errors-per-minute":return"errors per minute";case"relative":return void 0===e.slowerThan?"success rate":"requests that were fast enough";case"health":case"value":return"value"}}function y(e,t){return"ratio"===e.kind?k(t):M(t.value??null)}function k(e){return void 0===e||e.samples<=0?null:M(100*(1-e.failures/e.samples))}function M(e){return null!==e&&Number.isFinite(e)?e:null}function q(e,t){var a;return"ratio"===e.kind?`${(0,n.ZV)(t)} %`:"rate"===e.kind?`${(0,n.ZV)(t)} per minute`:(a=t,(0,n.ZV)(Math.abs(a)>=1e3?Math.round(a):Number(a.toPrecision(4)),8))}let S=`
:root{color-scheme:light dark;--page:#fff;--card:#f6f8fa;--line:#d1d9e0;--text:#1f2328;--quiet:#59636e;--link:#0550ae;
--good:#116329;--bad:#a40e26;--warn:#7d4e00;--good-card:#e6f4ea;--bad-card:#fdeced;--warn-card:#fdf3dc;--flat-card:#eef1f4;
--value:#0550ae;--baseline:#7d4e00;--limit:#c11c26;--other:#59636e;--grid:#e4e8ec}
@media screen and (prefers-color-scheme:dark){:root{--page:#0d1117;--card:#161b22;--line:#30363d;--text:#e6edf3;--quiet:#9ca5af;--link:#79b8ff;
--good:#56d364;--bad:#ff8f88;--warn:#e3b341;--good-card:#12261a;--bad-card:#2d1517;--warn-card:#2a2111;--flat-card:#1c2128;
--value:#79b8ff;--baseline:#e3b341;--limit:#ff7b72;--other:#9ca5af;--grid:#252b33}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;overflow-wrap:anywhere}
main,footer{max-width:1080px;margin:0 auto;padding:0 20px}
a{color:var(--link)}
h1{font-size:30px;line-height:1.2;margin:0 0 6px}
h1 svg{vertical-align:-3px}.i-good circle{fill:var(--good)}.i-bad circle{fill:var(--bad)}.i-warn circle{fill:var(--warn)}.i-flat circle{fill:var(--quiet)}.icon path{stroke:var(--page)}
h2{font-size:20px;margin:36px 0 12px;padding-bottom:6px;border-bottom:1px solid var(--line)}
h3{font-size:16px;margin:24px 0 8px}
p{margin:6px 0}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--flat-card);color:var(--text);padding:1px 5px;border-radius:4px}
.verdict{margin:24px 0 20px;padding:20px 24px;border-radius:10px;border-left:6px solid var(--quiet);background:var(--flat-card)}
.verdict .why{font-size:17px}
.good{background:var(--good-card);border-color:var(--good)}.bad{background:var(--bad-card);border-color:var(--bad)}.warn{background:var(--warn-card);border-color:var(--warn)}
.good h1{color:var(--good)}.bad h1{color:var(--bad)}.warn h1{color:var(--warn)}
.status{font-weight:600}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;margin:0 0 8px}
.facts dt{color:var(--quiet)}.facts dd{margin:0;min-width:0}
.facts ul{margin:0;padding:0;list-style:none}
.timeline{list-style:none;margin:0;padding:0}
.timeline li{position:relative;display:grid;grid-template-columns:64px 1fr;gap:14px;padding:0 0 14px}
.timeline .at{color:var(--quiet);text-align:right;font-variant-numeric:tabular-nums}
.timeline .what{position:relative;padding-left:20px;min-width:0}
.timeline .what::before{content:"";position:absolute;left:-1px;top:7px;width:10px;height:10px;border-radius:50%;background:var(--quiet)}
.timeline .what.t-good::before{background:var(--good)}.timeline .what.t-bad::before{background:var(--bad)}.timeline .what.t-warn::before{background:var(--warn)}
.timeline li:not(:last-child) .what::after{content:"";position:absolute;left:3px;top:19px;bottom:-19px;width:2px;background:var(--line)}
table{border-collapse:collapse;border:0;width:100%;font-size:14px}
th,td{text-align:left;vertical-align:top;padding:8px 12px 8px 0;border:0;border-bottom:1px solid var(--line)}
th{color:var(--quiet);font-weight:600;overflow-wrap:normal}
td{min-width:96px}td.number{min-width:0}
td:first-child{min-width:150px}td:last-child,th:last-child{padding-right:0}td [class^=o-]{white-space:nowrap}
td.number{font-variant-numeric:tabular-nums;white-space:nowrap}
.quiet,.quiet a{color:var(--quiet)}
.o-good{color:var(--good);font-weight:600}.o-bad{color:var(--bad);font-weight:600}.o-warn{color:var(--warn);font-weight:600}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,440px),1fr));gap:16px;margin:12px 0}
figure{margin:0;padding:14px 16px;border:1px solid var(--line);border-radius:10px;background:var(--page);min-width:0;break-inside:avoid}
figcaption{margin-bottom:8px}
svg.chart{display:block;width:100%;height:auto;max-width:500px}
svg text{fill:var(--text)}svg .quiet{fill:var(--quiet)}
.grid{stroke:var(--grid)}.axis{stroke:var(--quiet)}.bad-side{fill:var(--limit)}.warm-up{fill:var(--quiet)}
.l-value{stroke:var(--value)}.l-baseline{stroke:var(--baseline)}.l-limit{stroke:var(--limit)}.l-other-limit{stroke:var(--other)}
.m-value{fill:var(--value)}.m-baseline{fill:var(--baseline)}
.legend{list-style:none;margin:4px 0 0;padding:0;font-size:13px;display:flex;flex-wrap:wrap;gap:2px 18px}
.legend svg{vertical-align:middle}
figure p,figure summary{font-size:13.5px}figure summary{font-weight:500}
details{margin:10px 0}
summary{cursor:pointer;font-weight:600;padding:4px 0}
.fold{border:1px solid var(--line);border-radius:10px;padding:8px 16px}
footer{color:var(--quiet);font-size:13px;padding-top:20px;padding-bottom:32px;margin-top:28px}
@media(max-width:760px){
main,footer{padding:0 14px}
.verdict{padding:16px}
h1{font-size:24px}
.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:8px}
.timeline li{grid-template-columns:52px 1fr;gap:8px}
figure{padding:10px}
table.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table.stack,table.stack tbody,table.stack tr,table.stack td{display:block}
table.stack tr{padding:8px 0;border-bottom:1px solid var(--line)}
table.stack td{border:0;padding:2px 0;min-width:0}
table.stack td[data-label]::before{content:attr(data-label)": ";color:var(--quiet)}
td.number{white-space:normal}}
@media print{body{font-size:11px}main,footer{max-width:none;padding:0}
details::details-content{content-visibility:visible;block-size:auto}tr,.verdict{break-inside:avoid}h2,h3{break-after:avoid}a{color:inherit}}
`;function j(e,t,a,r=200){if(0===t.length)return o;let n=t.slice(0,r),i=a.map(e=>({...e,cells:n.map(t=>s`${e.cell(t)}`)})).filter(({cells:e})=>e.some(({text:e})=>"–"!==e)),l=i.map(({head:e})=>s`<th scope="col">${e}</th>`),d=n.map((e,t)=>s`<tr>
        ${i.map(({head:e,cells:a,isNumber:r})=>s`<td data-label="${e}" ${r?s`class="number"`:o}>
              ${a[t]??o}
            </td>`)}
      </tr> `);return s`<table
      class="stack"
      border="1"
      cellpadding="6"
      cellspacing="0"
      aria-label="${e}"
    >
      <thead>
        <tr>
          ${l}
        </tr>
      </thead>
      <tbody>
        ${d}
      </tbody>
    </table>
    ${V(t.length-r)}`}function V(e,t="more"){return e>0?s`<p class="quiet">… and ${String(e)} ${t}, see report.json.</p>`:o}function N(e,t,{isOpen:a=!1}={}){return s`<details class="fold" ${a?s` open`:""}>
    <summary>${e}</summary>
    ${t}
  </details> `}var C=a(51117);let L={healthy:"good",unhealthy:"bad",inconclusive:"warn",cancelled:"warn","not-judged":"flat"},T={"not-needed":"flat",verified:"good",unverified:"bad","still-unhealthy":"bad",failed:"bad",withheld:"warn"},Z={breached:{tone:"bad",text:"✗ breached"},within:{tone:"good",text:"✓ within"},"no-data":{tone:"warn",text:"? no data"}},z={verified:{tone:"good",text:"✓ verified"},triggered:{tone:"warn",text:"! triggered"},failed:{tone:"bad",text:"✗ failed"},skipped:{tone:"flat",text:"skipped"}};function A(e,t){var a;return[["Checks",j("Checks",W((a=e).checks),[{head:"Check",cell:({id:e,subject:t})=>s`${u(e)}<br /><span class="quiet">${c(t,200)}</span>`},{head:"Outcome",cell:({outcome:e,excused:t})=>!0===t?s`${E("warn","? breached")}<br /><span class="quiet"
                >does not count against this deploy</span
              >`:E(Z[e].tone,Z[e].text)},{head:"Value",cell:({shown:e})=>""===e?"–":c(e,120),isNumber:!0},{head:"Limit",cell:B},{head:"Counted",cell:I},{head:"Odds of bad luck",cell:e=>(0,b.hb)(e,a)||"–"}])],["Charts",function(e,t){let a=W(e.checks).filter(e=>t.drawn.has(e)),r=e.checks.filter(v).length-a.length,i=a.length<=4,l=a.map(a=>{let r=e.checks.indexOf(a),l={id:`${t.id}-${String(r)}`,warmUp:t.warmUp},d=i||"within"!==a.outcome;return{check:a,figure:function(e,t,a,r){let i,l,d,u,h=(i={style:"value",label:void 0===e.baseline?w(e):`${w(e)}, new version`,points:e.series.map(t=>({x:t.t,y:y(e,t)}))},l={style:"baseline",label:"baseline",points:e.series.map(({t:e,baseline:t})=>({x:e,y:k(t)}))},d="ratio"===e.kind&&l.points.filter(({y:e})=>null!==e).length>=2?[i,l]:[i],u=function(e){let t=function({metric:e,limit:t}){if("relative"===e||"health"===e)return null;let a=/-?\d[\d,]*(\.\d+)?/.exec(t);return null===a?null:Number(a[0].replaceAll(",",""))}(e);if(null===t)return[];let{before:a}=e,r=a?.effect==="stricter"||a?.effect==="over",n=void 0===a?null:r?function({set:e}){switch(e.metric){case"success-rate":return e.minPercent;case"errors-per-minute":return e.max;case"value":return"max"in e?e.max:e.min;case"latency":case"relative":return null}}(a):function({set:e,limit:t}){return null===t||"latency"===e.metric||"relative"===e.metric?null:"success-rate"===e.metric?100*(1-t):t}(a);return[{style:"limit",label:r?"limit, from the hour before the deploy":"limit",y:t},...null===n||n===t?[]:[{style:"other-limit",label:r?"limit as configured":"what the hour before the deploy would allow",y:n}]]}(e),{id:a.id,title:`${e.id}: ${w(e)} during the watch`,description:[...d.map(t=>(function({label:e,points:t},a){let r=t.flatMap(({x:e,y:t})=>null===t?[]:[{x:e,y:t}]),[i,l]=[r[0],r.at(-1)];if(void 0===i||void 0===l)return`${(0,n.Iu)(e)}: no values.`;let o=!a.limit.includes("≤")||"ratio"===a.kind,s=r.reduce((e,t)=>(o?t.y<e.y:t.y>e.y)?t:e),d=({x:e,y:t})=>`${q(a,t)} at ${m(e)}`;return`${(0,n.Iu)(e)}: ${d(i)}, ${o?"lowest":"highest"} ${d(s)}, ${d(l)} at the end.`})(t,e)),...u.map(({label:t,y:a})=>`${(0,n.Iu)(t)}: ${q(e,a)}.`)].join(" "),yLabel:"ratio"===e.kind?`${w(e)}, %`:w(e),end:e.series.at(-1)?.t??0,warmUp:a.warmUp,lines:d,levels:u,worse:e.limit.includes("≤")&&"ratio"!==e.kind?"above":"below",floor:"value"===e.kind?null:0,ceiling:"ratio"===e.kind?100:null}),v="breached"===e.outcome?function(e,t,a){if(null===e.evidence||""===(0,b.hb)(e,t))return;let r=t.checks.filter(({evidence:e})=>null!==e).length,i=e=>(e-Math.log(r))/Math.LN10,l=e.series.map(({t:e,logE:t})=>({x:e,y:M(i(t))})),o=i(e.evidence.threshold),s=Math.ceil(Math.max(o,...l.map(({y:e})=>e??0))),d=Math.max(1,Math.ceil(s/5));return{id:a.id,title:`${e.id}: evidence that the limit is broken`,description:`How seldom a version within the limit looks this bad. Highest: ${x(i(e.evidence.maxLogE))}. Enough to act: ${x(o)}.`,yLabel:"a good version looks this bad once in … watches",end:e.series.at(-1)?.t??0,warmUp:a.warmUp,lines:[{style:"value",label:"evidence against the new version",points:l}],levels:[{style:"limit",label:`enough to act (${x(o)})`,y:o}],worse:"above",floor:null,ceiling:null,tick:e=>e>6?`1e${(0,n.ZV)(e,0)}`:(0,n.ZV)(10**e,0),ticks:Array.from({length:Math.floor(s/d)+1},(e,t)=>t*d)}}(e,t,{...a,id:`${a.id}-e`}):void 0,S=t=>{var a;let i,l,d,u;return s`<figure>
      <figcaption><strong>${c(t.title,200)}</strong></figcaption>
      ${function(e){var t,a,r,i,l,d,c,u,h;let b,v,x,w,y,k,M,q,[S,j]=function({lines:e,levels:t,floor:a,ceiling:r}){let n=[...e.flatMap(({points:e})=>e.map(({y:e})=>e)),...t.map(({y:e})=>e)].filter(e=>null!==e),[i,l]=[Math.min(...n),Math.max(...n)],o=.1*(l-i||Math.abs(l)||1),s=Math.max(i-o,a??-1/0),d=Math.min(l+o,r??1/0);return d>s?[s,d]:[s-o,d+o]}(e),V=t=>56+350*t/Math.max(e.end,1e-9),N=e=>178-(Math.min(j,Math.max(S,e))-S)/(j-S)*150;return s`<svg
      xmlns="http://www.w3.org/2000/svg"
      role="img"
      width="${430}"
      height="${220}"
      viewBox="0 0 ${430} ${220}"
      aria-labelledby="${e.id}-t ${e.id}-d"
      font-family="sans-serif"
      font-size="12.5"
      fill="#1f2328"
      class="chart"
    >
      <title id="${e.id}-t">${e.title}</title>
      <desc id="${e.id}-d">${e.description}</desc>
      ${function({levels:[e],worse:t},a){if(void 0===e)return o;let r=a(e.y),[n,i]="below"===t?[r,178]:[28,r];return s`<rect
    class="bad-side"
    x="${56}"
    y="${$(n)}"
    width="${350}"
    height="${$(i-n)}"
    fill="#c11c26"
    fill-opacity="0.06"
  />`}(e,N)}${function(e,t){let a=Math.min(e.warmUp,e.end);if(a<=0)return o;let r=t(a)-56,n=r<60?o:s`<text class="quiet" x="${$(61)}" y="${172}" fill="#59636e"
          >warm-up</text
        >`;return s`<rect
      class="warm-up"
      x="${56}"
      y="${28}"
      width="${$(r)}"
      height="${150}"
      fill="#59636e"
      fill-opacity="0.14"
    />${n}`}(e,V)}${t=e,a=S,r=j,i=N,y=t.ticks?.filter(e=>e>=a&&e<=r)??(l=a,b=((d=r)-l)/4,v=10**Math.floor(Math.log10(b)),w=Math.ceil(l/(x=([1,2,5,10].find(e=>e*v>=b)??10)*v)-1e-9),Array.from({length:Math.floor(d/x+1e-9)-w+1},(e,t)=>(w+t)*x)),k=t.tick??(e=>(0,n.ZV)(e,4)),s`<text class="quiet" x="${56}" y="16" fill="#59636e">${t.yLabel}</text
    >${y.map(e=>s`<path
            class="grid"
            d="M${56} ${$(i(e))}H${406}"
            stroke="#d1d9e0"
            stroke-width="1"
            fill="none"
          /><text
            class="quiet"
            x="${50}"
            y="${$(i(e)+4)}"
            text-anchor="end"
            fill="#59636e"
            >${k(e)}</text
          >`)}`}${c=e,u=V,M=(h=c.end,g.find(e=>h/e<=6)??3600*Math.ceil(h/6/3600)),q=Array.from({length:Math.floor(c.end/M+1e-9)+1},(e,t)=>t*M),s`<path
      class="axis"
      d="M${56} ${28}V${178}H${406}"
      stroke="#818b98"
      stroke-width="1"
      fill="none"
    />${q.map(e=>s`<text
          class="quiet"
          x="${$(u(e))}"
          y="${194}"
          text-anchor="middle"
          fill="#59636e"
          >${m(e)}</text
        >`)}<text
      class="quiet"
      x="${406}"
      y="${212}"
      text-anchor="end"
      fill="#59636e"
      >time since the watch began (m:ss)</text
    >`}
      ${e.levels.map(e=>f(e.style,`M${$(56)} ${$(N(e.y))}H${$(406)}`))}
      ${e.lines.map(e=>(function({style:e,points:t},a,r){var n;let i=[],l=!1;for(let e of t)null!==e.y&&i.push(`${l?"L":"M"}${$(a(e.x))} ${$(r(e.y))}`),l=null!==e.y;let o=(t.length>40?(n=t).filter((e,t)=>(n[t-1]?.y??null)===null&&(n[t+1]?.y??null)===null):t).map(t=>{if(null===t.y)return"";let[n,i]=[a(t.x),r(t.y)];return"baseline"===e?s`<rect
          class="m-${e}"
          x="${$(n-2.5)}"
          y="${$(i-2.5)}"
          width="5"
          height="5"
          fill="${p[e].colour}"
        />`:s`<circle
          class="m-${e}"
          cx="${$(n)}"
          cy="${$(i)}"
          r="3"
          fill="${p[e].colour}"
        />`});return s`${0===i.length?"":f(e,i.join(""))}${o}`})(e,V,N))}
    </svg>
    ${function({lines:e,levels:t}){let a=[...e,...t];return s`<ul class="legend">
    ${a.map(({style:e,label:t})=>s`<li>
          <svg width="34" height="10" viewBox="0 0 34 10" aria-hidden="true">
            ${f(e,"M1 5H33")}
          </svg>
          ${t} <span class="quiet">(${p[e].words})</span>
        </li>`)}
  </ul>`}(e)}`}(t)}
      <p class="quiet">${t.description}</p>
      ${r&&t===h?(i=Math.ceil((a=e).series.length/24),l=a.series.filter((e,t)=>(a.series.length-1-t)%i==0),d=1===i?"":` (one point of every ${String(i)})`,u=a.series.some(({baseline:e})=>void 0!==e),s`<details>
    <summary>Numbers${d}</summary>
    ${j(`Numbers of ${a.id}`,l,[{head:"Until",cell:({t:e})=>m(e),isNumber:!0},{head:"Value",cell:e=>{let t;return(null===(t=y(a,e))?"":q(a,t))||"–"},isNumber:!0},...u?[{head:"Baseline",cell:e=>{let t;return(null===(t=k(e.baseline))?"":q(a,t))||"–"}}]:[],{head:"Samples",cell:({samples:e})=>(0,n.ZV)(e,0),isNumber:!0},{head:"Bad",cell:({failures:e})=>(0,n.ZV)(e,0),isNumber:!0}])}
  </details>`):o}
    </figure> `};return s`${S(h)}${void 0===v?o:S(v)}`}(a,e,l,d)}}),[d,u]=[l.filter(({check:e})=>"within"!==e.outcome),l.filter(({check:e})=>"within"===e.outcome)],h=e=>0===e.length?o:s`<div class="charts">${e.map(({figure:e})=>e)}</div> `;return[h(i?l:d),i||0===u.length?o:N(`Charts of the ${String(u.length)} checks within their limits`,h(u)),V(r,1===r?"more chart":"more charts")]}(e,t)],["Failures by kind",j("Failures by kind",W(e.checks).filter(e=>""!==(0,b.Kk)(e)).flatMap(e=>Object.entries(e.kinds).sort(([e,t],[a,r])=>r-t||(e<a?-1:1)).slice(0,10).map(([t,a])=>({check:e,kind:t,count:a}))),[{head:"Check",cell:({check:e})=>u(e.id)},{head:"Kind",cell:({kind:e})=>c(e,200)},{head:"Failures",cell:({count:e})=>(0,n.ZV)(e,0),isNumber:!0},{head:"Of all failures of the check",cell:({check:e,count:t})=>e.failures>0?`${(0,n.ZV)(100*t/e.failures,1)} %`:"–",isNumber:!0}])],["Rollback",function(e){let{attempts:t}=e.rollback;return j("Attempts of the rollback",t,[{head:"Strategy",cell:({id:e})=>u(e)},{head:"Outcome",cell:({outcome:e})=>E(z[e].tone,z[e].text)},{head:"What happened",cell:({detail:e})=>c(e)},{head:"From",cell:({from:e})=>F(e)},{head:"To",cell:({to:e})=>F(e)},{head:"Took",cell:({outcome:e,seconds:t})=>"skipped"===e?"–":(0,n.a3)(1e3*t),isNumber:!0},{head:"Link",cell:D}])}(e)]].flatMap(([e,a])=>{let r=s`${a}`;if(""===r.text.trim())return[];let n=2===t.level?s`<h2>${e}</h2>`:s`<h3>${e}</h3>`;return[s`<section>${n} ${r}</section> `]})}function O(e){return`${(0,b.lD)(e)} ${b.v9[e]}`.trim()}function U({rollback:e},t){if("not-needed"===e.status)return o;let a=void 0===t?O(e.status):b.v9[e.status],r=void 0===t?(0,n.KG)(e.detail):(0,b.W2)(e,t),i=(0,C.Wy)(e),l=void 0===i?o:s` By ${u(i.id)} in ${(0,n.a3)(1e3*e.seconds)}.`,d=h("Look at it",i?.url??null),p=void 0===i||"Look at it"===d.text?o:s` ${d}`,f=""===r?o:s` ${c(r)}`;return s`<span class="status">${a}</span>${l}${f}${p}`}function W(e){let t={breached:0,"no-data":1,within:2};return[...e].sort((e,a)=>t[e.outcome]-t[a.outcome])}function E(e,t){return"flat"===e?s`${t}`:s`<span class="o-${e}">${t}</span>`}function B({limit:e,before:t}){return void 0===t||"kept"===t.effect?c(e,120):s`${c(e,120)}<br /><span class="quiet">${c(t.inWords,600)}</span>`}function I(e){let t=(0,b.VO)(e),a=[(0,b.Pe)(e),t].filter(e=>""!==e);return 0===a.length?"–":c(a.join("; "),300)}function D({url:e,runId:t}){return null===e?null===t?"–":c(t,100):h(c(t??"open",100),e)}function F(e){let t=function e(t){return null==t?"":Array.isArray(t)?t.map(e).join(", "):"object"!=typeof t?"string"==typeof t?t:JSON.stringify(t):Object.entries(t).map(([t,a])=>`${t} ${e(a)}`).join(", ")}(e);return""===t?"–":c(t,400)}function H({rollback:e}){return"not-needed"!==e.status}function K({name:e},{targets:t}){return t.length>1?[u(e),": "]:o}function P(e){return s`<time datetime="${e}">${e.replace("T"," ").replace(/\.\d+Z$/,"")} UTC</time>`}function R(e){var t;let{title:a}=(0,b.gD)(e),i=null===e.host.project?"":` – ${e.host.project}`;return s`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${a}${i} – Rollgate</title>
        <style>
          ${l.trusted(S)}
        </style>
      </head>
      <body>
        <main>${function(e){let t=s`<p class="quiet">The rest did not fit; it is in report.json.</p>`,a=[],n=r.Buffer.byteLength(t.text);for(let i of e){if((n+=r.Buffer.byteLength(i.text))>1048576)return[...a,t];a.push(i)}return a}(function(e){var t,a,r,i;let l,d,p,f,g,$,x,w;return[function(e){var t;let a,r,n=(0,b.gD)(e),i=void 0!==(r=(0,b.A4)(e.targets))?T[r]:null===e.verdict?0===e.exitCode?"good":"bad":L[e.verdict],[l,...d]=e.targets,h=void 0!==l&&0===d.length?Y(U(l,n)):(a=[...new Set((t=e.targets).map(({rollback:e})=>e.status))],s`${a.map(e=>{let a=O(e);if(""===a)return o;let r=t.filter(({rollback:t})=>t.status===e),n=r.slice(0,5).map(({name:e},t)=>[t>0?", ":"",u(e)]),i=r.length>5?` and ${String(r.length-5)} more`:"";return s`<p>${n}${i}: <span class="status">${a}</span></p>`})}`);return s`<header class="verdict ${i}">
    <h1>${function(e){let{colour:t,path:a}=J[e];return s`<svg
    class="icon i-${e}"
    width="26"
    height="26"
    viewBox="0 0 24 24"
    aria-hidden="true"
  >
    <circle cx="12" cy="12" r="11" fill="${t}" />
    <path d="${a}" fill="none" stroke="#ffffff" stroke-width="2.5" stroke-linecap="round" />
  </svg>`}(i)} ${n.title}</h1>
    <p class="why">${c(e.reason)}</p>
    ${h}
  </header> `}(e),function(e){var t,a;let r,i,{host:l,config:d}=e,p=Q.flatMap(e=>{let t=d[e];return"string"==typeof t&&""!==t?[{id:e,value:t}]:[]}),f=[["Watched",p.length>0?_(p.map(X)):function(e){let t=[...new Set(e.flatMap(({checks:e})=>e.map(({subject:e})=>e)))];if(0===t.length)return"";let a=t.length-5;return _([...t.slice(0,5).map(e=>c(e,200)),...a>0?[`and ${String(a)} more`]:[]])}(e.targets)],["Version",0===(r=(t=e.targets).flatMap(e=>{let t=(0,C.Wy)(e.rollback);return void 0!==t&&(Object.keys(t.from).length>0||Object.keys(t.to).length>0)?[{target:e,attempt:t}]:[]})).length?"":_(r.slice(0,5).map(({target:e,attempt:a})=>s`${t.length>1?[u(e.name)," "]:""}${F(a.from)} →
          ${F(a.to)}`))],["Project",null===l.project?"":c(l.project,200)],["Environment",(a=d,0===(i=["kubernetes-context","kubernetes-namespace","helm-namespace"].flatMap(e=>{let t=a[e];return"string"==typeof t&&""!==t?[t]:[]})).length?"":c(i.join(" / "),300))],["Run",null===l.runUrl&&null===l.runId?"":h(c(`${l.system} ${l.runId??"run"}`,200),l.runUrl)],["Verdict after",null===e.detectionSeconds?"":(0,n.a3)(1e3*e.detectionSeconds)],["Exit code",String(e.exitCode)]];return s`<dl class="facts">
    ${f.map(([e,t])=>{let a=s`${t}`;return""===a.text?o:s`<dt>${e}</dt>
            <dd>${a}</dd> `})}
  </dl> `}(e),G("What happened",(t=ee(e),d=[{at:l=Date.parse(e.startedAt),tone:"flat",text:s`The run began (${P(e.startedAt)}).`},...function(e,t){let{detectedAt:a,detectionSeconds:r,verdict:i}=e,l=null===a?0/0:Date.parse(a);if(null===i||null===r||Number.isNaN(l))return[];let o=l-1e3*r,d=e.targets.filter(({extension:e})=>void 0!==e);return[{at:o,tone:"flat",text:t>0?`The watch began, with a warm-up of ${(0,n.a3)(1e3*t)}.`:"The watch began."},...t>0&&t<r?[{at:o+1e3*t,tone:"flat",text:"The warm-up ended: from here on the checks count."}]:[],...d.slice(0,10).map(t=>({at:null,tone:"warn",text:s`${K(t,e)}The watch went on for up to
      ${(0,n.a3)((t.extension?.seconds??0)*1e3)}:
      ${c(t.extension?.why??"",400)}`})),{at:l,tone:L[i],text:s`<strong>Verdict: ${(0,b.ge)(i).title.toLowerCase()}</strong>,
        ${(0,n.a3)(1e3*r)} after the watch began.`}]}(e,t),...(a=e).targets.filter(H).slice(0,10).flatMap(e=>{let{status:t,detail:r,seconds:i,attempts:l}=e.rollback,d=K(e,a),p=null!==e.rollback.healthConfirmed&&"withheld"!==t;return[...l.filter(({outcome:e})=>"skipped"!==e).map(e=>{let t;return{at:null,tone:"failed"===e.outcome?"bad":"verified"===e.outcome?"good":"warn",text:s`${d}Strategy ${u(e.id)}: ${e.outcome} after
            ${(0,n.a3)(1e3*e.seconds)}.
            ${c((0,n.KG)(e.detail),400)}${"Look at it"===(t=h("Look at it",e.url)).text?o:[" ",t,"."]}`}}),{at:null,tone:T[t],text:s`${d}${p?"The failed checks ran again. ":""}<strong
              >${O(t)}</strong
            >
            ${c((0,n.KG)(r),400)}${i>0?` In all ${(0,n.a3)(1e3*i)}.`:""}`}]}),{at:Date.parse(e.endedAt),tone:"flat",text:s`The run ended with exit code ${String(e.exitCode)} (${P(e.endedAt)}).`}],p=e.targets.filter(H).length,s`<ol class="timeline">
      ${d.map(e=>(function({at:e,tone:t,text:a},r){let n=null===e||Number.isNaN(e-r)?null:Math.max(0,e-r)/1e3;return s`<li>
    <span class="at">${null===n?o:`+${m(n)}`}</span>
    <span class="what t-${t}">${a}</span>
  </li> `})(e,l))}
    </ol>
    ${V(p-10,"more targets with a rollback")}`)),...($=(r=e).targets.length>1,x=(f=r.targets.flatMap(e=>e.checks).filter(v),new Set([...(g=e=>f.filter(t=>t.outcome===e))("breached"),...g("no-data"),...g("within")].slice(0,48))),w=e=>({id:`target-${String(e+1)}`,warmUp:ee(r),drawn:x,level:$?3:2}),$?[G("Targets",j("Targets",et(r.targets),[{head:"Target",cell:({target:e,index:t})=>s`<a href="#target-${String(t+1)}">${u(e.name)}</a>`},{head:"Verdict",cell:({target:e})=>s`<span class="o-${L[e.verdict]}">${e.verdict}</span>`},{head:"Rollback",cell:({target:{rollback:e}})=>s`<span class="o-${T[e.status]}">${e.status}</span>`},{head:"Checks",cell:({target:e})=>(0,n.ZV)(e.checks.length,0)},{head:"Why",cell:({target:e})=>c(e.reason,300)}])),...et(r.targets).map(({target:e,index:t})=>(function(e,t){let{title:a}=(0,b.ge)(e.verdict),r=s`<p>${c(e.reason)}</p>
    ${Y(U(e))} ${A(e,t)}`,n=s`${u(e.name)}:
    <span class="o-${L[e.verdict]}">${a}</span>`;return"healthy"!==e.verdict?s`<section id="${t.id}">
      <h2>${n}</h2>
      ${r}
    </section> `:s`<section id="${t.id}">${N(n,r)}</section> `})(e,w(t)))]:r.targets.flatMap((e,t)=>A(e,w(t)))),G("Findings",j("Findings",e.findings,[{head:"Level",cell:({level:e})=>s`<span class="o-${ea[e].tone}">${ea[e].text}</span>`},{head:"About",cell:({subject:e})=>u(e)},{head:"What was found",cell:({message:e})=>c(e)},{head:"What to do",cell:({fix:e})=>void 0===e?"–":c(e)}])),G("Notices",0===(i=e.notices).length?o:s`<ul>
      ${i.slice(0,100).map(e=>s`<li>${c(e)}</li>`)}
    </ul>
    ${V(i.length-100)}`),...function(e){let t=e.targets.flatMap(t=>{let a,r=(a=e=>(0,n.ZV)(e,3),j(`Statistics of ${t.name}`,t.checks,[{head:"Check",cell:({id:e})=>u(e)},{head:"In one sentence",cell:e=>c((0,b.YC)(e),600)},{head:"Source",cell:({source:e})=>c(e,60)},{head:"Evidence (ln): end / highest / to act",cell:({evidence:e})=>null===e?"–":[e.logE,e.maxLogE,e.threshold].map(a).join(" / ")},{head:"Baseline",cell:({baseline:e})=>void 0===e?"–":`${(0,n.ZV)(e.failures,0)} of ${(0,n.ZV)(e.samples,0)} bad`},{head:"Hour before the deploy",cell:({before:e})=>void 0===e?"–":c(e.inWords,600)},{head:"Connections / addresses",cell:({connections:e,remoteAddresses:t})=>void 0===e?"–":`${(0,n.ZV)(e,0)} / ${(0,n.ZV)(t??0,0)}`}]));if(""===r.text)return[];let i=e.targets.length>1?s`<h3>${u(t.name)}</h3>`:o;return[s`${i}${r}`]}),a=Object.entries(e.config),[r,...i]=[0===t.length?o:N("Statistics",t.slice(0,50)),0===a.length?o:N(`Effective configuration (${(0,n.LS)(a.length,"input")})`,j("Effective configuration",a,[{head:"Input",cell:([e])=>u(e)},{head:"Value",cell:([,e])=>{var t;let a;return""===(a="string"==typeof(t=e)?t:JSON.stringify(t))?"–":u(a,600)}}]))].filter(({text:e})=>""!==e);return void 0===r?[]:[s`<h2>Details</h2>
          ${r}`,...i]}(e)].filter(({text:e})=>""!==e)}(e))}</main>
        ${t=e,s`<footer>
    rollgate ${t.tool.version}, command ${u(t.command)}. The same record for programs
    is in report.json beside this page.
  </footer> `}
      </body>
    </html> `.text}function G(e,t){return""===t.text.trim()?o:s`<section>
        <h2>${e}</h2>
        ${t}
      </section> `}let J={good:{colour:"#116329",path:"M7 12.5l3.5 3.5L17 8.5"},bad:{colour:"#a40e26",path:"M8 8l8 8M16 8l-8 8"},warn:{colour:"#7d4e00",path:"M12 6v8M12 17v1"},flat:{colour:"#59636e",path:"M7 12h10"}};function Y(e){return""===e.text?o:s`<p>${e}</p>`}let Q=["url","health-url","kubernetes-workload","helm-release","compose-project","compose-service","ecs-service","lambda-alias","canary-workload"];function X({id:e,value:t}){return"url"===e?c(t,600):s`${c(t,600)} <span class="quiet">(${e})</span>`}function _(e){return s`<ul>
    ${e.map(e=>s`<li>${e}</li>`)}
  </ul>`}function ee({config:e}){let t=e["warm-up"],a="string"==typeof t?(0,i.E9)(t):void 0;return a?.ok===!0?a.value/1e3:0}function et(e){let t={unhealthy:0,inconclusive:1,cancelled:2,"not-judged":3,healthy:4};return e.map((e,t)=>({target:e,index:t})).sort((e,a)=>t[e.target.verdict]-t[a.target.verdict])}let ea={error:{tone:"bad",text:"✗ error"},warning:{tone:"warn",text:"! warning"},notice:{tone:"flat",text:"notice"}}}};
