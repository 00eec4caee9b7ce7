export const id=571;export const ids=[571];export const modules={9571:(e,t,r)=>{r.r(t),r.d(t,{createCircleciHost:()=>c});var n=r(5780),o=r(8123);function c(e){return{...(0,n.S)("circleci",e),async setOutputs(t){let r=e.env.BASH_ENV;if(void 0===r||""===r)return;let n=Object.entries(t).map(([e,t])=>{var r;return`export ${(0,o.o)(e)}=${r=t,`'${r.replaceAll("'","'\\''")}'`}
`});await e.appendFile(r,`
${n.join("")}`)}}}},8123:(e,t,r)=>{function n(e){return`ROLLGATE_${e.toUpperCase().replaceAll("-","_")}`}function o(e){return e.replace(/-([a-z])/g,(e,t)=>t.toUpperCase())}r.d(t,{o:()=>n,y:()=>o})}};
