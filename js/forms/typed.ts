// The TypeScript type of the class EventSource, with the types of the server's events.

import type { EventSourceEventMap, EventSourceInit, ServerSentEvent } from "../types.js";
import { EventSource as Source } from "./event-source.js";

type Handler<M extends object, K extends "open" | "message" | "error"> =
	| ((this: EventSource<M>, event: EventSourceEventMap<M>[K]) => unknown)
	| null;

/**
 * The type of a handler when it is read, as in TypeScript's types of the DOM. With this type, a
 * source can be used where the browser's EventSource is expected.
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
 * @typeParam M maps the names of the server's events to the TypeScript types of their JSON. `M`
 * determines the types of `addEventListener`, `onmessage` and the `json()` of the events. Nothing
 * is checked at run time.
 */
export interface EventSource<out M extends object = object> extends Source {
	/** Called when a response was accepted. */
	get onopen(): AnyHandler;
	set onopen(handler: Handler<M, "open">);
	/** Called for each event that has no name or the name `message`. */
	get onmessage(): AnyHandler;
	set onmessage(handler: Handler<M, "message">);
	/**
	 * Called when an attempt failed. `readyState` is CONNECTING if another attempt follows,
	 * otherwise CLOSED.
	 */
	get onerror(): AnyHandler;
	set onerror(handler: Handler<M, "error">);
	/**
	 * Adds a listener for the events of a type: `open`, `error`, `message`, or any name that the
	 * server sends. The options are those of every EventTarget.
	 */
	addEventListener<K extends keyof EventSourceEventMap<M>>(
		type: K,
		listener: (this: EventSource<M>, event: EventSourceEventMap<M>[K]) => unknown,
		options?: boolean | AddEventListenerOptions,
	): void;
	/** Adds a listener for events whose name is not in the map. */
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
	/** Removes a listener for events whose name is not in the map. */
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
 * The type of the class EventSource. A library that takes an EventSource class as an option may
 * infer the type of the constructor's `init`. TypeScript can infer that type only if the last
 * signature has no type parameter, so there is a second signature without one.
 */
export interface EventSourceConstructor {
	/**
	 * Creates a source. The request is made a few microtasks after the constructor returns. With
	 * `pauseWhenHidden`, it is made after the WebAssembly module is loaded. If the source is closed
	 * before that, no request is made.
	 *
	 * @param url resolved against the base URL of the page or worker.
	 * @throws `SyntaxError` DOMException if the URL cannot be parsed, and a `TypeError` that names
	 * the option if an option is invalid.
	 */
	new <M extends object>(url: string | URL, init?: EventSourceInit | null): EventSource<M>;
	/** Creates a source without a map of event types. */
	new (url: string | URL, init?: EventSourceInit | null): EventSource;
	// biome-ignore lint/suspicious/noExplicitAny: any map is possible.
	readonly prototype: EventSource<any>;
	/**
	 * The value of `readyState` while there is no connection: before the first connection, and
	 * between two connections.
	 */
	readonly CONNECTING: 0;
	/** The value of `readyState` while a response is read. */
	readonly OPEN: 1;
	/** The value of `readyState` after the source has closed. It never changes again. */
	readonly CLOSED: 2;
	/**
	 * [non-spec] Creates a source that reads a stream of bytes, such as the body of a response.
	 *
	 * Both the end and a failure of the stream fire `error` and close the source, because a stream
	 * cannot be read again. `close()` cancels the stream. The `open` event has no `response`.
	 *
	 * @param stream a stream of `Uint8Array`s. The source locks it.
	 * @throws `TypeError` if the value is not a ReadableStream, or if the stream is locked.
	 */
	fromReadableStream<M extends object = object>(stream: ReadableStream<Uint8Array>): EventSource<M>;
}

/**
 * The EventSource of the HTML Standard, for any request that `fetch` can make. See {@link
 * EventSourceConstructor}.
 */
export const EventSource = Source as EventSourceConstructor;
