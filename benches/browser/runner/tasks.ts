// Measures the tasks of a page's main thread with Chromium's own trace.

import type { Browser, Page } from "@playwright/test";

const TASK = "ThreadControllerImpl::RunTask";
const MAIN_THREAD = "CrRendererMain";
const CATEGORIES = ["-*", "toplevel", "__metadata"];

/** The parts of a trace event that are used here. Times are in microseconds. */
interface TraceEvent {
	name: string;
	pid: number;
	tid: number;
	dur?: number;
	args: { name?: string };
}

export function tracing(page: Page) {
	const browser = page.context().browser() as Browser;
	return {
		async start(): Promise<void> {
			await browser.startTracing(page, { categories: CATEGORIES });
		},
		/**
		 * Returns the longest task since the start, in milliseconds, on the busiest main thread,
		 * which is the page's.
		 */
		async stop(): Promise<number> {
			const trace = await browser.stopTracing();
			const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
			const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
			const named = traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === MAIN_THREAD);
			const tasks = new Map<string, number[]>(named.map((event) => [thread(event), []]));
			for (const event of traceEvents) {
				if (event.name === TASK && event.dur) tasks.get(thread(event))?.push(event.dur / 1000);
			}
			const sum = (durations: number[]) => durations.reduce((total, duration) => total + duration, 0);
			const [busiest = []] = [...tasks.values()].sort((a, b) => sum(b) - sum(a));
			if (busiest.length === 0) throw new Error("the trace has no task of a page's main thread");
			return busiest.reduce((longest, duration) => Math.max(longest, duration));
		},
	};
}
