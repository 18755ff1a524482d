// Owns how long the page's main thread is busy with one task.
//
// The runner has Chromium trace its tasks. Elsewhere a worker sends the time: what it sends while a
// task runs has to wait for its end, so the longest wait is an upper bound of the longest task.

import type { Host } from "./host.ts";

export interface Stalls {
	what: string;
	milliseconds: number;
}

/** From now on, until what this answers is called. */
export async function watchStalls({ trace, longestTask }: Host): Promise<() => Promise<Stalls>> {
	if (trace && longestTask) {
		await trace();
		return async () => ({ what: "longest task", milliseconds: await longestTask() });
	}
	const worker = new Worker(new URL("./ticker.ts", import.meta.url), { type: "module" });
	let longest = 0;
	const stop = async () => {
		// What was sent during the last task is yet to come.
		await new Promise((resolve) => setTimeout(resolve));
		worker.terminate();
		return { what: "longest wait for the main thread", milliseconds: longest };
	};
	await new Promise((resolve) => worker.addEventListener("message", resolve, { once: true }));
	worker.onmessage = ({ data }) => {
		longest = Math.max(longest, performance.timeOrigin + performance.now() - data);
	};
	return stop;
}
