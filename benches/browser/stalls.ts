// Measures the longest task of the page's main thread.
//
// The runner lets Chromium trace its tasks. In other browsers, a worker posts the time at
// intervals. A message that is posted during a task waits for the end of that task, so the longest
// wait is an upper bound for the longest task.

import type { Host } from "./host.ts";

export interface Stalls {
	what: string;
	milliseconds: number;
}

/** Measures from now on, until the returned function is called. */
export async function watchStalls({ trace, longestTask }: Host): Promise<() => Promise<Stalls>> {
	if (trace && longestTask) {
		await trace();
		return async () => ({ what: "longest task", milliseconds: await longestTask() });
	}
	const worker = new Worker(new URL("./ticker.ts", import.meta.url), { type: "module" });
	let longest = 0;
	const stop = async () => {
		// The messages that were posted during the last task are still pending.
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
