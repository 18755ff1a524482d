// Makes a service worker send the request for its clients.

import { ask } from "./ask.js";

export function answerClients(EventSource) {
	addEventListener("message", (event) => {
		event.waitUntil(ask(EventSource, event.data, (text) => event.source.postMessage(text)));
	});
}
