// Functions that the runner performs for the page, if the browser supports them.

export interface Host {
	/** Collects garbage, and returns the bytes that are still in use. */
	heap?(): Promise<number>;
	/** Opens another tab in front of the page, or closes that tab. */
	hide?(): Promise<void>;
	show?(): Promise<void>;
	/**
	 * Starts a trace of the browser's tasks. `longestTask` stops it and returns the longest task of
	 * the page's main thread, in milliseconds.
	 */
	trace?(): Promise<void>;
	longestTask?(): Promise<number>;
	/**
	 * Opens a fresh page with one contender. Returns the milliseconds from the call to the first
	 * event.
	 */
	firstEvent?(wanted: FirstEvent): Promise<number>;
	/** Whether the browser can be slowed down. */
	slowsDown?(): void;
}

/** The conditions for one fresh page. */
export interface FirstEvent {
	/** A name in first.ts. */
	contender: string;
	/** Milliseconds until the server responds. */
	delay: number;
	/** Whether our module is loaded before the call. */
	init?: boolean;
	/** The factor by which the processor is slowed down. */
	slowdown?: number;
}

/** Collects the functions that the runner has added to the page's global scope. */
export function host(): Host {
	const scope = globalThis as unknown as Record<string, never>;
	const names = {
		heap: "benchHeap",
		hide: "benchHide",
		show: "benchShow",
		trace: "benchTrace",
		longestTask: "benchLongestTask",
		firstEvent: "benchFirstEvent",
		slowsDown: "benchSlowsDown",
	};
	return Object.fromEntries(
		Object.entries(names).flatMap(([name, exposed]) => (exposed in scope ? [[name, scope[exposed]]] : [])),
	);
}
