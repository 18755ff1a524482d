// The turns of the microtask queue between two events.

/**
 * The browser's own EventSource fires each event in a task of its own, so code that awaits one
 * event has added its listener for the next one before that is fired. Eight turns of the microtask
 * queue are enough for an `await` through two async functions.
 */
export const TURNS = 8;

/** Lets the code that awaits an event run before the next event. */
export async function turns(): Promise<void> {
	for (let turn = 0; turn < TURNS; turn++) {
		await undefined;
	}
}
