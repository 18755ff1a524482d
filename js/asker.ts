// Owns the option `request`: what each attempt is to request, by the caller's answer. Knows nothing of what becomes of it.

import { absolute, isOneShot, naming } from "./checks.js";
import { type Given, membersOf, type OwnInit, ownInit } from "./request-init.js";
import type { EventSourceInit } from "./types.js";

/**
 * What src/web/request.rs asks before each attempt: for the URL and a RequestInit whose `headers` are a Headers, or for
 * what is wrong with the caller's answer. Rejected with whatever the caller's function throws.
 */
export type Asker = (
	attempt: number,
	lastEventId: string,
) => Promise<[url: string, init: RequestInit] | [url: undefined, error: unknown]>;

/**
 * Asks the caller, and merges the answer over what the source was made with. Gives the question up when the source is
 * closed: an answer that never comes would hold for ever what waits for it in the module.
 */
export function asker(
	request: NonNullable<EventSourceInit["request"]>,
	url: string,
	init: OwnInit,
	closed: Promise<unknown>,
): Asker {
	const sent = new WeakSet<object>();
	let giveUp: (() => void) | undefined;
	closed.then(() => giveUp?.());
	const ask = async (attempt: number, lastEventId: string): ReturnType<Asker> => {
		const answer = (await request({ attempt, lastEventId })) ?? {};
		try {
			const given = naming("request", () => {
				if (typeof answer !== "object") {
					throw new TypeError("the answer must be an object");
				}
				return membersOf(answer as Given);
			});
			// That of a Request is read first.
			const [body, first] = await Promise.all([given.body, init.body]);
			return naming("request", () => merge({ ...given, body }, url, { ...init, body: first as BodyInit }, sent));
		} catch (error) {
			return [undefined, error];
		}
	};
	return (attempt, lastEventId) =>
		new Promise((resolve, reject) => {
			giveUp = reject;
			ask(attempt, lastEventId).then(resolve, reject);
		});
}

function merge(given: Given, url: string, init: OwnInit, sent: WeakSet<object>): [string, RequestInit] {
	const merged = ownInit(given, init);
	// [non-spec] As among the init's headers it is an initial value, and there is one already.
	merged.headers.delete("last-event-id");
	const body = merged.body as object | null | undefined;
	if (isOneShot(body)) {
		if (sent.has(body!)) {
			throw new TypeError('"body" is a stream, which can be sent only once: give a new one');
		}
		sent.add(body!);
	}
	return [given.url === undefined ? url : absolute(`${given.url}`), merged];
}
