// A fresh page: it imports one contender, subscribes once, and measures the time from the call to
// the first event.

import { address } from "./streams.ts";

type Subscribe = (url: string, handler: () => void) => void;

const query = new URLSearchParams(location.search);

const listener =
	(Class: typeof EventSource): Subscribe =>
	(url, handler) => {
		const source = new Class(url);
		source.onmessage = () => {
			source.close();
			handler();
		};
	};

async function subscribeWith(entry: Promise<typeof import("headwater")>): Promise<Subscribe> {
	const { EventSource, init } = await entry;
	if (query.has("init")) await init();
	return listener(EventSource as unknown as typeof globalThis.EventSource);
}

/** Each import is a separate file, so that a page loads only one contender. */
const CONTENDERS: Record<string, () => Promise<Subscribe>> = {
	native: async () => listener(EventSource),
	loop: async () => {
		const { createParser } = await import("eventsource-parser");
		return async (url, onEvent) => {
			const parser = createParser({ onEvent });
			const decoder = new TextDecoder();
			const reader = (await fetch(url)).body!.getReader();
			for (let read = await reader.read(); !read.done; read = await reader.read()) {
				parser.feed(decoder.decode(read.value, { stream: true }));
			}
		};
	},
	npm: async () => listener((await import("eventsource")).EventSource as unknown as typeof EventSource),
	microsoft: async () => {
		const { fetchEventSource } = await import("@microsoft/fetch-event-source");
		return (url, onmessage) => fetchEventSource(url, { onmessage });
	},
	headwater: () => subscribeWith(import("headwater")),
	bundled: () => subscribeWith(import("headwater-bundled")),
	callbacks: async () => {
		const { fetchEventSource, init } = await import("headwater");
		if (query.has("init")) await init();
		return (url, onmessage) => fetchEventSource(url, { onmessage });
	},
	slim: () => subscribeWith(import("headwater/slim")),
};

const subscribe = await CONTENDERS[query.get("contender")!]!();
const url = address({ workload: "small", events: 1, delay: Number(query.get("delay")) });
const started = performance.now();
subscribe(url, () => Object.assign(globalThis, { firstEvent: performance.now() - started }));
