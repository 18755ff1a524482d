// The function `fetchEventSource()`.

import type { FetchEventSourceInit } from "../types.js";
import { CallbackSource } from "./callback-source.js";

export { EventStreamContentType } from "./callback-source.js";

/**
 * Calls callbacks with the messages of an event stream. A drop-in replacement for the package
 * `@microsoft/fetch-event-source`, with the same option names.
 *
 * It also takes all options of {@link EventSource}, except `reconnect`, `end`, `accept` and
 * `pauseWhenHidden`. Use `onerror`, `onclose`, `onopen` and `openWhenHidden` instead.
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
 * @returns a promise. It is fulfilled in three cases: after a clean end of the response body (for
 * every method), after an abort, and after the message for which `until` returns true. It is
 * rejected with the error that `onerror` throws. It is also rejected if an attempt fails and no
 * other attempt follows. In that case, the error is the one that a callback other than `onerror`
 * threw, or otherwise an Error with the fields of the `error` event.
 */
export async function fetchEventSource(url: string | URL, init: FetchEventSourceInit = {}): Promise<void> {
	return new CallbackSource(url, init).settled;
}
