import { test } from "../support.js";
test("x", async ({ lab, page }) => {
  page.on("console", m => console.log("console", m.text()));
  page.on("requestfailed", r => console.log("failed", r.url(), r.failure()));
  const u = lab.url("/silent").replace("127.0.0.1","localhost");
  console.log(await page.evaluate(async (u) => { 
     const r = []; 
     try { const c = new AbortController(); setTimeout(()=>c.abort(), 5000); const x = await fetch(u, {signal: c.signal}); r.push(x.status); } catch (e) { r.push(String(e)); }
     const es = new EventSource(u); await new Promise(res => { es.onopen = () => {r.push("open"); res(0)}; es.onerror = () => {r.push("error "+es.readyState); res(0)}; setTimeout(()=>{r.push("native timeout "+es.readyState);res(0)}, 5000); });
     return r; }, u));
  console.log(JSON.stringify(await (await fetch(lab.origin+"/log?key="+new URL(u).searchParams.get("key"))).json()).slice(0,600));
});
