// The queue behind `events()`: the messages that arrived, the calls that wait for more, and the
// end.

import { EndOfBody, type Reader } from "../module/wire.js";
import { STREAM_URL } from "../options/parse.js";
import { callPredicate } from "../platform/callbacks.js";
import { isStream } from "../platform/streams.js";
import type { Closed, EventsInit, Failure, Message } from "../types.js";
import { errorOf } from "./failure.js";
import { type Form, Lifecycle } from "./lifecycle.js";
import { makeMessage } from "./messages.js";
import { lend, readerOf } from "./reader.js";

/** A call of `next()` that waits for a message. */
interface Waiter {
	fulfill(result: IteratorResult<Message>): void;
	reject(error: unknown): void;
}

const nothing = () => {};

export class MessageQueue implements Form {
	readonly #life: Lifecycle<Message>;
	readonly #until: EventsInit["until"];
	readonly #waiters: Waiter[] = [];
	/** Starts the source. The first `next()` calls this function. */
	#start: () => unknown;
	/** The error for the next waiting call, after the messages have been consumed. */
	#error: { error: unknown } | undefined;
	/** Lets the module read the next chunk. */
	#readOn: () => void = nothing;

	constructor(input: string | URL | ReadableStream<Uint8Array>, init: EventsInit) {
		const life = new Lifecycle<Message>(this);
		this.#life = life;
		const { settings } = isStream(input)
			? life.begin(STREAM_URL, { signal: init.signal, until: init.until })
			: life.begin(input, init);
		this.#until = life.rules.until;
		let lent: Reader | undefined;
		try {
			const reader = readerOf(input);
			lent = reader && lend(reader, life.closed);
		} catch (error) {
			// The stream is locked. If the source were not closed, the signal would keep it alive.
			life.close();
			throw error;
		}
		if (lent) {
			settings.end ||= EndOfBody.Close;
		}
		this.#start = life.start.bind(life, settings, lent);
	}

	next(): Promise<IteratorResult<Message>> {
		const value = this.#waiters.length ? undefined : this.#nextMessage();
		if (value) {
			this.#readOnIfEmpty();
			return Promise.resolve({ value, done: false });
		}
		return new Promise((fulfill, reject) => {
			this.#waiters.push({ fulfill, reject });
			this.#start();
			this.#start = nothing;
			this.#serve();
		});
	}

	/** Closes the source at once. The received messages are dropped. */
	leave(): void {
		this.#life.close();
		this.#drop();
	}

	deliver(): Promise<void> {
		return new Promise((fulfill) => {
			this.#readOn = fulfill;
			this.#serve();
		});
	}

	fail(failure: Failure): void {
		if (!failure.willReconnect) {
			this.#life.close(failure);
			this.#error = { error: errorOf(failure) };
			this.#serve();
		}
	}

	ended({ reason, error }: Closed): void {
		this.#drop(reason === "signal" ? { error } : undefined);
	}

	#drop(error?: { error: unknown }): void {
		this.#life.batch.clear();
		this.#error = error;
		this.#serve();
	}

	#nextMessage(): Message | undefined {
		const until = this.#until;
		const message = this.#life.batch.next(makeMessage);
		if (message && until && callPredicate(until, message)) {
			this.#life.batch.clear();
			this.#life.close({ reason: "until" });
		}
		return message;
	}

	#serve(): void {
		const waiters = this.#waiters;
		for (let waiter = waiters.shift(); waiter; waiter = waiters.shift()) {
			const value = this.#nextMessage();
			if (value) {
				waiter.fulfill({ value, done: false });
			} else if (this.#error) {
				waiter.reject(this.#error.error);
				this.#error = undefined;
			} else if (this.#life.isOver) {
				waiter.fulfill({ value, done: true });
			} else {
				waiters.unshift(waiter);
				break;
			}
		}
		this.#readOnIfEmpty();
	}

	#readOnIfEmpty(): void {
		if (this.#life.batch.isEmpty) {
			this.#readOn();
		}
	}
}
