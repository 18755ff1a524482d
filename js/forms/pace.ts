// The pace of event delivery: the pauses between two events, and the pauses in which the page can
// run other tasks.

import { nextTask } from "../platform/next-task.js";

/**
 * The number of turns of the microtask queue between two events. The browser's own EventSource
 * fires each event in its own task, so code that awaits one event can add its listener for the next
 * one in time. Eight turns are enough for an `await` through two async functions.
 */
export const TURNS = 8;

/** Lets the code that awaits an event run before the next event. */
export async function turns(): Promise<void> {
	for (let turn = 0; turn < TURNS; turn++) {
		await undefined;
	}
}

/** Limits in milliseconds, except `Stride`. It is an enum because esbuild inlines enums. */
enum Limit {
	/**
	 * The longest time of delivery before the page can run other tasks. It is less than a frame at
	 * 60 Hz.
	 */
	Slice = 12,
	/**
	 * If the pause between two deliveries was longer than this, the page has been able to run other
	 * tasks. If the events between two reads of the clock took less time than this, twice as many
	 * events precede the next read. A read costs a third as much as firing an event, and as much as
	 * delivering many plain messages.
	 */
	Moment = 1,
	/** The most events between two reads of the clock. */
	Stride = 64,
}

/**
 * The clock is read from the global scope at import time, because tests may later replace it with a
 * fake clock.
 */
const { performance: clock = Date } = globalThis;

/** Keeps the deliveries of one source from blocking the page. */
export class Pace {
	#sliceStart = 0;
	#lastLook = 0;
	#stride = 1;
	#untimed = 0;

	/**
	 * Called before the events of a chunk. Chunks that were already read follow each other without
	 * a task between them.
	 */
	begin(): void {
		const now = clock.now();
		if (now - this.#lastLook > Limit.Moment) {
			this.#sliceStart = now;
		}
		this.#lastLook = now;
	}

	/**
	 * Whether the page needs time for other tasks. Read after each event. {@link Pace.rest} gives
	 * the page that time.
	 */
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
