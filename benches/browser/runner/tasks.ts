// Measures the tasks of a page's main thread with Chromium's own trace.

import type { DevTools } from "./devtools.ts";

const TASK = "ThreadControllerImpl::RunTask";
const MAIN_THREAD = "CrRendererMain";
const CATEGORIES = { excludedCategories: ["*"], includedCategories: ["toplevel", "__metadata"] };

/** The parts of a trace event that are used here. Times are in microseconds. */
interface TraceEvent {
	name: string;
	pid: number;
	tid: number;
	dur?: number;
	args: { name?: string };
}

export function tracing(devTools: DevTools) {
	let events: TraceEvent[] = [];
	devTools.on("Tracing.dataCollected", ({ value }) => {
		events = events.concat(value as TraceEvent[]);
	});
	return {
		async start(): Promise<void> {
			events = [];
			await devTools.send("Tracing.start", { traceConfig: CATEGORIES });
		},
		/**
		 * Returns the longest task since the start, in milliseconds, on the busiest main thread,
		 * which is the page's.
		 */
		async stop(): Promise<number> {
			const complete = new Promise<unknown>((resolve) => devTools.on("Tracing.tracingComplete", resolve));
			await devTools.send("Tracing.end");
			await complete;
			const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
			const named = events.filter(({ name, args }) => name === "thread_name" && args.name === MAIN_THREAD);
			const tasks = new Map<string, number[]>(named.map((event) => [thread(event), []]));
			for (const event of events) {
				if (event.name === TASK && event.dur) tasks.get(thread(event))?.push(event.dur / 1000);
			}
			const sum = (durations: number[]) => durations.reduce((total, duration) => total + duration, 0);
			const [busiest = []] = [...tasks.values()].sort((a, b) => sum(b) - sum(a));
			if (busiest.length === 0) throw new Error("the trace has no task of a page's main thread");
			return busiest.reduce((longest, duration) => Math.max(longest, duration));
		},
	};
}
