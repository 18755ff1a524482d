// Owns the caller's own `fetch`, which may do what the platform's never does: not heed the signal, and never answer. Knows
// nothing of sources.

import type { EventSourceInit } from "../types.js";

type Fetch = NonNullable<EventSourceInit["fetch"]>;

/** How long the caller may take to begin reading a response that `onopen` has refused, in milliseconds: it holds a connection. */
const GRACE = 100;

/** How long it may read a response, or a clone, behind a `fetch` that has rejected, in milliseconds. */
const READING = 1000;

/**
 * Cancels the body of an answer that nobody wants. Out here, because an answer that never comes keeps what this function can
 * see, and the caller's function may see the source.
 */
async function cancelBody(answer: Response | PromiseLike<Response>): Promise<void> {
	try {
		await (await answer).body?.cancel();
	} catch {}
}

/** Rejects, and has the request aborted a little later. Out here for the same reason. */
const rejecting = (state: { grace: number }, reject: (error: unknown) => void) => (error: unknown) => {
	state.grace = READING;
	reject(error);
};

/**
 * For a `fetch` that has an answer and rejects it. Its signal is not aborted any more, so that the caller can read a clone to its
 * end. The body itself is cancelled, unless the caller reads that.
 */
export function refuse(init: RequestInit, response: Response): void {
	init.signal = null;
	setTimeout(cancelBody, GRACE, response);
}

/**
 * The same `fetch`, given the headers as a plain object, since many that were written for other libraries spread them. Its
 * promise is rejected with the signal: one that stayed pending would hold for ever what waits for it in the module. The body of
 * an answer that comes too late is cancelled. A `fetch` that rejects may have an answer that the caller still reads, or may have
 * left a request running: it is aborted a little later.
 */
export function abortable(fetch: Fetch): Fetch {
	return (url, init) =>
		new Promise((resolve, reject) => {
			const signal = init.signal as AbortSignal;
			const controller = new AbortController();
			const headers = Object.fromEntries(init.headers as Headers);
			const given: RequestInit = { ...init, headers, signal: controller.signal };
			const state = { grace: 0 };
			const answer = Promise.resolve(fetch(url, given));
			const abort = () => given.signal && controller.abort(signal.reason);
			signal.addEventListener("abort", () => {
				reject(signal.reason);
				state.grace ? setTimeout(abort, state.grace) : abort();
				cancelBody(answer);
			});
			answer.then(resolve, rejecting(state, reject));
		});
}
