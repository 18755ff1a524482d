// Functions that the runner performs for the page, if the browser supports them.

export interface Host {
	/** Collects garbage, and returns the bytes that are still in use. */
	heap?(): Promise<number>;
	/** Puts another tab in front, or removes it. */
	hide?(): Promise<void>;
	show?(): Promise<void>;
	/**
	 * Starts a trace of the browser's tasks. `longestTask` stops it and returns the longest task of
	 * the page's main thread, in milliseconds.
	 */
	trace?(): Promise<void>;
	longestTask?(): Promise<number>;
	/**
	 * Opens a fresh page that opens one source, ours or the browser's. Returns the milliseconds
	 * until it was open.
	 */
	open?(ours: boolean): Promise<number>;
}

/** Collects the functions that the runner has exposed in the page's global scope. */
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
