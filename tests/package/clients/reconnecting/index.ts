// A page with a ReconnectingEventSource. The hook is the option `eventSourceClass`. The class gets
// the other options.

import { EventSource, type EventSourceInit } from "headwater";
import ReconnectingEventSource from "reconnecting-eventsource";

const init: EventSourceInit = { headers: { "x-tenant": "lobby" } };
const source = new ReconnectingEventSource("/feed", { ...init, eventSourceClass: EventSource, max_retry_time: 300 });

const list = (text: string) => {
	document.querySelector("ol")?.append(Object.assign(document.createElement("li"), { textContent: text }));
};
source.onopen = () => list("open");
source.onerror = () => list("error");
for (const type of ["message", "news"]) {
	source.addEventListener(type, (event) => list(`${type} ${(event as MessageEvent).data}`));
}
document.querySelector("button")?.addEventListener("click", () => source.close());
