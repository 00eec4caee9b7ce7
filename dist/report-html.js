export const id="report-html";export const ids=["report-html"];export const modules={6865:((e,t,a)=>{a.r(t),a.d(t,{renderHtml:()=>D});var r=a(4573),n=a(15240),i=a(41101),l=a(72691);function o(e){return e.series.filter(t=>null!==s(e,t)).length>=2}function d(e){switch(e.metric){case"success-rate":return"success rate";case"latency":return"requests that were fast enough";case"errors-per-minute":return"errors per minute";case"relative":return void 0===e.slowerThan?"success rate":"requests that were fast enough";case"health":case"value":return"value"}}function s(e,t){return"ratio"===e.kind?c(t):u(t.value??null)}function c(e){return void 0===e||e.samples<=0?null:u(100*(1-e.failures/e.samples))}function u(e){return null!==e&&Number.isFinite(e)?e:null}function h(e,t){var a;return"ratio"===e.kind?`${(0,n.ZV)(t)} %`:"rate"===e.kind?`${(0,n.ZV)(t)} per minute`:(a=t,(0,n.ZV)(Math.abs(a)>=1e3?Math.round(a):Number(a.toPrecision(4)),8))}let p=`
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
`;class f{text;constructor(e){this.text=e}static trusted(e){return new f(e)}}let m=f.trusted("");function g(e,...t){return f.trusted(e.map((e,a)=>e.replace(/\s*\n\s*/g,"\n")+function e(t){var a;return t instanceof f?t.text:"number"==typeof t?String(t):"string"==typeof t?(a=t,(0,n.$0)(a).replace(/[\t\n]/g," ").replace(/\p{Surrogate}/gu,"�").replace(/[&<>"']/g,e=>$[e]??"")):t.map(e).join("")}(t[a]??"")).join(""))}let $={"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&quot;","'":"&#39;"};function b(e,t=1e3){let a=(0,n.TN)(e,t).split(/`([^`]+)`/);return g`${a.map((e,t)=>t%2==1?g`<code>${e}</code>`:e)}`}function v(e,t=300){return g`<code>${(0,n.TN)(e,t)}</code>`}function x(e,t){let a=(0,n.Dy)(t);return null===a?g`${e}`:g`<a href="${a}" rel="noopener noreferrer nofollow">${e}</a>`}function w(e,t,a){if(0===t.length)return m;let r=t.slice(0,200),n=a.map(e=>({...e,cells:r.map(t=>g`${e.cell(t)}`)})).filter(({cells:e})=>e.some(({text:e})=>"–"!==e)),i=n.map(({head:e})=>g`<th scope="col">${e}</th>`),l=r.map((e,t)=>g`<tr>
        ${n.map(({head:e,cells:a,isNumber:r})=>g`<td data-label="${e}" ${r?g`class="number"`:m}>
              ${a[t]??m}
            </td>`)}
      </tr> `);return g`<table
      class="stack"
      border="1"
      cellpadding="6"
      cellspacing="0"
      aria-label="${e}"
    >
      <thead>
        <tr>
          ${i}
        </tr>
      </thead>
      <tbody>
        ${l}
      </tbody>
    </table>
    ${k(t.length-200)}`}function k(e,t="more"){return e>0?g`<p class="quiet">… and ${String(e)} ${t}, see report.json.</p>`:m}function y(e,t){return g`<details class="fold">
    <summary>${e}</summary>
    ${t}
  </details> `}let M={value:{colour:"#0550ae",dash:"none",width:2.5,words:"solid line"},baseline:{colour:"#7d4e00",dash:"7 4",width:2,words:"dashed line"},limit:{colour:"#c11c26",dash:"2 3",width:2,words:"dotted line"},"other-limit":{colour:"#59636e",dash:"10 3 2 3",width:1.5,words:"dash-dotted line"}};function q(e,t,a,r="start"){return g`<text class="quiet" x="${N(t)}" y="${N(a)}" text-anchor="${r}" fill="#59636e"
    >${e}</text
  >`}function S(e,t){let{colour:a,dash:r,width:n}=M[e];return g`<path
    class="l-${e}"
    d="${t}"
    fill="none"
    stroke="${a}"
    stroke-width="${n}"
    stroke-dasharray="${r}"
    stroke-linejoin="round"
  />`}let V=[1,2,5,10,20,30,60,120,300,600,900,1800,3600,7200,14400,21600];function N(e){return String(Math.round(10*e)/10)}var Z=a(51117);let j={healthy:"good",unhealthy:"bad",inconclusive:"warn",cancelled:"warn","not-judged":"flat"},C={"not-needed":"flat",verified:"good",unverified:"bad","still-unhealthy":"bad",failed:"bad",withheld:"warn"},L={breached:{tone:"bad",text:"✗ breached"},within:{tone:"good",text:"✓ within"},"no-data":{tone:"warn",text:"? no data"}},T={verified:{tone:"good",text:"✓ verified"},triggered:{tone:"warn",text:"! triggered"},failed:{tone:"bad",text:"✗ failed"},skipped:{tone:"flat",text:"skipped"}};function z(e,t){var a,r;return[["Checks",(a=e,w("Checks",(0,l.md)(a.checks),[{head:"Check",cell:({id:e,subject:t})=>g`${v(e)}<br /><span class="quiet">${b(t,200)}</span>`},{head:"Outcome",cell:({outcome:e,excused:t})=>!0===t?g`${A("warn","? breached")}<br /><span class="quiet"
                >does not count against this deploy</span
              >`:A(L[e].tone,L[e].text)},{head:"Value",cell:({shown:e})=>""===e?"–":b(e,120),isNumber:!0},{head:"Limit",cell:E},{head:"Counted",cell:B},{head:"Odds of bad luck",cell:e=>(0,l.hb)(e,a)||"–"}]))],["Charts",function(e,t){let a=(0,l.md)(e.checks).filter(e=>t.drawn.has(e)),r=e.checks.filter(o).length-a.length,i=a.length<=4,p=a.map(a=>{let r=e.checks.indexOf(a),o={id:`${t.id}-${String(r)}`,warmUp:t.warmUp},p=i||"within"!==a.outcome;return{check:a,figure:function(e,t,a,r){let i,o,p,f,$=(i={style:"value",label:void 0===e.baseline?d(e):`${d(e)}, new version`,points:e.series.map(t=>({x:t.t,y:s(e,t)}))},o={style:"baseline",label:"baseline",points:e.series.map(({t:e,baseline:t})=>({x:e,y:c(t)}))},p="ratio"===e.kind&&o.points.filter(({y:e})=>null!==e).length>=2?[i,o]:[i],f=function(e){let t=function({metric:e,limit:t}){if("relative"===e||"health"===e)return null;let a=/-?\d[\d,]*(\.\d+)?/.exec(t);return null===a?null:Number(a[0].replaceAll(",",""))}(e);if(null===t)return[];let{before:a}=e,r=a?.effect==="stricter"||a?.effect==="over",n=void 0===a?null:r?function({set:e}){switch(e.metric){case"success-rate":return e.minPercent;case"errors-per-minute":return e.max;case"value":return"max"in e?e.max:e.min;case"latency":case"relative":return null}}(a):function({set:e,limit:t}){return null===t||"latency"===e.metric||"relative"===e.metric?null:"success-rate"===e.metric?100*(1-t):t}(a);return[{style:"limit",label:r?"limit, from the hour before the deploy":"limit",y:t},...null===n||n===t?[]:[{style:"other-limit",label:r?"limit as configured":"what the hour before the deploy would allow",y:n}]]}(e),{id:a.id,title:`${e.id}: ${d(e)} during the watch`,description:[...p.map(t=>(function({label:e,points:t},a){let r=t.flatMap(({x:e,y:t})=>null===t?[]:[{x:e,y:t}]),[i,l]=[r[0],r.at(-1)];if(void 0===i||void 0===l)return`${(0,n.Iu)(e)}: no values.`;let o=!a.limit.includes("≤")||"ratio"===a.kind,d=r.reduce((e,t)=>(o?t.y<e.y:t.y>e.y)?t:e),s=({x:e,y:t})=>`${h(a,t)} at ${(0,n.qo)(1e3*e)}`;return`${(0,n.Iu)(e)}: ${s(i)}, ${o?"lowest":"highest"} ${s(d)}, ${s(l)} at the end.`})(t,e)),...f.map(({label:t,y:a})=>`${(0,n.Iu)(t)}: ${h(e,a)}.`)].join(" "),yLabel:"ratio"===e.kind?`${d(e)}, %`:d(e),end:e.series.at(-1)?.t??0,warmUp:a.warmUp,lines:p,levels:f,worse:e.limit.includes("≤")&&"ratio"!==e.kind?"above":"below",floor:"value"===e.kind?null:0,ceiling:"ratio"===e.kind?100:null}),v="breached"===e.outcome?function(e,t,a){if(null===e.evidence||""===(0,l.hb)(e,t))return;let r=e=>(0,l.gl)(e,t)/Math.LN10,i=e.series.map(({t:e,logE:t})=>({x:e,y:u(r(t))})),o=r(e.evidence.threshold),d=(0,l.pq)((0,l.gl)(e.evidence.threshold,t)),s=Math.ceil(Math.max(o,...i.map(({y:e})=>e??0))),c=Math.max(1,Math.ceil(s/5));return{id:a.id,title:`${e.id}: evidence that the limit is broken`,description:`How seldom a version within the limit looks this bad. Highest: ${(0,l.pq)((0,l.gl)(e.evidence.maxLogE,t))}. Enough to act: ${d}.`,yLabel:"a good version looks this bad once in … watches",end:e.series.at(-1)?.t??0,warmUp:a.warmUp,lines:[{style:"value",label:"evidence against the new version",points:i}],levels:[{style:"limit",label:`enough to act (${d})`,y:o}],worse:"above",floor:null,ceiling:null,tick:e=>e>6?`1e${(0,n.ZV)(e,0)}`:(0,n.ZV)(10**e,0),ticks:Array.from({length:Math.floor(s/c)+1},(e,t)=>t*c)}}(e,t,{...a,id:`${a.id}-e`}):void 0,x=t=>{var a;let i,l,o,d;return g`<figure>
      <figcaption><strong>${b(t.title,200)}</strong></figcaption>
      ${function(e){var t,a,r,i,l,o,d,s,c;let u,h,p,f,$,b,v,x,[w,k]=function({lines:e,levels:t,floor:a,ceiling:r}){let n=[...e.flatMap(({points:e})=>e.map(({y:e})=>e)),...t.map(({y:e})=>e)].filter(e=>null!==e),[i,l]=[Math.min(...n),Math.max(...n)],o=.1*(l-i||Math.abs(l)||1),d=Math.max(i-o,a??-1/0),s=Math.min(l+o,r??1/0);return s>d?[d,s]:[d-o,s+o]}(e),y=t=>56+350*t/Math.max(e.end,1e-9),Z=e=>178-(Math.min(k,Math.max(w,e))-w)/(k-w)*150;return g`<svg
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
      ${function({levels:[e],worse:t},a){if(void 0===e)return m;let r=a(e.y),[n,i]="below"===t?[r,178]:[28,r];return g`<rect
    class="bad-side"
    x="${56}"
    y="${N(n)}"
    width="${350}"
    height="${N(i-n)}"
    fill="#c11c26"
    fill-opacity="0.06"
  />`}(e,Z)}${function(e,t){let a=Math.min(e.warmUp,e.end);if(a<=0)return m;let r=t(a)-56,n=r<60?m:q("warm-up",61,172);return g`<rect
      class="warm-up"
      x="${56}"
      y="${28}"
      width="${N(r)}"
      height="${150}"
      fill="#59636e"
      fill-opacity="0.14"
    />${n}`}(e,y)}${t=e,a=w,r=k,i=Z,$=t.ticks?.filter(e=>e>=a&&e<=r)??(l=a,u=((o=r)-l)/4,h=10**Math.floor(Math.log10(u)),f=Math.ceil(l/(p=([1,2,5,10].find(e=>e*h>=u)??10)*h)-1e-9),Array.from({length:Math.floor(o/p+1e-9)-f+1},(e,t)=>(f+t)*p)),b=t.tick??(e=>(0,n.ZV)(e,4)),g`${q(t.yLabel,56,16)}${$.map(e=>g`<path
          class="grid"
          d="M${56} ${N(i(e))}H${406}"
          stroke="#d1d9e0"
          stroke-width="1"
          fill="none"
        />${q(b(e),50,i(e)+4,"end")}`)}`}${d=e,s=y,v=(c=d.end,V.find(e=>c/e<=6)??3600*Math.ceil(c/6/3600)),x=Array.from({length:Math.floor(d.end/v+1e-9)+1},(e,t)=>t*v),g`<path
      class="axis"
      d="M${56} ${28}V${178}H${406}"
      stroke="#818b98"
      stroke-width="1"
      fill="none"
    />${x.map(e=>q((0,n.qo)(1e3*e),s(e),194,"middle"))}${q("time since the watch began (mm:ss)",406,212,"end")}`}
      ${e.levels.map(e=>S(e.style,`M${N(56)} ${N(Z(e.y))}H${N(406)}`))}
      ${e.lines.map(e=>(function({style:e,points:t},a,r){var n;let i=[],l=!1;for(let e of t)null!==e.y&&i.push(`${l?"L":"M"}${N(a(e.x))} ${N(r(e.y))}`),l=null!==e.y;let o=(t.length>40?(n=t).filter((e,t)=>(n[t-1]?.y??null)===null&&(n[t+1]?.y??null)===null):t).map(t=>{if(null===t.y)return"";let[n,i]=[a(t.x),r(t.y)];return"baseline"===e?g`<rect
          class="m-${e}"
          x="${N(n-2.5)}"
          y="${N(i-2.5)}"
          width="5"
          height="5"
          fill="${M[e].colour}"
        />`:g`<circle
          class="m-${e}"
          cx="${N(n)}"
          cy="${N(i)}"
          r="3"
          fill="${M[e].colour}"
        />`});return g`${0===i.length?"":S(e,i.join(""))}${o}`})(e,y,Z))}
    </svg>
    ${function({lines:e,levels:t}){let a=[...e,...t];return g`<ul class="legend">
    ${a.map(({style:e,label:t})=>g`<li>
          <svg width="34" height="10" viewBox="0 0 34 10" aria-hidden="true">
            ${S(e,"M1 5H33")}
          </svg>
          ${t} <span class="quiet">(${M[e].words})</span>
        </li>`)}
  </ul>`}(e)}`}(t)}
      <p class="quiet">${t.description}</p>
      ${r&&t===$?(i=Math.ceil((a=e).series.length/24),l=a.series.filter((e,t)=>(a.series.length-1-t)%i==0),o=1===i?"":` (one point of every ${String(i)})`,d=a.series.some(({baseline:e})=>void 0!==e),g`<details>
    <summary>Numbers${o}</summary>
    ${w(`Numbers of ${a.id}`,l,[{head:"Until",cell:({t:e})=>(0,n.qo)(1e3*e),isNumber:!0},{head:"Value",cell:e=>{let t;return(null===(t=s(a,e))?"":h(a,t))||"–"},isNumber:!0},...d?[{head:"Baseline",cell:e=>{let t;return(null===(t=c(e.baseline))?"":h(a,t))||"–"}}]:[],{head:"Samples",cell:({samples:e})=>(0,n.ZV)(e,0),isNumber:!0},{head:"Bad",cell:({failures:e})=>(0,n.ZV)(e,0),isNumber:!0}])}
  </details>`):m}
    </figure> `};return g`${x($)}${void 0===v?m:x(v)}`}(a,e,o,p)}}),[f,$]=[p.filter(({check:e})=>"within"!==e.outcome),p.filter(({check:e})=>"within"===e.outcome)],v=e=>0===e.length?m:g`<div class="charts">${e.map(({figure:e})=>e)}</div> `;return[v(i?p:f),i||0===$.length?m:y(`Charts of the ${String($.length)} checks within their limits`,v($)),k(r,1===r?"more chart":"more charts")]}(e,t)],["Failures by kind",(r=e.checks,w("Failures by kind",(0,l.md)(r).filter(e=>""!==(0,l.Kk)(e)).flatMap(e=>(0,l.Q3)(e).slice(0,10).map(([t,a])=>({check:e,kind:t,count:a}))),[{head:"Check",cell:({check:e})=>v(e.id)},{head:"Kind",cell:({kind:e})=>b(e,200)},{head:"Failures",cell:({count:e})=>(0,n.ZV)(e,0),isNumber:!0},{head:"Of all failures of the check",cell:({check:e,count:t})=>e.failures>0?`${(0,n.ZV)(100*t/e.failures,1)} %`:"–",isNumber:!0}]))],["Rollback",function(e){let{attempts:t}=e.rollback;return w("Attempts of the rollback",t,[{head:"Strategy",cell:({id:e})=>v(e)},{head:"Outcome",cell:({outcome:e})=>A(T[e].tone,T[e].text)},{head:"What happened",cell:({detail:e})=>b(e)},{head:"From",cell:({from:e})=>W(e)},{head:"To",cell:({to:e})=>W(e)},{head:"Took",cell:({outcome:e,seconds:t})=>"skipped"===e?"–":(0,n.a3)(1e3*t),isNumber:!0},{head:"Link",cell:I}])}(e)]].flatMap(([e,a])=>{let r=g`${a}`;if(""===r.text.trim())return[];let n=2===t.level?g`<h2>${e}</h2>`:g`<h3>${e}</h3>`;return[g`<section>${n} ${r}</section> `]})}function U({rollback:e},t){if("not-needed"===e.status)return m;let{outcome:a,more:r}=(0,l.fw)(e,t),i=(0,Z.Wy)(e),o=void 0===i?m:g` By ${v(i.id)} in ${(0,n.a3)(1e3*e.seconds)}.`,d=x("Look at it",i?.url??null),s=void 0===i||"Look at it"===d.text?m:g` ${d}`,c=""===r?m:g` ${b(r)}`;return g`<span class="status">${a}</span>${o}${c}${s}`}function A(e,t){return"flat"===e?g`${t}`:g`<span class="o-${e}">${t}</span>`}function E({limit:e,before:t}){return void 0===t||"kept"===t.effect?b(e,120):g`${b(e,120)}<br /><span class="quiet">${b(t.inWords,600)}</span>`}function B(e){let t=(0,l.VO)(e),a=(0,n.oR)([(0,l.Pe)(e),t],"; ");return""===a?"–":b(a,300)}function I({url:e,runId:t}){return null===e?null===t?"–":b(t,100):x(b(t??"open",100),e)}function W(e){let t=(0,l.ZA)(e);return""===t?"–":b(t,400)}function F({rollback:e}){return"not-needed"!==e.status}function H({name:e},{targets:t}){return t.length>1?[v(e),": "]:m}function O(e){return g`<time datetime="${e}">${e.replace("T"," ").replace(/\.\d+Z$/,"")} UTC</time>`}function D(e){var t;let{title:a}=(0,l.gD)(e),i=null===e.host.project?"":` – ${e.host.project}`;return g`<!doctype html>
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
          ${f.trusted(p)}
        </style>
      </head>
      <body>
        <main>${function(e){let t=g`<p class="quiet">The rest did not fit; it is in report.json.</p>`,a=[],n=r.Buffer.byteLength(t.text);for(let i of e){if((n+=r.Buffer.byteLength(i.text))>1048576)return[...a,t];a.push(i)}return a}(function(e){var t,a,r,i;let d,s,c,u,h,p,f;return[function(e){var t;let a,r,n=(0,l.gD)(e),i="verified"===(r=(0,l.A4)(e.targets))&&"not-judged"!==e.verdict?"warn":void 0!==r?C[r]:null===e.verdict?0===e.exitCode?"good":"bad":j[e.verdict],[o,...d]=e.targets,s=void 0!==o&&0===d.length?K(U(o,(0,l.E4)(e))):(t=e.targets,a=({rollback:e})=>(0,l.fw)(e).outcome,g`${[...new Set(t.map(a))].map(e=>{if(""===e)return m;let r=t.filter(t=>a(t)===e),n=r.slice(0,5).map(({name:e},t)=>[t>0?", ":"",v(e)]),i=r.length>5?` and ${String(r.length-5)} more`:"";return g`<p>${n}${i}: <span class="status">${e}</span></p>`})}`);return g`<header class="verdict ${i}">
    <h1>${function(e){let{colour:t,path:a}=P[e];return g`<svg
    class="icon i-${e}"
    width="26"
    height="26"
    viewBox="0 0 24 24"
    aria-hidden="true"
  >
    <circle cx="12" cy="12" r="11" fill="${t}" />
    <path d="${a}" fill="none" stroke="#ffffff" stroke-width="2.5" stroke-linecap="round" />
  </svg>`}(i)} ${n.title}</h1>
    <p class="why">${b(e.reason)}</p>
    ${s}
  </header> `}(e),function(e){var t,a;let r,i,{host:o,config:d}=e,s=(0,l.Z6)(d),c=[["Watched",s.length>0?J(s.map(G)):function(e){let t=[...new Set(e.flatMap(({checks:e})=>e.map(({subject:e})=>e)))];if(0===t.length)return"";let a=t.length-5;return J([...t.slice(0,5).map(e=>b(e,200)),...a>0?[`and ${String(a)} more`]:[]])}(e.targets)],["Version",0===(r=(t=e.targets).flatMap(({name:e,rollback:a})=>{let r=(0,l.Zb)(a);return""===r?[]:[g`${t.length>1?[v(e)," "]:""}${b(r)}`]})).length?"":J(r.slice(0,5))],["Project",null===o.project?"":b(o.project,200)],["Environment",(a=d,0===(i=["kubernetes-context","kubernetes-namespace","helm-namespace"].flatMap(e=>{let t=a[e];return"string"==typeof t&&""!==t?[t]:[]})).length?"":b(i.join(" / "),300))],["Run",null===o.runUrl&&null===o.runId?"":x(b(`${o.system} ${o.runId??"run"}`,200),o.runUrl)],["Verdict after",null===e.detectionSeconds?"":(0,n.a3)(1e3*e.detectionSeconds)],["Exit code",String(e.exitCode)]];return g`<dl class="facts">
    ${c.map(([e,t])=>{let a=g`${t}`;return""===a.text?m:g`<dt>${e}</dt>
            <dd>${a}</dd> `})}
  </dl> `}(e),R("What happened",(t=Q(e),s=[{at:d=Date.parse(e.startedAt),tone:"flat",text:g`The run began (${O(e.startedAt)}).`},...function(e,t){let{detectedAt:a,detectionSeconds:r,verdict:i}=e,o=null===a?0/0:Date.parse(a);if(null===i||null===r||Number.isNaN(o))return[];let d=o-1e3*r,s=e.targets.filter(({extension:e})=>void 0!==e);return[{at:d,tone:"flat",text:t>0?`The watch began, with a warm-up of ${(0,n.a3)(1e3*t)}.`:"The watch began."},...t>0&&t<r?[{at:d+1e3*t,tone:"flat",text:"The warm-up ended: from here on the checks count."}]:[],...s.slice(0,10).map(t=>({at:null,tone:"warn",text:g`${H(t,e)}The watch went on for up to
      ${(0,n.a3)((t.extension?.seconds??0)*1e3)}:
      ${b(t.extension?.why??"",400)}`})),{at:o,tone:j[i],text:g`<strong>Verdict: ${(0,l.ge)(i).title.toLowerCase()}</strong>,
        ${(0,n.a3)(1e3*r)} after the watch began.`}]}(e,t),...(a=e).targets.filter(F).slice(0,10).flatMap(e=>{let{status:t,seconds:r,attempts:i}=e.rollback,{outcome:o,more:d}=(0,l.fw)(e.rollback),s=H(e,a),c=null!==e.rollback.healthConfirmed&&"withheld"!==t;return[...i.filter(({outcome:e})=>"skipped"!==e).map(e=>{let t;return{at:null,tone:"failed"===e.outcome?"bad":"verified"===e.outcome?"good":"warn",text:g`${s}Strategy ${v(e.id)}: ${e.outcome} after
            ${(0,n.a3)(1e3*e.seconds)}.
            ${b((0,n.KG)(e.detail),400)}${"Look at it"===(t=x("Look at it",e.url)).text?m:[" ",t,"."]}`}}),{at:null,tone:C[t],text:g`${s}${c?"The failed checks ran again. ":""}<strong
              >${o}</strong
            >
            ${b(d,400)}${r>0?` In all ${(0,n.a3)(1e3*r)}.`:""}`}]}),{at:Date.parse(e.endedAt),tone:"flat",text:g`The run ended with exit code ${String(e.exitCode)} (${O(e.endedAt)}).`}],c=e.targets.filter(F).length,g`<ol class="timeline">
      ${s.map(e=>(function({at:e,tone:t,text:a},r){let i=null===e||Number.isNaN(e-r)?null:Math.max(0,e-r);return g`<li>
    <span class="at"
      >${null===i?m:`+${(0,n.qo)(1e3*Math.round(i/1e3))}`}</span
    >
    <span class="what t-${t}">${a}</span>
  </li> `})(e,d))}
    </ol>
    ${k(c-10,"more targets with a rollback")}`)),...(h=(r=e).targets.length>1,p=(u=r.targets.flatMap(e=>e.checks).filter(o),new Set((0,l.md)(u).slice(0,48))),f=e=>({id:`target-${String(e+1)}`,warmUp:Q(r),drawn:p,level:h?3:2}),h?[R("Targets",w("Targets",Y(r.targets),[{head:"Target",cell:({target:e,index:t})=>g`<a href="#target-${String(t+1)}">${v(e.name)}</a>`},{head:"Verdict",cell:({target:e})=>g`<span class="o-${j[e.verdict]}">${e.verdict}</span>`},{head:"Rollback",cell:({target:{rollback:e}})=>g`<span class="o-${C[e.status]}">${e.status}</span>`},{head:"Checks",cell:({target:e})=>(0,n.ZV)(e.checks.length,0)},{head:"Why",cell:({target:e})=>b(e.reason,300)}])),...Y(r.targets).map(({target:e,index:t})=>(function(e,t){let{title:a}=(0,l.ge)(e.verdict),r=g`<p>${b(e.reason)}</p>
    ${K(U(e))} ${z(e,t)}`,n=g`${v(e.name)}:
    <span class="o-${j[e.verdict]}">${a}</span>`;return"healthy"!==e.verdict?g`<section id="${t.id}">
      <h2>${n}</h2>
      ${r}
    </section> `:g`<section id="${t.id}">${y(n,r)}</section> `})(e,f(t)))]:r.targets.flatMap((e,t)=>z(e,f(t)))),R("Findings",w("Findings",e.findings,[{head:"Level",cell:({level:e})=>g`<span class="o-${X[e].tone}">${X[e].text}</span>`},{head:"About",cell:({subject:e})=>v(e)},{head:"What was found",cell:({message:e})=>b(e)},{head:"What to do",cell:({fix:e})=>void 0===e?"–":b(e)}])),R("Notices",0===(i=e.notices).length?m:g`<ul>
      ${i.slice(0,100).map(e=>g`<li>${b(e)}</li>`)}
    </ul>
    ${k(i.length-100)}`),...function(e){let t=e.targets.flatMap(t=>{let a,r=(a=e=>(0,n.ZV)(e,3),w(`Statistics of ${t.name}`,t.checks,[{head:"Check",cell:({id:e})=>v(e)},{head:"In one sentence",cell:e=>b((0,l.YC)(e),600)},{head:"Source",cell:({source:e})=>b(e,60)},{head:"Evidence (ln): end / highest / to act",cell:({evidence:e})=>null===e?"–":[e.logE,e.maxLogE,e.threshold].map(a).join(" / ")},{head:"Baseline",cell:({baseline:e})=>void 0===e?"–":`${(0,n.ZV)(e.failures,0)} of ${(0,n.ZV)(e.samples,0)} bad`},{head:"Hour before the deploy",cell:({before:e})=>void 0===e?"–":b(e.inWords,600)},{head:"Connections / addresses",cell:({connections:e,remoteAddresses:t})=>void 0===e?"–":`${(0,n.ZV)(e,0)} / ${(0,n.ZV)(t??0,0)}`}]));if(""===r.text)return[];let i=e.targets.length>1?g`<h3>${v(t.name)}</h3>`:m;return[g`${i}${r}`]}),a=Object.entries(e.config),[r,...i]=[0===t.length?m:y("Statistics",t.slice(0,50)),0===a.length?m:y(`Effective configuration (${(0,n.LS)(a.length,"input")})`,w("Effective configuration",a,[{head:"Input",cell:([e])=>v(e)},{head:"Value",cell:([,e])=>{var t;let a;return""===(a="string"==typeof(t=e)?t:JSON.stringify(t))?"–":v(a,600)}}]))].filter(({text:e})=>""!==e);return void 0===r?[]:[g`<h2>Details</h2>
          ${r}`,...i]}(e)].filter(({text:e})=>""!==e)}(e))}</main>
        ${t=e,g`<footer>
    rollgate ${t.tool.version}, command ${v(t.command)}. The same record for programs
    is in report.json beside this page.
  </footer> `}
      </body>
    </html> `.text}function R(e,t){return""===t.text.trim()?m:g`<section>
        <h2>${e}</h2>
        ${t}
      </section> `}let P={good:{colour:"#116329",path:"M7 12.5l3.5 3.5L17 8.5"},bad:{colour:"#a40e26",path:"M8 8l8 8M16 8l-8 8"},warn:{colour:"#7d4e00",path:"M12 6v8M12 17v1"},flat:{colour:"#59636e",path:"M7 12h10"}};function K(e){return""===e.text?m:g`<p>${e}</p>`}function G({id:e,value:t}){return"url"===e?b(t,600):g`${b(t,600)} <span class="quiet">(${e})</span>`}function J(e){return g`<ul>
    ${e.map(e=>g`<li>${e}</li>`)}
  </ul>`}function Q({config:e}){let t=e["warm-up"],a="string"==typeof t?(0,i.E9)(t):void 0;return a?.ok===!0?a.value/1e3:0}function Y(e){let t={unhealthy:0,inconclusive:1,cancelled:2,"not-judged":3,healthy:4};return e.map((e,t)=>({target:e,index:t})).sort((e,a)=>t[e.target.verdict]-t[a.target.verdict])}let X={error:{tone:"bad",text:"✗ error"},warning:{tone:"warn",text:"! warning"},notice:{tone:"flat",text:"notice"}}})};
