import { JSDOM } from "jsdom";
import { script } from "./script.js";

const GIVEN = [
	"fetch",
	"Headers",
	"Request",
	"Response",
	"AbortController",
	"AbortSignal",
	"TextEncoder",
	"TextDecoder",
];

const { window } = new JSDOM("", { url: process.env.SERVER, runScripts: "outside-only" });
window.eval(script);
console.log(JSON.stringify(await window.refusalsAt(process.env.SERVER)));
for (const name of GIVEN) {
	window[name] = globalThis[name];
}
console.log(JSON.stringify(await window.wrongAt(process.env.SERVER)));
window.close();
