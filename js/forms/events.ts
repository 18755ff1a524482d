// Owns the async iterator: what has arrived and nobody has taken, who waits for more, and the end. Knows nothing of fetch,
// streams, parsing or reconnection, which are Rust's.

import { Batch } from "../module/batch.js";
import { type Listener, load, whenDead } from "../module/wasm.js";
import { End, readSettings, STREAM_URL } from "../options/settings.js";
import { whenAborted } from "../platform/abort.js";
import { isStream } from "../request/checks.js";
import type { EventSourceInit, EventsInit, Message, MessageOf } from "../types.js";
import { errorOf, internal, report, says, settle, type Told, tried } from "./failure.js";
import { parseJson } from "./json.js";
import { lend, readerOf } from "./reader.js";

class EventMessage implements Message {
	declare readonly type: string;
	declare readonly data: string;
	declare readonly lastEventId: string;

	constructor(type: string, data: string, lastEventId: string) {
		this.type = type;
		this.data = data;
		this.lastEventId = lastEventId;
	}

	json<T>(): T {
		return parseJson(this.data, this.type, this.lastEventId);
	}
}

const makeMessage = (type: string, data: string, lastEventId: string): Message =>
	new EventMessage(type || "message", data, lastEventId);

/** Somebody who waits for the next message. */
interface Taker {
	fulfil(result: IteratorResult<Message>): void;
	reject(error: unknown): void;
}

/**
 * The messages of an event stream, one after another, as plain objects.
 *
 * The request is made when the first message is asked for, and more is read only when what has arrived is taken, one chunk
 * ahead: who is slow slows the server down. A GET goes on across reconnections, unless `end: "close"` or `until` is given. Leaving the loop,
 * in whatever way, ends the request.
 *
 * @example
 * ```ts
 * for await (const { type, data } of events("/chat", { json: { prompt } })) {
 *   if (type === "stop") break;
 *   append(data);
 * }
 * ```
 * @typeParam M the types that the server gives its events, with what the JSON of each is: `events<{ token: Token; stop: null }>(…)`
 * hands out messages whose `type` tells what their `json()` is. Nothing is checked while the program runs.
 * @param input a URL, resolved against the base URL of the page or worker; or a stream of `Uint8Array`s, which is locked,
 * and of whose options only `signal` and `until` are used.
 * @throws at once as the constructor of EventSource does. While iterating, after all that was received: an Error with the
 * fields of the `error` event if there is no next attempt; and `signal.reason`, in place of what was received, if the
 * signal is aborted.
 */
export function events<M extends object = object>(
	input: string | URL | ReadableStream<Uint8Array>,
	init?: EventsInit<M> | null,
): AsyncIterableIterator<MessageOf<M>>;
/** The same, with an `until` that takes any message. */
export function events<M extends object = object>(
	input: string | URL | ReadableStream<Uint8Array>,
	init?: EventsInit | null,
): AsyncIterableIterator<MessageOf<M>>;
export function events(
	input: string | URL | ReadableStream<Uint8Array>,
	init: EventsInit | null = {},
): AsyncIterableIterator<Message> {
	let close!: () => void;
	const closed = new Promise<void>((fulfil) => {
		close = fulfil;
	});
	const all = (init ?? {}) as EventSourceInit;
	const [url, own] = isStream(input)
		? [STREAM_URL, { signal: all.signal, until: all.until } as EventSourceInit]
		: [input, all];
	const { settings, signal, ...options } = readSettings(url, own, closed);
	const until = options.until as EventsInit["until"];
	const given = readerOf(input);
	const reader = given && lend(given, closed);
	const takers: Taker[] = [];
	let started = false;
	let over = false;
	/** What the next one is to be told who gets no message. */
	let thrown: { error: unknown } | undefined;
	const batch = new Batch(settings[2]);
	/** Has Rust read on. */
	let taken = () => {};

	const end = (ending?: { error: unknown }) => {
		over = true;
		thrown = ending;
		close();
	};

	/** The end at once, without what nobody has taken. */
	const leave = (ending?: { error: unknown }) => {
		batch.clear();
		end(ending);
		serve();
	};

	const onAbort = () => over || leave({ error: tried(() => signal?.reason) });

	const fail = (told: Told): number | undefined => {
		if (over) {
			return undefined;
		}
		const failure = settle(told, options, batch.lastEventId);
		if (!failure.willReconnect && !over) {
			end({ error: errorOf(failure) });
			serve();
		}
		return failure.delay;
	};
	const onModuleFailure = (error: unknown) => void fail(internal(error));

	const take = (): Message | undefined => {
		const message = batch.take(makeMessage);
		if (message && until && says(until, message)) {
			batch.clear();
			end();
		}
		return message;
	};

	const serve = () => {
		for (let taker = takers.shift(); taker; taker = takers.shift()) {
			const value = take();
			if (value) {
				taker.fulfil({ value, done: false });
			} else if (thrown) {
				taker.reject(thrown.error);
				thrown = undefined;
			} else if (over) {
				taker.fulfil({ value, done: true });
			} else {
				takers.unshift(taker);
				break;
			}
		}
		if (batch.isEmpty) {
			taken();
		}
	};

	const listener: Listener = {
		open: () => undefined,
		deliver: (text) =>
			new Promise((fulfil) => {
				taken = fulfil;
				if (!over) {
					batch.fill(text);
				}
				serve();
			}),
		error: (...told) => fail(told),
		end() {
			end();
			serve();
		},
		report,
	};

	if (signal?.aborted) {
		onAbort();
	} else {
		whenAborted(signal, onAbort, closed);
	}

	return {
		next() {
			const value = takers.length ? undefined : take();
			if (value) {
				if (batch.isEmpty) {
					taken();
				}
				return Promise.resolve({ value, done: false });
			}
			return new Promise((fulfil, reject) => {
				takers.push({ fulfil, reject });
				if (!started && !over) {
					started = true;
					start().catch(onModuleFailure);
				}
				serve();
			});
		},
		async return(value?: unknown) {
			leave();
			return { value, done: true };
		},
		async throw(error) {
			leave();
			throw error;
		},
		[Symbol.asyncIterator]() {
			return this;
		},
	};

	async function start() {
		const { connect, read } = await load();
		if (!over) {
			whenDead(onModuleFailure, closed);
			reader
				? read(listener, closed, reader, until ? End.interrupted : End.close)
				: connect(listener, closed, ...settings);
		}
	}
}
