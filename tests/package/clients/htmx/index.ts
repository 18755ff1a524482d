// A page with htmx and its extension for Server-Sent Events. The hook is `htmx.createEventSource`.
// The extension sets it if it is not set, and calls it for every `sse-connect`.

import { EventSource } from "headwater";
import htmx from "htmx.org";
import "htmx-ext-sse";

const init = { withCredentials: true, headers: { "x-tenant": "lobby" } };
// htmx's types lack the member that the extension adds.
const extended = htmx as typeof htmx & { createEventSource(url: string): globalThis.EventSource };
extended.createEventSource = (url) => new EventSource(url, init);

const log = (text: string) => {
	document.querySelector("output")?.append(`${text}; `);
};
document.addEventListener("htmx:sseOpen", () => log("open"));
document.addEventListener("htmx:sseClose", (event) => log(`close: ${(event as CustomEvent).detail.type}`));
document.addEventListener("htmx:sseMessage", (event) => {
	const { detail } = event as CustomEvent;
	log(`${detail.type} ${detail.lastEventId}`);
});
