// Owns a page that has just been opened, and opens one source: how long that takes from the import on.

import { address } from "./streams.ts";

const ours = new URLSearchParams(location.search).has("ours");
const Class = ours ? (await import("headwater")).EventSource : EventSource;

const started = performance.now();
const source = new Class(address({ workload: "small", events: 1 }));
source.onopen = () => {
	Object.assign(globalThis, { opened: performance.now() - started });
	source.close();
};
