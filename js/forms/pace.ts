// The pace of event delivery: turns of the microtask queue between two events, and turns of the
// page.

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

/** Limits in milliseconds, except `Stride`. An enum, because esbuild inlines it. */
enum Limit {
	/** The longest time of delivery before the page gets a turn. Less than a frame at 60 Hz. */
	Slice = 12,
	/**
	 * If the pause between two deliveries was longer than this, the page has had its turn. While events take less
	 * time than this, the number of events between two reads of the clock doubles: a read costs a
	 * third of an event, or as much as many messages.
	 */
	Moment = 1,
	/** The most events between two reads of the clock. */
	Stride = 64,
}

/** Read at import time, because tests may later replace it with a fake clock. */
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
	 * Whether the page needs a turn. Read after each event. {@link Pace.rest} gives the page its
	 * turn.
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
