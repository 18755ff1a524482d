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

/** Asks the caller, and merges the answer over what the source was made with. */
export function asker(
	request: NonNullable<EventSourceInit["request"]>,
	url: string,
	init: RequestInit & { headers: Headers },
): Asker {
	const sent = new WeakSet<ReadableStream>();
	return async (attempt, lastEventId) => {
		const answer = (await request({ attempt, lastEventId })) ?? {};
		try {
			return naming("request", () => merge(answer, url, init, sent));
		} catch (error) {
			return [undefined, error];
		}
	};
}

function merge(
	answer: AttemptRequest,
	url: string,
	init: RequestInit & { headers: Headers },
	sent: WeakSet<ReadableStream>,
): [string, RequestInit] {
	const headers = new Headers(init.headers);
	new Headers(answer.headers).forEach((value, name) => {
		headers.set(name, value);
	});
	// [non-spec] As among the init's headers it is an initial value, and there is one already.
	headers.delete("last-event-id");
	const { method, body } = answer;
	const merged: RequestInit = { ...init, headers, ...(method !== undefined && { method }) };
	if (body !== undefined) {
		merged.body = body;
	} else if (method !== undefined && /^(get|head)$/i.test(method)) {
		// What goes on with the answer to a POST does not ask the question again.
		delete merged.body;
	}
	checkRequest(merged, "body");
	if (isStream(merged.body)) {
		if (sent.has(merged.body)) {
			throw new TypeError('"body": a stream can be sent only once, and each attempt needs a new one');
		}
		sent.add(merged.body);
	}
	return [answer.url === undefined ? url : absolute(`${answer.url}`), merged];
}
