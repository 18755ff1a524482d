import { ask } from "./ask.js";
import { EventSource } from "./node_modules/headwater/dist/index.js";

chrome.runtime.onConnect.addListener((port) => {
	port.onMessage.addListener((server) => ask(EventSource, server, (text) => port.postMessage(text)));
});
