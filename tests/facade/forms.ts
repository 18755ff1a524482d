// Sends one request with each of the three forms.

import type * as headwater from "headwater";
import type { Lab, LoggedRequest } from "./support.ts";

declare global {
	/**
	 * Sends a request with a form, with the current members of `init`. Resolves to the request that
	 * the server received.
	 */
	var send: Record<
		"EventSource" | "events" | "fetchEventSource",
		(url: string, init: object) => Promise<LoggedRequest>
	>;
}

/** Call this before each test that sends requests with the forms. */
export const installForms = (lab: Lab) =>
	lab.ours(({ EventSource, events, fetchEventSource, echo }) => {
		globalThis.send = {
			EventSource: (url, init) => echo(new EventSource(url, init)),
			async events(url, init) {
				const messages = events(url, init);
				for await (const { data } of messages) {
					return JSON.parse(data);
				}
			},
			fetchEventSource: (url, init) =>
				new Promise((resolve, reject) => {
					const onmessage = ({ event, data }: headwater.EventSourceMessage) =>
						event === "request" && resolve(JSON.parse(data));
					// This is how a caller adds callbacks to the options of another library.
					const callbacks = { onmessage: { value: onmessage }, onerror: { value: (error: unknown) => reject(error) } };
					const all =
						init instanceof Request ? Object.defineProperties(init, callbacks) : Object.create(init, callbacks);
					fetchEventSource(url, all).catch(reject);
				}),
		};
	});

/**
 * Returns the same request of each form, as the server received it. `make` is JavaScript for the
 * options.
 */
export function byEachForm(lab: Lab, make: string, url = lab.url("/post-echo")): Promise<LoggedRequest[]> {
	return lab.ours(
		(_, [make, url]) =>
			Promise.all(Object.values(globalThis.send).map((send) => send(url, new Function("url", `return ${make}`)(url)))),
		[make, url] as const,
	);
}
