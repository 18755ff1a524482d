// Owns the pace at which events are fired: what runs between two of them, and how to wait for a task. Knows nothing of
// the events.

/**
 * The browser's own EventSource fires each event in a task of its own, so what awaits one event has added its listener
 * for the next before that is fired. Eight turns of the microtask queue are enough for an `await` through two async
 * functions.
 */
export const TURNS = 8;

/** Lets as much happen as may have to before the next event. */
export async function turns(): Promise<void> {
	for (let turn = 0; turn < TURNS; turn++) {
		await undefined;
	}
}

/** How long events may be fired before the page gets a turn, in milliseconds: within a frame of 60 Hz. */
const SLICE = 12;

/** A pause between two deliveries longer than this, in milliseconds, was one in which the page had its turn. */
const PAUSE = 1;

/**
 * The clock costs a third of an event, or many messages: while they come quicker than this, in milliseconds, it is looked at
 * after twice as many as before, up to so many.
 */
const QUICK = 1;
const MOST = 64;

/** As they are at the import: later a test may replace them by some that stand still. */
const {
	performance: clock = Date,
	setImmediate,
	setTimeout,
	clearTimeout,
} = globalThis as typeof globalThis & {
	setImmediate?: (callback: () => void) => void;
};

/** Keeps one source's deliveries from starving the page. */
export class Pace {
	#sliceStart = 0;
	#lastLook = 0;
	#stride = 1;
	#untimed = 0;

	/** To be called before the events of a chunk: chunks that wait for their reader come without a task between them. */
	begin(): void {
		const now = clock.now();
		if (now - this.#lastLook > PAUSE) {
			this.#sliceStart = now;
		}
		this.#lastLook = now;
	}

	/** To be asked after each event: whether the page is to get its turn, which {@link Pace.rest} gives it. */
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

let channel: MessageChannel | undefined;
let waiting: (() => void)[] = [];

/** After so many milliseconds a message is lost: WebKit loses those of a page that goes into the back/forward cache. */
const LOST = 250;

/** In browsers by MessageChannel, because `setTimeout` is clamped to 4 ms, and to a second in hidden tabs. */
export function nextTask(): Promise<void> {
	return new Promise((resolve) => {
		if (setImmediate) {
			setImmediate(resolve);
			return;
		}
		let wait = LOST;
		try {
			if (!channel) {
				channel = new MessageChannel();
				channel.port1.onmessage = () => waiting.shift()?.();
				// In Node, whose process an open one would keep alive.
				(channel.port1 as { unref?(): void }).unref?.();
			}
			channel.port2.postMessage(undefined);
		} catch {
			// MessageChannel is missing or does not work.
			wait = 0;
		}
		const timer = setTimeout(resumeAll, wait);
		waiting.push(() => {
			clearTimeout(timer);
			resolve();
		});
	});
}

function resumeAll(): void {
	const ready = waiting;
	waiting = [];
	for (const resolve of ready) {
		resolve();
	}
}
