// Records a call of `fetchEventSource()`: the callbacks that were called, in words, and how the
// promise settled.

import type { FetchEventSourceInit } from "headwater";
import { test as base } from "./hiding.ts";
import { eventStream, events, HANDED_OVER, type Lab, send, type Tools } from "./support.ts";

/** The globals of the page. */
export interface InPage {
	/** The value that a callback throws. */
	mine: object;
	/** Throws `mine`. */
	throwMine(): never;
	/**
	 * Returns the life of a call in words: `open` and the status that `onopen` receives, the data
	 * of each message, `close`. The argument of `onerror` becomes `mine`, or the name and the
	 * reason of an Error, or else its text. The last word is the same for the rejection of the
	 * promise, or `fulfilled`. The list `told`, if given, grows during the call.
	 */
	story(url: string, init?: FetchEventSourceInit, told?: string[]): Promise<string[]>;
	/**
	 * Dispatches the event of a page that moves into the back/forward cache or back, and waits for
	 * its effects.
	 */
	transition(name: "pagehide" | "pageshow"): Promise<void>;
}

export const test = base.extend<{ story: undefined }>({
	story: [
		async ({ lab }, use) => {
			await lab.page.evaluate(installStory);
			await use(undefined);
		},
		{ auto: true },
	],
});

/** Runs in the page, so it cannot use anything else of this file. */
function installStory(): void {
	const { fetchEventSource } = (globalThis as unknown as { tools: Tools }).tools;
	const mine = { toString: () => "mine" };
	const word = (error: unknown) =>
		error instanceof Error ? `${error.name} ${(error as Error & { reason?: string }).reason}` : String(error);
	const inPage: InPage = {
		mine,
		throwMine() {
			throw mine;
		},
		async story(url, init = {}, told = []) {
			const { onopen, onmessage, onclose, onerror } = init;
			const recorded: FetchEventSourceInit = {
				...init,
				onmessage(message) {
					told.push(message.data);
					onmessage?.(message);
				},
				onclose() {
					told.push("close");
					onclose?.();
				},
				onerror(error) {
					told.push(word(error));
					return onerror?.(error);
				},
			};
			if (onopen) {
				recorded.onopen = (response) => {
					told.push(`open ${response.status}`);
					return onopen(response);
				};
			}
			await fetchEventSource(url, recorded).then(
				() => told.push("fulfilled"),
				(error) => told.push(`rejected: ${word(error)}`),
			);
			return told;
		},
		async transition(name) {
			// This runs in a separate task, as in a browser, and not between the microtasks of a
			// message.
			await new Promise((resolve) => setTimeout(resolve));
			dispatchEvent(new PageTransitionEvent(name, { persisted: true }));
			await new Promise((resolve) => setTimeout(resolve));
		},
	};
	Object.assign(globalThis, inPage);
	// This makes the waits as short as possible.
	Math.random = () => 0;
}

/**
 * If this is sent first, a GET is repeated after half a second, the shortest wait that a server can
 * set.
 */
export const SOON = "retry: 0\n\n";

/** Sends a message with data `x` and ID `9`. Then the connection is lost. */
export const BROKEN = eventStream(send(`${SOON}id: 9\ndata: x\n\n`), HANDED_OVER, "rst");

/** The last response: one message and a clean end. */
export const LAST = eventStream(send(events("end")));

/** The last event ID of each request. */
export const sentIds = async (lab: Lab) =>
	(await lab.requests()).map(({ headers }) => headers["last-event-id"] ?? null);
