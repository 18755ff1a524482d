// Owns what a page cannot do by itself and the runner does for it, where the browser lets it.

export interface Host {
	/** Collects garbage, and answers the bytes in use that are left. */
	heap?(): Promise<number>;
	/** Puts another tab in front, or takes it away. */
	hide?(): Promise<void>;
	show?(): Promise<void>;
	/** Has the browser trace its tasks, until it is asked for the longest of the page's main thread, in milliseconds. */
	trace?(): Promise<void>;
	longestTask?(): Promise<number>;
	/** Opens a fresh page that opens one source, ours or the browser's; the milliseconds until it was open. */
	open?(ours: boolean): Promise<number>;
}

/** As the runner exposes them: functions of the page's global scope. */
export function host(): Host {
	const scope = globalThis as unknown as Record<string, never>;
	const names = {
		heap: "benchHeap",
		hide: "benchHide",
		show: "benchShow",
		trace: "benchTrace",
		longestTask: "benchLongestTask",
		open: "benchOpen",
	};
	return Object.fromEntries(
		Object.entries(names).flatMap(([name, exposed]) => (exposed in scope ? [[name, scope[exposed]]] : [])),
	);
}
