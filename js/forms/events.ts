// The function `events()`.

import type { EventsInit, Message, MessageOf } from "../types.js";
import { MessageQueue } from "./message-queue.js";

/**
 * The messages of an event stream, one after another, as plain objects.
 *
 * The request is made with the first call of `next()`. The next chunk is read only when the
 * messages of the last one are consumed, so that a slow loop slows the server down. A GET continues
 * across reconnections, unless `end: "close"` or `until` is given. Leaving the loop, in whatever
 * way, ends the request.
 *
 * @example
 * ```ts
 * for await (const { type, data } of events("/chat", { json: { prompt } })) {
 *   if (type === "stop") break;
 *   append(data);
 * }
 * ```
 * @typeParam M the types of the server's events, with the type of the JSON of each. With `events<{
 * token: Token; stop: null }>(…)` the `type` of a message decides the type of its `json()`. Nothing
 * is checked at run time.
 * @param input a URL, resolved against the base URL of the page or worker; or a stream of
 * `Uint8Array`s, which is locked. With a stream only the options `signal` and `until` are used.
 * @throws at once as the constructor of EventSource does. While iterating, after all that was
 * received: an Error with the fields of the `error` event if there is no next attempt; and
 * `signal.reason`, in place of what was received, if the signal is aborted.
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
	const queue = new MessageQueue(input, init ?? {});
	return {
		next: () => queue.next(),
		async return(value?: unknown) {
			queue.leave();
			return { value, done: true };
		},
		async throw(error) {
			queue.leave();
			throw error;
		},
		[Symbol.asyncIterator]() {
			return this;
		},
	};
}
