export const id="rate-limiter-flexible-component-memorystorage";export const ids=["rate-limiter-flexible-component-memorystorage"];export const modules={28178:(e,o,t)=>{e.exports=t(81534)}};
