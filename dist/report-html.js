export const id="report-html";export const ids=["report-html"];export const modules={6865:(e,t,r)=>{r.r(t),r.d(t,{renderHtml:()=>eA});var n=r(4573),a=r(15240),i=r(41101),l=r(72691);let o=2;function d(e){return e.series.filter(t=>null!==p(e,t)).length>=o}function s(e,t){let r={style:"value",label:void 0===e.baseline?f(e):`${f(e)}, new version`,points:e.series.map(t=>({x:t.t,y:p(e,t)}))},n={style:"baseline",label:"baseline",points:e.series.map(({t:e,baseline:t})=>({x:e,y:m(t)}))},i="ratio"===e.kind&&n.points.filter(({y:e})=>null!==e).length>=o?[r,n]:[r],l=x(e);return{id:t.id,title:`${e.id}: ${f(e)} during the watch`,description:[...i.map(t=>v(t,e)),...l.map(({label:t,y:r})=>`${(0,a.Iu)(t)}: ${$(e,r)}.`)].join(" "),yLabel:"ratio"===e.kind?`${f(e)}, %`:f(e),end:e.series.at(-1)?.t??0,warmUp:t.warmUp,lines:i,levels:l,worse:e.limit.includes("≤")&&"ratio"!==e.kind?"above":"below",floor:"value"===e.kind?null:0,ceiling:"ratio"===e.kind?100:null}}function c(e,t,r){if(null===e.evidence||""===(0,l.hb)(e,t))return;let n=e=>(0,l.gl)(e,t)/Math.LN10,i=e.series.map(({t:e,logE:t})=>({x:e,y:g(n(t))})),o=n(e.evidence.threshold),d=(0,l.pq)((0,l.gl)(e.evidence.threshold,t)),s=Math.ceil(Math.max(o,...i.map(({y:e})=>e??0))),c=Math.max(1,Math.ceil(s/5));return{id:r.id,title:`${e.id}: evidence that the limit is broken`,description:`How seldom a version within the limit looks this bad. Highest: ${(0,l.pq)((0,l.gl)(e.evidence.maxLogE,t))}. Enough to act: ${d}.`,yLabel:"a good version looks this bad once in … watches",end:e.series.at(-1)?.t??0,warmUp:r.warmUp,lines:[{style:"value",label:"evidence against the new version",points:i}],levels:[{style:"limit",label:`enough to act (${d})`,y:o}],worse:"above",floor:null,ceiling:null,tick:e=>e>6?`1e${(0,a.ZV)(e,0)}`:(0,a.ZV)(10**e,0),ticks:Array.from({length:Math.floor(s/c)+1},(e,t)=>t*c)}}function u(e,t){let r=p(e,t);return null===r?"":$(e,r)}function h(e,t){let r=m(t.baseline);return null===r?"":$(e,r)}function f(e){switch(e.metric){case"success-rate":return"success rate";case"latency":return"requests that were fast enough";case"errors-per-minute":return"errors per minute";case"relative":return void 0===e.slowerThan?"success rate":"requests that were fast enough";case"health":case"value":return"value"}}function p(e,t){return"ratio"===e.kind?m(t):g(t.value??null)}function m(e){return void 0===e||e.samples<=0?null:g(100*(1-e.failures/e.samples))}function g(e){return null!==e&&Number.isFinite(e)?e:null}function $(e,t){return"ratio"===e.kind?`${(0,a.ZV)(t)} %`:"rate"===e.kind?`${(0,a.ZV)(t)} per minute`:b(t)}function b(e){return(0,a.ZV)(Math.abs(e)>=1e3?Math.round(e):Number(e.toPrecision(4)),8)}function v({label:e,points:t},r){let n=t.flatMap(({x:e,y:t})=>null===t?[]:[{x:e,y:t}]),[i,l]=[n[0],n.at(-1)];if(void 0===i||void 0===l)return`${(0,a.Iu)(e)}: no values.`;let o=!r.limit.includes("≤")||"ratio"===r.kind,d=n.reduce((e,t)=>(o?t.y<e.y:t.y>e.y)?t:e),s=({x:e,y:t})=>`${$(r,t)} at ${(0,a.qo)(1e3*e)}`;return`${(0,a.Iu)(e)}: ${s(i)}, ${o?"lowest":"highest"} ${s(d)}, ${s(l)} at the end.`}function x(e){let t=w(e);if(null===t)return[];let{before:r}=e,n=r?.effect==="stricter"||r?.effect==="over",a=void 0===r?null:n?k(r):y(r);return[{style:"limit",label:n?"limit, from the hour before the deploy":"limit",y:t},...null===a||a===t?[]:[{style:"other-limit",label:n?"limit as configured":"what the hour before the deploy would allow",y:a}]]}function w({metric:e,limit:t}){if("relative"===e||"health"===e)return null;let r=/-?\d[\d,]*(\.\d+)?/.exec(t);return null===r?null:Number(r[0].replaceAll(",",""))}function k({set:e}){switch(e.metric){case"success-rate":return e.minPercent;case"errors-per-minute":return e.max;case"value":return"max"in e?e.max:e.min;case"latency":case"relative":return null}}function y({set:e,limit:t}){return null===t||"latency"===e.metric||"relative"===e.metric?null:"success-rate"===e.metric?100*(1-t):t}let M=`
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
`;class q{text;constructor(e){this.text=e}static trusted(e){return new q(e)}}let S=q.trusted("");function V(e,...t){return q.trusted(e.map((e,r)=>N(e)+Z(t[r]??"")).join(""))}function N(e){return e.replace(/\s*\n\s*/g,"\n")}function Z(e){return e instanceof q?e.text:"number"==typeof e?String(e):"string"==typeof e?C(e):e.map(Z).join("")}let j={"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&quot;","'":"&#39;"};function C(e){return(0,a.$0)(e).replace(/[\t\n]/g," ").replace(/\p{Surrogate}/gu,"�").replace(/[&<>"']/g,e=>j[e]??"")}function L(e,t=1e3){let r=(0,a.TN)(e,t).split(/`([^`]+)`/);return V`${r.map((e,t)=>t%2==1?V`<code>${e}</code>`:e)}`}function T(e,t=300){return V`<code>${(0,a.TN)(e,t)}</code>`}function z(e,t){let r=(0,a.Dy)(t);return null===r?V`${e}`:V`<a href="${r}" rel="noopener noreferrer nofollow">${e}</a>`}let U=200,A="–";function E(e,t,r){if(0===t.length)return S;let n=t.slice(0,U),a=r.map(e=>({...e,cells:n.map(t=>V`${e.cell(t)}`)})).filter(({cells:e})=>e.some(({text:e})=>e!==A)),i=a.map(({head:e})=>V`<th scope="col">${e}</th>`),l=n.map((e,t)=>V`<tr>
        ${a.map(({head:e,cells:r,isNumber:n})=>V`<td data-label="${e}" ${n?V`class="number"`:S}>
              ${r[t]??S}
            </td>`)}
      </tr> `);return V`<table
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
    ${B(t.length-U)}`}function B(e,t="more"){return e>0?V`<p class="quiet">… and ${String(e)} ${t}, see report.json.</p>`:S}function I(e,t){return V`<details class="fold">
    <summary>${e}</summary>
    ${t}
  </details> `}let W={value:{colour:"#0550ae",dash:"none",width:2.5,words:"solid line"},baseline:{colour:"#7d4e00",dash:"7 4",width:2,words:"dashed line"},limit:{colour:"#c11c26",dash:"2 3",width:2,words:"dotted line"},"other-limit":{colour:"#59636e",dash:"10 3 2 3",width:1.5,words:"dash-dotted line"}},F=430,H=220,O=56,D=406,R=28,P=178;function K(e){let[t,r]=en(e),n=t=>O+(D-O)*t/Math.max(e.end,1e-9),a=e=>P-(Math.min(r,Math.max(t,e))-t)/(r-t)*(P-R);return V`<svg
      xmlns="http://www.w3.org/2000/svg"
      role="img"
      width="${F}"
      height="${H}"
      viewBox="0 0 ${F} ${H}"
      aria-labelledby="${e.id}-t ${e.id}-d"
      font-family="sans-serif"
      font-size="12.5"
      fill="#1f2328"
      class="chart"
    >
      <title id="${e.id}-t">${e.title}</title>
      <desc id="${e.id}-d">${e.description}</desc>
      ${G(e,a)}${J(e,n)}${Q(e,t,r,a)}${Y(e,n)}
      ${e.levels.map(e=>et(e.style,`M${eo(O)} ${eo(a(e.y))}H${eo(D)}`))}
      ${e.lines.map(e=>_(e,n,a))}
    </svg>
    ${er(e)}`}function G({levels:[e],worse:t},r){if(void 0===e)return S;let n=r(e.y),[a,i]="below"===t?[n,P]:[R,n];return V`<rect
    class="bad-side"
    x="${O}"
    y="${eo(a)}"
    width="${D-O}"
    height="${eo(i-a)}"
    fill="#c11c26"
    fill-opacity="0.06"
  />`}function J(e,t){let r=Math.min(e.warmUp,e.end);if(r<=0)return S;let n=t(r)-O,a=n<60?S:X("warm-up",O+5,P-6);return V`<rect
      class="warm-up"
      x="${O}"
      y="${R}"
      width="${eo(n)}"
      height="${P-R}"
      fill="#59636e"
      fill-opacity="0.14"
    />${a}`}function Q(e,t,r,n){let i=e.ticks?.filter(e=>e>=t&&e<=r)??ea(t,r),l=e.tick??(e=>(0,a.ZV)(e,4));return V`${X(e.yLabel,O,16)}${i.map(e=>V`<path
          class="grid"
          d="M${O} ${eo(n(e))}H${D}"
          stroke="#d1d9e0"
          stroke-width="1"
          fill="none"
        />${X(l(e),O-6,n(e)+4,"end")}`)}`}function Y(e,t){let r=el(e.end),n=Array.from({length:Math.floor(e.end/r+1e-9)+1},(e,t)=>t*r);return V`<path
      class="axis"
      d="M${O} ${R}V${P}H${D}"
      stroke="#818b98"
      stroke-width="1"
      fill="none"
    />${n.map(e=>X((0,a.qo)(1e3*e),t(e),P+16,"middle"))}${X("time since the watch began (mm:ss)",D,P+34,"end")}`}function X(e,t,r,n="start"){return V`<text class="quiet" x="${eo(t)}" y="${eo(r)}" text-anchor="${n}" fill="#59636e"
    >${e}</text
  >`}function _({style:e,points:t},r,n){let a=[],i=!1;for(let e of t)null!==e.y&&a.push(`${i?"L":"M"}${eo(r(e.x))} ${eo(n(e.y))}`),i=null!==e.y;let l=(t.length>40?ee(t):t).map(t=>{if(null===t.y)return"";let[a,i]=[r(t.x),n(t.y)];return"baseline"===e?V`<rect
          class="m-${e}"
          x="${eo(a-2.5)}"
          y="${eo(i-2.5)}"
          width="5"
          height="5"
          fill="${W[e].colour}"
        />`:V`<circle
          class="m-${e}"
          cx="${eo(a)}"
          cy="${eo(i)}"
          r="3"
          fill="${W[e].colour}"
        />`});return V`${0===a.length?"":et(e,a.join(""))}${l}`}function ee(e){return e.filter((t,r)=>(e[r-1]?.y??null)===null&&(e[r+1]?.y??null)===null)}function et(e,t){let{colour:r,dash:n,width:a}=W[e];return V`<path
    class="l-${e}"
    d="${t}"
    fill="none"
    stroke="${r}"
    stroke-width="${a}"
    stroke-dasharray="${n}"
    stroke-linejoin="round"
  />`}function er({lines:e,levels:t}){let r=[...e,...t];return V`<ul class="legend">
    ${r.map(({style:e,label:t})=>V`<li>
          <svg width="34" height="10" viewBox="0 0 34 10" aria-hidden="true">
            ${et(e,"M1 5H33")}
          </svg>
          ${t} <span class="quiet">(${W[e].words})</span>
        </li>`)}
  </ul>`}function en({lines:e,levels:t,floor:r,ceiling:n}){let a=[...e.flatMap(({points:e})=>e.map(({y:e})=>e)),...t.map(({y:e})=>e)].filter(e=>null!==e),[i,l]=[Math.min(...a),Math.max(...a)],o=.1*(l-i||Math.abs(l)||1),d=Math.max(i-o,r??-1/0),s=Math.min(l+o,n??1/0);return s>d?[d,s]:[d-o,s+o]}function ea(e,t){let r=(t-e)/4,n=10**Math.floor(Math.log10(r)),a=([1,2,5,10].find(e=>e*n>=r)??10)*n,i=Math.ceil(e/a-1e-9);return Array.from({length:Math.floor(t/a+1e-9)-i+1},(e,t)=>(i+t)*a)}let ei=[1,2,5,10,20,30,60,120,300,600,900,1800,3600,7200,14400,21600];function el(e){return ei.find(t=>e/t<=6)??3600*Math.ceil(e/6/3600)}function eo(e){return String(Math.round(10*e)/10)}var ed=r(51117);let es={healthy:"good",unhealthy:"bad",inconclusive:"warn",cancelled:"warn","not-judged":"flat"},ec={"not-needed":"flat",verified:"good",unverified:"bad","still-unhealthy":"bad",failed:"bad",withheld:"warn"},eu={breached:{tone:"bad",text:"✗ breached"},within:{tone:"good",text:"✓ within"},"no-data":{tone:"warn",text:"? no data"}},eh={verified:{tone:"good",text:"✓ verified"},triggered:{tone:"warn",text:"! triggered"},failed:{tone:"bad",text:"✗ failed"},skipped:{tone:"flat",text:"skipped"}};function ef(e,t){return[["Checks",eg(e)],["Charts",ev(e,t)],["Failures by kind",ek(e.checks)],["Rollback",ey(e)]].flatMap(([e,r])=>{let n=V`${r}`;if(""===n.text.trim())return[];let a=2===t.level?V`<h2>${e}</h2>`:V`<h3>${e}</h3>`;return[V`<section>${a} ${n}</section> `]})}function ep({rollback:e},t){if("not-needed"===e.status)return S;let{outcome:r,more:n}=(0,l.fw)(e,t),i=(0,ed.Wy)(e),o=void 0===i?S:V` By ${T(i.id)} in ${(0,a.a3)(1e3*e.seconds)}.`,d=z("Look at it",i?.url??null),s=void 0===i||"Look at it"===d.text?S:V` ${d}`,c=""===n?S:V` ${L(n)}`;return V`<span class="status">${r}</span>${o}${c}${s}`}function em(e,t){return"flat"===e?V`${t}`:V`<span class="o-${e}">${t}</span>`}function eg(e){return E("Checks",(0,l.md)(e.checks),[{head:"Check",cell:({id:e,subject:t})=>V`${T(e)}<br /><span class="quiet">${L(t,200)}</span>`},{head:"Outcome",cell:({outcome:e,excused:t})=>!0===t?V`${em("warn","? breached")}<br /><span class="quiet"
                >does not count against this deploy</span
              >`:em(eu[e].tone,eu[e].text)},{head:"Value",cell:({shown:e})=>""===e?A:L(e,120),isNumber:!0},{head:"Limit",cell:e$},{head:"Counted",cell:eb},{head:"Odds of bad luck",cell:t=>(0,l.hb)(t,e)||A}])}function e$({limit:e,before:t}){return void 0===t||"kept"===t.effect?L(e,120):V`${L(e,120)}<br /><span class="quiet">${L(t.inWords,600)}</span>`}function eb(e){let t=(0,l.VO)(e),r=(0,a.oR)([(0,l.Pe)(e),t],"; ");return""===r?A:L(r,300)}function ev(e,t){let r=(0,l.md)(e.checks).filter(e=>t.drawn.has(e)),n=e.checks.filter(d).length-r.length,a=r.length<=4,i=r.map(r=>{let n=e.checks.indexOf(r),i={id:`${t.id}-${String(n)}`,warmUp:t.warmUp},l=a||"within"!==r.outcome;return{check:r,figure:ex(r,e,i,l)}}),[o,s]=[i.filter(({check:e})=>"within"!==e.outcome),i.filter(({check:e})=>"within"===e.outcome)],c=e=>0===e.length?S:V`<div class="charts">${e.map(({figure:e})=>e)}</div> `;return[c(a?i:o),a||0===s.length?S:I(`Charts of the ${String(s.length)} checks within their limits`,c(s)),B(n,1===n?"more chart":"more charts")]}function ex(e,t,r,n){let a=s(e,r),i="breached"===e.outcome?c(e,t,{...r,id:`${r.id}-e`}):void 0,l=t=>V`<figure>
      <figcaption><strong>${L(t.title,200)}</strong></figcaption>
      ${K(t)}
      <p class="quiet">${t.description}</p>
      ${n&&t===a?ew(e):S}
    </figure> `;return V`${l(a)}${void 0===i?S:l(i)}`}function ew(e){let t=Math.ceil(e.series.length/24),r=e.series.filter((r,n)=>(e.series.length-1-n)%t==0),n=1===t?"":` (one point of every ${String(t)})`,i=e.series.some(({baseline:e})=>void 0!==e);return V`<details>
    <summary>Numbers${n}</summary>
    ${E(`Numbers of ${e.id}`,r,[{head:"Until",cell:({t:e})=>(0,a.qo)(1e3*e),isNumber:!0},{head:"Value",cell:t=>u(e,t)||A,isNumber:!0},...i?[{head:"Baseline",cell:t=>h(e,t)||A}]:[],{head:"Samples",cell:({samples:e})=>(0,a.ZV)(e,0),isNumber:!0},{head:"Bad",cell:({failures:e})=>(0,a.ZV)(e,0),isNumber:!0}])}
  </details>`}function ek(e){return E("Failures by kind",(0,l.md)(e).filter(e=>""!==(0,l.Kk)(e)).flatMap(e=>(0,l.Q3)(e).slice(0,10).map(([t,r])=>({check:e,kind:t,count:r}))),[{head:"Check",cell:({check:e})=>T(e.id)},{head:"Kind",cell:({kind:e})=>L(e,200)},{head:"Failures",cell:({count:e})=>(0,a.ZV)(e,0),isNumber:!0},{head:"Of all failures of the check",cell:({check:e,count:t})=>e.failures>0?`${(0,a.ZV)(100*t/e.failures,1)} %`:A,isNumber:!0}])}function ey(e){let{attempts:t}=e.rollback;return E("Attempts of the rollback",t,[{head:"Strategy",cell:({id:e})=>T(e)},{head:"Outcome",cell:({outcome:e})=>em(eh[e].tone,eh[e].text)},{head:"What happened",cell:({detail:e})=>L(e)},{head:"From",cell:({from:e})=>eq(e)},{head:"To",cell:({to:e})=>eq(e)},{head:"Took",cell:({outcome:e,seconds:t})=>"skipped"===e?A:(0,a.a3)(1e3*t),isNumber:!0},{head:"Link",cell:eM}])}function eM({url:e,runId:t}){return null===e?null===t?A:L(t,100):z(L(t??"open",100),e)}function eq(e){let t=(0,l.ZA)(e);return""===t?A:L(t,400)}function eS(e){let t=e=>(0,a.ZV)(e,3);return E(`Statistics of ${e.name}`,e.checks,[{head:"Check",cell:({id:e})=>T(e)},{head:"In one sentence",cell:e=>L((0,l.YC)(e),600)},{head:"Source",cell:({source:e})=>L(e,60)},{head:"Evidence (ln): end / highest / to act",cell:({evidence:e})=>null===e?A:[e.logE,e.maxLogE,e.threshold].map(t).join(" / ")},{head:"Baseline",cell:({baseline:e})=>void 0===e?A:`${(0,a.ZV)(e.failures,0)} of ${(0,a.ZV)(e.samples,0)} bad`},{head:"Hour before the deploy",cell:({before:e})=>void 0===e?A:L(e.inWords,600)},{head:"Connections / addresses",cell:({connections:e,remoteAddresses:t})=>void 0===e?A:`${(0,a.ZV)(e,0)} / ${(0,a.ZV)(t??0,0)}`}])}let eV=10;function eN(e,t){let r=Date.parse(e.startedAt),n=[{at:r,tone:"flat",text:V`The run began (${eU(e.startedAt)}).`},...ej(e,t),...eL(e),{at:Date.parse(e.endedAt),tone:"flat",text:V`The run ended with exit code ${String(e.exitCode)} (${eU(e.endedAt)}).`}],a=e.targets.filter(eC).length;return V`<ol class="timeline">
      ${n.map(e=>eZ(e,r))}
    </ol>
    ${B(a-eV,"more targets with a rollback")}`}function eZ({at:e,tone:t,text:r},n){let i=null===e||Number.isNaN(e-n)?null:Math.max(0,e-n);return V`<li>
    <span class="at"
      >${null===i?S:`+${(0,a.qo)(1e3*Math.round(i/1e3))}`}</span
    >
    <span class="what t-${t}">${r}</span>
  </li> `}function ej(e,t){let{detectedAt:r,detectionSeconds:n,verdict:i}=e,o=null===r?0/0:Date.parse(r);if(null===i||null===n||Number.isNaN(o))return[];let d=o-1e3*n,s=e.targets.filter(({extension:e})=>void 0!==e);return[{at:d,tone:"flat",text:t>0?`The watch began, with a warm-up of ${(0,a.a3)(1e3*t)}.`:"The watch began."},...t>0&&t<n?[{at:d+1e3*t,tone:"flat",text:"The warm-up ended: from here on the checks count."}]:[],...s.slice(0,eV).map(t=>({at:null,tone:"warn",text:V`${ez(t,e)}The watch went on for up to
      ${(0,a.a3)((t.extension?.seconds??0)*1e3)}:
      ${L(t.extension?.why??"",400)}`})),{at:o,tone:es[i],text:V`<strong>Verdict: ${(0,l.ge)(i).title.toLowerCase()}</strong>,
        ${(0,a.a3)(1e3*n)} after the watch began.`}]}function eC({rollback:e}){return"not-needed"!==e.status}function eL(e){return e.targets.filter(eC).slice(0,eV).flatMap(t=>{let{status:r,seconds:n,attempts:i}=t.rollback,{outcome:o,more:d}=(0,l.fw)(t.rollback),s=ez(t,e),c=null!==t.rollback.healthConfirmed&&"withheld"!==r;return[...i.filter(({outcome:e})=>"skipped"!==e).map(e=>({at:null,tone:"failed"===e.outcome?"bad":"verified"===e.outcome?"good":"warn",text:V`${s}Strategy ${T(e.id)}: ${e.outcome} after
            ${(0,a.a3)(1e3*e.seconds)}.
            ${L((0,a.KG)(e.detail),400)}${eT(e.url)}`})),{at:null,tone:ec[r],text:V`${s}${c?"The failed checks ran again. ":""}<strong
              >${o}</strong
            >
            ${L(d,400)}${n>0?` In all ${(0,a.a3)(1e3*n)}.`:""}`}]})}function eT(e){let t=z("Look at it",e);return"Look at it"===t.text?S:[" ",t,"."]}function ez({name:e},{targets:t}){return t.length>1?[T(e),": "]:S}function eU(e){return V`<time datetime="${e}">${e.replace("T"," ").replace(/\.\d+Z$/,"")} UTC</time>`}function eA(e){let{title:t}=(0,l.gD)(e),r=null===e.host.project?"":` – ${e.host.project}`;return V`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${t}${r} – Rollgate</title>
        <style>
          ${q.trusted(M)}
        </style>
      </head>
      <body>
        <main>${te(eE(e))}</main>
        ${e7(e)}
      </body>
    </html> `.text}function eE(e){return[eW(e),eR(e),eB("What happened",eN(e,eY(e))),...eX(e),eB("Findings",e6(e.findings)),eB("Notices",e5(e.notices)),...e8(e)].filter(({text:e})=>""!==e)}function eB(e,t){return""===t.text.trim()?S:V`<section>
        <h2>${e}</h2>
        ${t}
      </section> `}function eI(e){let t=(0,l.A4)(e.targets);return"verified"===t&&"not-judged"!==e.verdict?"warn":void 0!==t?ec[t]:null===e.verdict?0===e.exitCode?"good":"bad":es[e.verdict]}function eW(e){let t=(0,l.gD)(e),r=eI(e),[n,...a]=e.targets,i=void 0!==n&&0===a.length?eO(ep(n,(0,l.E4)(e))):eD(e.targets);return V`<header class="verdict ${r}">
    <h1>${eH(r)} ${t.title}</h1>
    <p class="why">${L(e.reason)}</p>
    ${i}
  </header> `}let eF={good:{colour:"#116329",path:"M7 12.5l3.5 3.5L17 8.5"},bad:{colour:"#a40e26",path:"M8 8l8 8M16 8l-8 8"},warn:{colour:"#7d4e00",path:"M12 6v8M12 17v1"},flat:{colour:"#59636e",path:"M7 12h10"}};function eH(e){let{colour:t,path:r}=eF[e];return V`<svg
    class="icon i-${e}"
    width="26"
    height="26"
    viewBox="0 0 24 24"
    aria-hidden="true"
  >
    <circle cx="12" cy="12" r="11" fill="${t}" />
    <path d="${r}" fill="none" stroke="#ffffff" stroke-width="2.5" stroke-linecap="round" />
  </svg>`}function eO(e){return""===e.text?S:V`<p>${e}</p>`}function eD(e){let t=({rollback:e})=>(0,l.fw)(e).outcome;return V`${[...new Set(e.map(t))].map(r=>{if(""===r)return S;let n=e.filter(e=>t(e)===r),a=n.slice(0,5).map(({name:e},t)=>[t>0?", ":"",T(e)]),i=n.length>5?` and ${String(n.length-5)} more`:"";return V`<p>${a}${i}: <span class="status">${r}</span></p>`})}`}function eR(e){let{host:t,config:r}=e,n=(0,l.Z6)(r),i=[["Watched",n.length>0?eK(n.map(eP)):eG(e.targets)],["Version",eQ(e.targets)],["Project",null===t.project?"":L(t.project,200)],["Environment",eJ(r)],["Run",null===t.runUrl&&null===t.runId?"":z(L(`${t.system} ${t.runId??"run"}`,200),t.runUrl)],["Verdict after",null===e.detectionSeconds?"":(0,a.a3)(1e3*e.detectionSeconds)],["Exit code",String(e.exitCode)]];return V`<dl class="facts">
    ${i.map(([e,t])=>{let r=V`${t}`;return""===r.text?S:V`<dt>${e}</dt>
            <dd>${r}</dd> `})}
  </dl> `}function eP({id:e,value:t}){return"url"===e?L(t,600):V`${L(t,600)} <span class="quiet">(${e})</span>`}function eK(e){return V`<ul>
    ${e.map(e=>V`<li>${e}</li>`)}
  </ul>`}function eG(e){let t=[...new Set(e.flatMap(({checks:e})=>e.map(({subject:e})=>e)))];if(0===t.length)return"";let r=t.length-5;return eK([...t.slice(0,5).map(e=>L(e,200)),...r>0?[`and ${String(r)} more`]:[]])}function eJ(e){let t=["kubernetes-context","kubernetes-namespace","helm-namespace"].flatMap(t=>{let r=e[t];return"string"==typeof r&&""!==r?[r]:[]});return 0===t.length?"":L(t.join(" / "),300)}function eQ(e){let t=e.flatMap(({name:t,rollback:r})=>{let n=(0,l.Zb)(r);return""===n?[]:[V`${e.length>1?[T(t)," "]:""}${L(n)}`]});return 0===t.length?"":eK(t.slice(0,5))}function eY({config:e}){let t=e["warm-up"],r="string"==typeof t?(0,i.E9)(t):void 0;return r?.ok===!0?r.value/1e3:0}function eX(e){let t=e.targets.length>1,r=e0(e.targets),n=n=>({id:`target-${String(n+1)}`,warmUp:eY(e),drawn:r,level:t?3:2});return t?[eB("Targets",e1(e_(e.targets))),...e_(e.targets).map(({target:e,index:t})=>e2(e,n(t)))]:e.targets.flatMap((e,t)=>ef(e,n(t)))}function e_(e){let t={unhealthy:0,inconclusive:1,cancelled:2,"not-judged":3,healthy:4};return e.map((e,t)=>({target:e,index:t})).sort((e,r)=>t[e.target.verdict]-t[r.target.verdict])}function e0(e){let t=e.flatMap(e=>e.checks).filter(d);return new Set((0,l.md)(t).slice(0,48))}function e1(e){return E("Targets",e,[{head:"Target",cell:({target:e,index:t})=>V`<a href="#target-${String(t+1)}">${T(e.name)}</a>`},{head:"Verdict",cell:({target:e})=>V`<span class="o-${es[e.verdict]}">${e.verdict}</span>`},{head:"Rollback",cell:({target:{rollback:e}})=>V`<span class="o-${ec[e.status]}">${e.status}</span>`},{head:"Checks",cell:({target:e})=>(0,a.ZV)(e.checks.length,0)},{head:"Why",cell:({target:e})=>L(e.reason,300)}])}function e2(e,t){let{title:r}=(0,l.ge)(e.verdict),n=V`<p>${L(e.reason)}</p>
    ${eO(ep(e))} ${ef(e,t)}`,a=V`${T(e.name)}:
    <span class="o-${es[e.verdict]}">${r}</span>`;return"healthy"!==e.verdict?V`<section id="${t.id}">
      <h2>${a}</h2>
      ${n}
    </section> `:V`<section id="${t.id}">${I(a,n)}</section> `}let e3={error:{tone:"bad",text:"✗ error"},warning:{tone:"warn",text:"! warning"},notice:{tone:"flat",text:"notice"}};function e6(e){return E("Findings",e,[{head:"Level",cell:({level:e})=>V`<span class="o-${e3[e].tone}">${e3[e].text}</span>`},{head:"About",cell:({subject:e})=>T(e)},{head:"What was found",cell:({message:e})=>L(e)},{head:"What to do",cell:({fix:e})=>void 0===e?A:L(e)}])}let e4=100;function e5(e){return 0===e.length?S:V`<ul>
      ${e.slice(0,e4).map(e=>V`<li>${L(e)}</li>`)}
    </ul>
    ${B(e.length-e4)}`}function e8(e){let t=e.targets.flatMap(t=>{let r=eS(t);if(""===r.text)return[];let n=e.targets.length>1?V`<h3>${T(t.name)}</h3>`:S;return[V`${n}${r}`]}),r=Object.entries(e.config),[n,...i]=[0===t.length?S:I("Statistics",t.slice(0,50)),0===r.length?S:I(`Effective configuration (${(0,a.LS)(r.length,"input")})`,E("Effective configuration",r,[{head:"Input",cell:([e])=>T(e)},{head:"Value",cell:([,e])=>e9(e)}]))].filter(({text:e})=>""!==e);return void 0===n?[]:[V`<h2>Details</h2>
          ${n}`,...i]}function e9(e){let t="string"==typeof e?e:JSON.stringify(e);return""===t?A:T(t,600)}function e7(e){return V`<footer>
    rollgate ${e.tool.version}, command ${T(e.command)}. The same record for programs
    is in report.json beside this page.
  </footer> `}function te(e){let t=V`<p class="quiet">The rest did not fit; it is in report.json.</p>`,r=[],a=n.Buffer.byteLength(t.text);for(let i of e){if((a+=n.Buffer.byteLength(i.text))>1048576)return[...r,t];r.push(i)}return r}}};
