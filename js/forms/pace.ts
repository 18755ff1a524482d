// The pace at which events are delivered: turns of the microtask queue between two of them, and
// turns of the page.

import { nextTask } from "../platform/next-task.js";

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

/** In milliseconds, except `Stride`. An enum, because esbuild inlines it. */
enum Limit {
	/** How long events are delivered before the page gets a turn: less than a frame at 60 Hz. */
	Slice = 12,
	/**
	 * A pause between two deliveries that is longer than this has given the page its turn. And
	 * while events take less than this, the number of events between two reads of the clock
	 * doubles: a read costs a third of an event, or many messages.
	 */
	Moment = 1,
	/** The most events between two reads of the clock. */
	Stride = 64,
}

/** Read at import time, because tests may later replace it with a fake clock. */
const { performance: clock = Date } = globalThis;

/** Keeps the deliveries of one source from starving the page. */
export class Pace {
	#sliceStart = 0;
	#lastLook = 0;
	#stride = 1;
	#untimed = 0;

	/**
	 * Called before the events of a chunk: chunks that are read already follow each other without a
	 * task between them.
	 */
	begin(): void {
		const now = clock.now();
		if (now - this.#lastLook > Limit.Moment) {
			this.#sliceStart = now;
		}
		this.#lastLook = now;
	}

	/** Read after each event: whether the page needs a turn, which {@link Pace.rest} gives it. */
	get isOver(): boolean {
		if (--this.#untimed > 0) {
			return false;
		}
		const now = clock.now();
		this.#stride = now - this.#lastLook < Limit.Moment ? Math.min(this.#stride * 2, Limit.Stride) : 1;
		this.#untimed = this.#stride;
		this.#lastLook = now;
		return now - this.#sliceStart > Limit.Slice;
	}

	async rest(): Promise<void> {
		await nextTask();
		this.#sliceStart = this.#lastLook = clock.now();
	}
}
