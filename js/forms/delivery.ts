// The pace at which events are delivered: microtask turns between two of them, and turns of the page.

import { nextTask } from "../platform/next-task.js";

/**
 * The browser's own EventSource fires each event in a task of its own, so code that awaits one event has added its listener
 * for the next one before that is fired. Eight turns of the microtask queue are enough for an `await` through two async
 * functions.
 */
export const TURNS = 8;

/** Lets the code that awaits an event run before the next event. */
export async function turns(): Promise<void> {
	for (let turn = 0; turn < TURNS; turn++) {
		await undefined;
	}
}

/** How long events are delivered before the page gets a turn, in milliseconds: less than a frame at 60 Hz. */
const SLICE = 12;

/** A pause between two deliveries that is longer than this, in milliseconds, has given the page its turn. */
const PAUSE = 1;

/**
 * Reading the clock costs a third of an event, or many messages. While events take less than `QUICK` milliseconds, the number
 * of events between two reads doubles, up to `MOST`.
 */
const QUICK = 1;
const MOST = 64;

/** Read at import time, because tests may later replace it with a fake clock. */
const { performance: clock = Date } = globalThis;

/** Keeps the deliveries of one source from starving the page. */
export class Pace {
	#sliceStart = 0;
	#lastLook = 0;
	#stride = 1;
	#untimed = 0;

	/** Called before the events of a chunk: chunks that are read already follow each other without a task between them. */
	begin(): void {
		const now = clock.now();
		if (now - this.#lastLook > PAUSE) {
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
		this.#stride = now - this.#lastLook < QUICK ? Math.min(this.#stride * 2, MOST) : 1;
		this.#untimed = this.#stride;
		this.#lastLook = now;
		return now - this.#sliceStart > SLICE;
	}

	async rest(): Promise<void> {
		await nextTask();
		this.#sliceStart = this.#lastLook = clock.now();
	}
}
