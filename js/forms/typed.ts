// The class EventSource as TypeScript sees it: with the types of the server's events.

import type { EventSourceEventMap, EventSourceInit, ServerSentEvent } from "../types.js";
import { EventSource as Source } from "./event-source.js";

type Handler<M extends object, K extends "open" | "message" | "error"> =
	| ((this: EventSource<M>, event: EventSourceEventMap<M>[K]) => unknown)
	| null;

/**
 * The type of a handler that is read, as the DOM has it: a source can be used where the browser's
 * EventSource is expected.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above.
type AnyHandler = ((event: any) => unknown) | null;

/**
 * The EventSource of the HTML Standard, for any request that `fetch` can make.
 *
 * @example
 * ```ts
 * const source = new EventSource("/chat", { json: { prompt }, headers: { authorization } });
 * source.onmessage = (event) => append(event.data);
 * source.onerror = (event) => console.warn(event.message);
 * const { reason } = await source.closed;
 * ```
 * @example
 * ```ts
 * const source = new EventSource<{ token: { text: string }; stop: null }>("/chat", { json: { prompt } });
 * source.addEventListener("token", (event) => append(event.json().text));
 * ```
 * @typeParam M the names of the server's events, with the type of the JSON of each. It types
 * `addEventListener`, `onmessage` and the `json()` of the events; nothing is checked at run time.
 */
export interface EventSource<out M extends object = object> extends Source {
	/** Called when a response was accepted. */
	get onopen(): AnyHandler;
	set onopen(handler: Handler<M, "open">);
	/** Called for each event without a name of its own. */
	get onmessage(): AnyHandler;
	set onmessage(handler: Handler<M, "message">);
	/** Called when an attempt failed. `readyState` tells whether another follows. */
	get onerror(): AnyHandler;
	set onerror(handler: Handler<M, "error">);
	/**
	 * Adds a listener for the events of a type: `open`, `error`, `message`, or any name that the
	 * server gives. It takes the same options as that of any EventTarget.
	 */
	addEventListener<K extends keyof EventSourceEventMap<M>>(
		type: K,
		listener: (this: EventSource<M>, event: EventSourceEventMap<M>[K]) => unknown,
		options?: boolean | AddEventListenerOptions,
	): void;
	/** Adds a listener for the events of a name that is not in the map. */
	addEventListener(
		type: string,
		listener: (this: EventSource<M>, event: ServerSentEvent) => unknown,
		options?: boolean | AddEventListenerOptions,
	): void;
	/** Adds any listener, as on any EventTarget. */
	addEventListener(
		type: string,
		listener: EventListenerOrEventListenerObject | null,
		options?: boolean | AddEventListenerOptions,
	): void;
	/** Removes a listener. */
	removeEventListener<K extends keyof EventSourceEventMap<M>>(
		type: K,
		listener: (this: EventSource<M>, event: EventSourceEventMap<M>[K]) => unknown,
		options?: boolean | EventListenerOptions,
	): void;
	/** Removes such a listener. */
	removeEventListener(
		type: string,
		listener: (this: EventSource<M>, event: ServerSentEvent) => unknown,
		options?: boolean | EventListenerOptions,
	): void;
	/** Removes any listener. */
	removeEventListener(
		type: string,
		listener: EventListenerOrEventListenerObject | null,
		options?: boolean | EventListenerOptions,
	): void;
}

/**
 * The class. It has two construct signatures, for TypeScript alone: a library that takes a class as
 * an option, and infers the type of its options from it, could not do so from a single signature
 * with a type parameter.
 */
export interface EventSourceConstructor {
	/**
	 * Makes the request as soon as the running code has finished. A source that is closed before
	 * makes none. Events come later.
	 *
	 * @param url resolved against the base URL of the page or worker.
	 * @throws `SyntaxError` DOMException if the URL cannot be parsed, `TypeError` that names the
	 * option if one is impossible.
	 */
	new <M extends object>(url: string | URL, init?: EventSourceInit | null): EventSource<M>;
	/** A source whose events have no map. */
	new (url: string | URL, init?: EventSourceInit | null): EventSource;
	// biome-ignore lint/suspicious/noExplicitAny: of sources with any map.
	readonly prototype: EventSource<any>;
	/** `readyState` before the first connection, and between two. */
	readonly CONNECTING: 0;
	/** `readyState` while a response is being read. */
	readonly OPEN: 1;
	/** `readyState` after the end, which is final. */
	readonly CLOSED: 2;
	/**
	 * [non-spec] A source that reads a stream of bytes from elsewhere, such as the body of a
	 * response. The end of the stream is an error, as is its failure: there is nothing to reconnect
	 * to. `close()` cancels the stream. The `open` event carries no `response`.
	 *
	 * @param stream of `Uint8Array`s; the source locks it.
	 * @throws `TypeError` if it is no ReadableStream, or a locked one.
	 */
	fromReadableStream<M extends object = object>(stream: ReadableStream<Uint8Array>): EventSource<M>;
}

/** See {@link EventSourceConstructor}. */
export const EventSource = Source as EventSourceConstructor;
