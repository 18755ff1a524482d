import { Window } from "happy-dom";
import { script } from "./script.js";

const settings = { enableJavaScriptEvaluation: true, suppressInsecureJavaScriptEnvironmentWarning: true };
const window = new Window({ url: process.env.SERVER, settings });
window.eval(script);
console.log(JSON.stringify(await window.wrongAt(process.env.SERVER)));
await window.happyDOM.close();
