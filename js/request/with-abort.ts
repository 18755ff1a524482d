// The caller's own `fetch`, which may ignore its signal or never settle, as the platform's never
// does.

import type { ResponseLike } from "../module/attempt.js";

/** A `fetch` of the caller's, or one around it. */
export type Fetch = (url: string, init: RequestInit) => Promise<ResponseLike>;

/**
 * How many milliseconds the caller may take to begin reading a response that `onopen` has refused.
 * It holds a connection.
 */
const GRACE = 100;

/**
 * How many milliseconds the caller may read a response, or a clone, after its `fetch` was rejected.
 */
const READING = 1000;

/**
 * Cancels the body of a response that is not used. At the top level, because a response that never
 * comes keeps the scope of this function alive, and the caller's function may refer to the source.
 */
async function cancelBody(response: ResponseLike | PromiseLike<ResponseLike>): Promise<void> {
	try {
		await (await response).body?.cancel();
	} catch {}
}

/** Rejects, and delays the abort of the request. At the top level for the same reason. */
const rejecting = (state: { grace: number }, reject: (error: unknown) => void) => (error: unknown) => {
	state.grace = READING;
	reject(error);
};

/**
 * For a `fetch` that has a response and rejects it. Its signal is not aborted any more, so that the
 * caller can read a clone to its end. The body itself is cancelled, unless the caller reads that.
 */
export function refuse(init: RequestInit, response: Response): void {
	init.signal = null;
	setTimeout(cancelBody, GRACE, response);
}

/**
 * Wraps the caller's `fetch`. It gets the headers as a plain object, since many such functions
 * spread them. The promise is rejected when the signal is aborted: a promise that stays pending
 * would keep the task in the module alive. The body of a response that comes too late is cancelled.
 * A `fetch` that is rejected may have a response that the caller still reads, or may have left a
 * request running: its request is aborted a little later.
 */
export function withAbort(fetch: Fetch): Fetch {
	return (url, init) =>
		new Promise((resolve, reject) => {
			const signal = init.signal as AbortSignal;
			const controller = new AbortController();
			const headers = Object.fromEntries(init.headers as Headers);
			const given: RequestInit = { ...init, headers, signal: controller.signal };
			const state = { grace: 0 };
			const response = Promise.resolve(fetch(url, given));
			const abort = () => given.signal && controller.abort(signal.reason);
			signal.addEventListener("abort", () => {
				reject(signal.reason);
				state.grace ? setTimeout(abort, state.grace) : abort();
				cancelBody(response);
			});
			response.then(resolve, rejecting(state, reject));
		});
}
