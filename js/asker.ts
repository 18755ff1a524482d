// Owns the option `request`: what each attempt is to request, by the caller's answer. Knows nothing of what becomes of it.

import { absolute, checkRequest, isStream, naming } from "./checks.js";
import type { AttemptRequest, EventSourceInit } from "./types.js";

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
	init: RequestInit & { headers: Headers },
	closed: Promise<unknown>,
): Asker {
	const sent = new WeakSet<ReadableStream>();
	let giveUp: (() => void) | undefined;
	closed.then(() => giveUp?.());
	const ask = async (attempt: number, lastEventId: string): ReturnType<Asker> => {
		const answer = await request({ attempt, lastEventId });
		try {
			return naming("request", () => merge(answer ?? {}, url, init, sent));
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

function merge(
	answer: AttemptRequest,
	url: string,
	init: RequestInit & { headers: Headers },
	sent: WeakSet<ReadableStream>,
): [string, RequestInit] {
	if (typeof answer !== "object") {
		throw new TypeError("the answer must be an object");
	}
	const headers = new Headers(init.headers);
	const { method, body } = answer;
	const ownHeaders = new Headers(answer.headers);
	const merged: RequestInit = { ...init, headers, ...(method !== undefined && { method }) };
	if (body !== undefined) {
		merged.body = body;
	} else if (method !== undefined && /^(get|head)$/i.test(method)) {
		// What goes on with the answer to a POST does not ask the question again.
		delete merged.body;
		headers.delete("content-type");
	}
	ownHeaders.forEach((value, name) => {
		headers.set(name, value);
	});
	// [non-spec] As among the init's headers it is an initial value, and there is one already.
	headers.delete("last-event-id");
	checkRequest(merged, "body");
	if (isStream(merged.body)) {
		if (sent.has(merged.body)) {
			throw new TypeError('"body" is a stream, which can be sent only once: give a new one');
		}
		sent.add(merged.body);
	}
	return [answer.url === undefined ? url : absolute(`${answer.url}`), merged];
}
