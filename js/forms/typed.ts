// Owns how TypeScript sees the class. Knows nothing of what it does.

import type { EventSourceInit } from "../types.js";
import { EventSource as Source } from "./event-source.js";

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
 * @typeParam M the names of the server's events, with what the JSON of each is. It types `addEventListener`, `onmessage` and the
 * events' `json()`; nothing is checked while the program runs.
 */
export interface EventSource<out M extends object = object> extends Source<M> {}

/**
 * The class. Two ways to construct it, for TypeScript alone: a library that takes a class as an option, and infers from it what its
 * options are, would not see through a single one with a type parameter.
 */
export interface EventSourceConstructor {
	/**
	 * Makes the request as soon as the code that runs has finished: a source that is closed before makes none. Events come later.
	 *
	 * @param url resolved against the base URL of the page or worker.
	 * @throws `SyntaxError` DOMException if the URL cannot be parsed, `TypeError` that names the option if one is
	 * impossible.
	 */
	new <M extends object>(url: string | URL, init?: EventSourceInit | null): EventSource<M>;
	/** The same, of a source whose events have no map. */
	new (url: string | URL, init?: EventSourceInit | null): EventSource;
	// biome-ignore lint/suspicious/noExplicitAny: of sources with any map.
	readonly prototype: EventSource<any>;
	/** `readyState` before a connection is there, and between two. */
	readonly CONNECTING: 0;
	/** `readyState` while a response is being read. */
	readonly OPEN: 1;
	/** `readyState` after the end, which is for good. */
	readonly CLOSED: 2;
	/**
	 * [non-spec] A source that reads a stream of bytes from elsewhere, such as the body of a response. The end of the
	 * stream is an error, as is its failure: there is nothing to reconnect to. `close()` cancels the stream. The `open`
	 * event carries no `response`.
	 *
	 * @param stream of `Uint8Array`s; the source locks it.
	 * @throws `TypeError` if it is no ReadableStream, or a locked one.
	 */
	fromReadableStream<M extends object = object>(stream: ReadableStream<Uint8Array>): EventSource<M>;
}

/** See {@link EventSourceConstructor}. */
export const EventSource = Source as EventSourceConstructor;
