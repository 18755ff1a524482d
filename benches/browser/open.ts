// A fresh page that opens one source and measures the time from the import to its `open` event.

import { address } from "./streams.ts";

const ours = new URLSearchParams(location.search).has("ours");
const Class = ours ? (await import("headwater")).EventSource : EventSource;

const started = performance.now();
const source = new Class(address({ workload: "small", events: 1 }));
source.onopen = () => {
	Object.assign(globalThis, { opened: performance.now() - started });
	source.close();
};
