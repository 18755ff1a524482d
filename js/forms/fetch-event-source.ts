// The function `fetchEventSource()`.

import type { FetchEventSourceInit } from "../types.js";
import { CallbackSource } from "./callback-source.js";

export { EventStreamContentType } from "./callback-source.js";

/**
 * Calls back with the messages of an event stream: a drop-in replacement for the package
 * `@microsoft/fetch-event-source`, with the same option names. All options of {@link EventSource}
 * can be given too, except `reconnect`, `end`, `accept` and `pauseWhenHidden`; use `onerror`,
 * `onclose`, `onopen` and `openWhenHidden` instead.
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
 * @returns a promise. It is fulfilled at a clean end, whatever the method, after an abort, and
 * after the message for which `until` returns true. It is rejected with what `onerror` throws, or
 * with a failure after which there is no other attempt: an Error with the fields of the `error`
 * event, or what a callback has thrown.
 */
export async function fetchEventSource(url: string | URL, init: FetchEventSourceInit = {}): Promise<void> {
	return new CallbackSource(url, init).settled;
}
