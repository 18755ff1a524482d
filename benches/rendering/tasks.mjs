// Reads the processor time of the page's tasks from Chromium's own trace. Unlike elapsed time,
// processor time does not include the time that other programs took.

const TASK = "ThreadControllerImpl::RunTask";
const MAIN_THREAD = "CrRendererMain";
const CATEGORIES = ["-*", "toplevel", "__metadata"];

export async function startTrace(browser, page) {
	await browser.startTracing(page, { categories: CATEGORIES });
}

/**
 * Ends the trace. Returns the tasks of the busiest main thread, which is the page's thread: their
 * starts in seconds since the first task, and their processor times in milliseconds.
 */
export async function stopTrace(browser) {
	const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
	const thread = ({ pid, tid }) => `${pid} ${tid}`;
	const named = traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === MAIN_THREAD);
	const threads = new Map(named.map((event) => [thread(event), []]));
	for (const event of traceEvents) {
		if (event.name === TASK && event.dur) threads.get(thread(event))?.push(event);
	}
	const sum = (events) => events.reduce((total, event) => total + cpu(event), 0);
	const [busiest] = [...threads.values()].sort((a, b) => sum(b) - sum(a));
	busiest.sort((a, b) => a.ts - b.ts);
	return busiest.map((event) => ({ at: (event.ts - busiest[0].ts) / 1e6, time: cpu(event) / 1000 }));
}

/**
 * Chromium omits the processor time of some tasks. For those tasks, the elapsed time is an upper
 * bound.
 */
function cpu({ tdur, dur }) {
	return tdur ?? dur;
}
