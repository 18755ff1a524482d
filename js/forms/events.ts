// The function `events()`.

import type { EventsInit, Message, MessageOf } from "../types.js";
import { MessageQueue } from "./message-queue.js";

/**
 * Iterates over the messages of an event stream, as plain objects.
 *
 * The first call of `next()` makes the request. The next chunk is read only after all messages of
 * the last chunk have been consumed, so a slow loop slows the server down. A GET is retried like
 * that of an EventSource, so the iteration continues across reconnections. With `until`, it ends
 * after the message for which `until` returns true. With `end: "close"`, it ends at a clean end of
 * the response body. Leaving the loop in any way ends the request.
 *
 * @example
 * ```ts
 * for await (const { type, data } of events("/chat", { json: { prompt } })) {
 *   if (type === "stop") break;
 *   append(data);
 * }
 * ```
 * @typeParam M maps the names of the server's events to the TypeScript types of their JSON. With
 * `events<{ token: Token; stop: null }>(…)`, a check of the `type` of a message narrows the type of
 * its `json()`. Nothing is checked at run time.
 * @param input a URL, resolved against the base URL of the page or worker; or a stream of
 * `Uint8Array`s, which is locked. With a stream, only the options `signal` and `until` are used.
 * @throws `SyntaxError` DOMException if the URL cannot be parsed, and a `TypeError` that names the
 * option if an option is invalid. If an attempt fails and no other attempt follows, the iteration
 * first yields all received messages, and then throws an Error with the fields of the `error`
 * event. If the signal is aborted, the iteration throws `signal.reason` at once, and the received
 * messages are dropped.
 */
export function events<M extends object = object>(
	input: string | URL | ReadableStream<Uint8Array>,
	init?: EventsInit<M> | null,
): AsyncIterableIterator<MessageOf<M>>;
/** Like the first signature, but `M` does not type the parameter of the `until` callback. */
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
