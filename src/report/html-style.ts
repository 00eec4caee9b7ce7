/**
 * The style sheet of the page. Every colour is a variable, so that the dark page is the same page; text has a contrast of at
 * least 4.5 on what it stands on, in both (WCAG 2.2, 1.4.3).
 */
export const styleSheet = `
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
`;
