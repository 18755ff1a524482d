// Owns the record of a call of `fetchEventSource()`: which callbacks were called, in words, and how
// the promise has settled.

import type { FetchEventSourceInit } from "headwater";
import { test as base } from "./hiding.ts";
import { eventStream, events, HANDED_OVER, type Lab, send, type Tools } from "./support.ts";

/** What is there in the page, as a global. */
export interface InPage {
	/** What a callback throws. */
	mine: object;
	/** Throws it. */
	throwMine(): never;
	/**
	 * The life of a call in words: `open` and the status that `onopen` gets, the data of each message, `close`; for what
	 * `onerror` gets `mine`, or the name and the reason of an Error, or else the text of it; and at last the same of what the
	 * promise is rejected with, or `fulfilled`. The list grows meanwhile if one is given.
	 */
	story(url: string, init?: FetchEventSourceInit, told?: string[]): Promise<string[]>;
	/** Says that the page is put away, or back, and lets what follows of it follow. */
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

/** Runs in the page, so that it can use nothing of this file. */
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
			// In a task of its own, as a browser does it, and not amid the microtasks of a message.
			await new Promise((resolve) => setTimeout(resolve));
			dispatchEvent(new PageTransitionEvent(name, { persisted: true }));
			await new Promise((resolve) => setTimeout(resolve));
		},
	};
	Object.assign(globalThis, inPage);
	// Waits are as short as may be.
	Math.random = () => 0;
}

/** What a server may send first, so that a GET goes on after half a second, which is the shortest wait of its own. */
export const SOON = "retry: 0\n\n";

/** Breaks off behind a message with data `x` and id `9`. */
export const BROKEN = eventStream(send(`${SOON}id: 9\ndata: x\n\n`), HANDED_OVER, "rst");

/** The last answer: one message, and a clean end. */
export const LAST = eventStream(send(events("end")));

/** The last event ID of each request. */
export const sentIds = async (lab: Lab) =>
	(await lab.requests()).map(({ headers }) => headers["last-event-id"] ?? null);
