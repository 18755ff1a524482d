// Owns the form of callbacks, for those who come from the package of the function's name: what is called when, and what
// a callback's throwing means. Knows nothing of fetch, streams, parsing or reconnection, which are Rust's.

import { Batch } from "../module/batch.js";
import { type Listener, load, whenDead } from "../module/wasm.js";
import { End, readSettings } from "../options/settings.js";
import { whenAborted } from "../platform/abort.js";
import { demand, NEEDED } from "../platform/platform.js";
import { refuse } from "../request/abortable.js";
import { isGet } from "../request/attempt.js";
import { checkFunctions } from "../request/checks.js";
import { membersOf } from "../request/request-init.js";
import type { Decide, EventSourceInit, EventSourceMessage, FetchEventSourceInit } from "../types.js";
import { Pace } from "./delivery.js";
import { errorOf, internal, report, says, settle, type Told } from "./failure.js";
import { parseJson } from "./json.js";

/** The type of an event stream, for an `onopen` that compares with it. */
export const EventStreamContentType = "text/event-stream";

class CallbackMessage implements EventSourceMessage {
	declare readonly id: string;
	declare readonly event: string;
	declare readonly data: string;
	declare readonly retry: undefined;

	constructor(id: string, event: string, data: string) {
		this.id = id;
		this.event = event;
		this.data = data;
		this.retry = undefined;
	}

	json<T>(): T {
		return parseJson(this.data, this.event, this.id);
	}
}

const makeMessage = (event: string, data: string, id: string): EventSourceMessage =>
	new CallbackMessage(id, event, data);

/**
 * The messages of an event stream by callbacks: a drop-in for the package `@microsoft/fetch-event-source`, whose option names it
 * has. Any of the options of {@link EventSource} can be given too, but `reconnect`, `end`, `accept` and `pauseWhenHidden`, which are
 * `onerror`'s, `onclose`'s, `onopen`'s and `openWhenHidden`'s.
 *
 * @example
 * ```ts
 * await fetchEventSource("/chat", {
 *   method: "POST",
 *   headers: { "content-type": "application/json" },
 *   body: JSON.stringify({ prompt }),
 *   onmessage: ({ event, data }) => append(data),
 * });
 * ```
 * @param url resolved against the base URL of the page or worker.
 * @returns a promise fulfilled at a clean end, whatever the method, after an abort, and when `until` has said so; and
 * rejected with what `onerror` throws, or with a failure after which there is no next attempt: an Error with the fields
 * of the `error` event, or what a callback has thrown.
 */
export async function fetchEventSource(url: string | URL, init: FetchEventSourceInit = {}): Promise<void> {
	const { onopen, onmessage, onclose, onerror, openWhenHidden = true, fetch: given, ...others } = membersOf(init);
	demand(!given && "fetch", ...NEEDED);
	checkFunctions({ onopen, onmessage, onclose, onerror, fetch: given });
	let close!: () => void;
	const closed = new Promise<void>((fulfil) => {
		close = fulfil;
	});
	/** What a callback has thrown, which is told as it is. */
	let thrown: { error: unknown } | undefined;
	let over = false;
	let answer: Response | undefined;
	const pace = new Pace();

	const note = (error: unknown): never => {
		thrown = { error };
		throw error;
	};

	/** `onopen` gets the unread answer; one that it lets pass is read as a stream, whatever it is. */
	const opened = async (url: string, init: RequestInit): Promise<Response> => {
		const response = await (given ?? fetch)(url, init);
		answer = response;
		if (!onopen) {
			return response;
		}
		try {
			await onopen(response);
		} catch (error) {
			if (!init.signal?.aborted) {
				thrown = { error };
			}
			refuse(init, response);
			throw error;
		}
		const { body } = response;
		const headers = new Headers(response.headers);
		headers.set("content-type", EventStreamContentType);
		return { status: 200, headers, body, arrayBuffer: () => response.arrayBuffer() } as Response;
	};

	/** Nothing before `onerror` is called; then the Error that it got, if it is ours. */
	let answered: object | undefined;
	/** What `onerror` answers to a failure, or to what a callback has thrown. */
	const ask: Decide = (failure) => {
		const error = thrown ? thrown.error : errorOf(failure);
		answered = thrown ?? (error as object);
		thrown = { error };
		try {
			const wait = onerror?.(error);
			return typeof wait === "number" && wait >= 0 ? wait : undefined;
		} catch (error) {
			thrown = { error };
			return false;
		}
	};

	const all = {
		...others,
		reconnect: onerror ? ask : undefined,
		accept: undefined,
		end: undefined,
		pauseWhenHidden: !openWhenHidden,
	} as object as EventSourceInit;
	if (onopen || given) {
		all.fetch = opened;
	}
	const { settings, made, signal, ...options } = readSettings(url, all, closed);
	const until = options.until as unknown as FetchEventSourceInit["until"];
	settings[7] = until ? settings[7] : isGet(made.init) ? End.reconnect : End.fail;
	const batch = new Batch(settings[2]);

	return new Promise((fulfil, reject) => {
		const end = (settled: () => void) => {
			over = true;
			batch.clear();
			close();
			settled();
		};
		const onAbort = () => end(fulfil);

		const fail = (told: Told): number | undefined => {
			if (over) {
				return undefined;
			}
			if (told[0] === "end" && !until) {
				try {
					onclose?.();
					end(fulfil);
					return undefined;
				} catch (error) {
					if (over) {
						return undefined;
					}
					thrown = { error };
				}
			}
			if (told[5] && answer) {
				told[5] = answer;
			}
			answered = undefined;
			const failure = settle(told, options, batch.lastEventId);
			if (!answered && !failure.willReconnect) {
				// Nothing can be decided, but it is to be known.
				ask({ ...failure, lastEventId: batch.lastEventId } as Parameters<Decide>[0]);
			}
			if (answered) {
				// What follows by its decision. Not by assignment, which throws where the caller has frozen it.
				Reflect.set(answered, "delay", failure.delay);
				Reflect.set(answered, "willReconnect", failure.willReconnect);
			}
			const ending = thrown;
			thrown = undefined;
			if (!failure.willReconnect && !over) {
				end(() => reject(ending?.error));
			}
			return failure.delay;
		};
		const onModuleFailure = (error: unknown) => void fail(internal(error));

		/** In a plain loop, unless it takes long: then the page gets its turn. */
		const deliver = (): Promise<void> | undefined => {
			pace.begin();
			for (let message = batch.take(makeMessage); message; message = batch.take(makeMessage)) {
				const last = until && says(until, message);
				if (over) {
					return undefined;
				}
				onmessage?.(message);
				if (last && !over) {
					end(fulfil);
				}
				if (pace.isOver) {
					return pace.rest().then(deliver);
				}
			}
			return undefined;
		};

		const listener: Listener = {
			get lastEventId() {
				return batch.lastEventId;
			},
			open: () => undefined,
			deliver(text) {
				if (!over) {
					batch.fill(text);
				}
				try {
					return deliver()?.catch(note);
				} catch (error) {
					return note(error);
				}
			},
			error: (...told) => fail(told),
			end: () => end(fulfil),
			report,
		};

		if (signal?.aborted) {
			end(fulfil);
			return;
		}
		whenAborted(signal, onAbort, closed);
		load().then(({ connect }) => {
			if (!over) {
				whenDead(onModuleFailure, closed);
				connect(listener, closed, ...settings);
			}
		}, onModuleFailure);
	});
}
