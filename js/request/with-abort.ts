// Wraps the caller's own `fetch`. Unlike the platform's `fetch`, it may ignore its signal or never
// settle.

import type { ResponseLike } from "../module/attempt.js";

/** The caller's `fetch`, or a function that wraps one. */
export type Fetch = (url: string, init: RequestInit) => Promise<ResponseLike>;

/**
 * The time in milliseconds in which the caller can start to read a response that `onopen` rejected.
 * The time is short because the response occupies a connection.
 */
const GRACE = 100;

/**
 * The time in milliseconds in which the caller can read a response, or a clone, after its `fetch`
 * rejected.
 */
const READING = 1000;

/**
 * Cancels the body of a response that is not used. This function is at the top level on purpose: a
 * response that never arrives keeps its scope alive. A scope inside `withAbort` would also keep the
 * caller's function alive, which may refer to the source.
 */
async function cancelBody(response: ResponseLike | PromiseLike<ResponseLike>): Promise<void> {
	try {
		await (await response).body?.cancel();
	} catch {}
}

/**
 * Rejects the promise, and delays the abort of the request. This function is at the top level for
 * the same reason as `cancelBody`.
 */
const rejecting = (state: { grace: number }, reject: (error: unknown) => void) => (error: unknown) => {
	state.grace = READING;
	reject(error);
};

/**
 * Called by a `fetch` that has a response but rejects its promise. From now on nothing aborts the
 * signal, so that the caller can read a clone to its end. The body itself is canceled unless the
 * caller is reading it.
 */
export function refuse(init: RequestInit, response: Response): void {
	init.signal = null;
	setTimeout(cancelBody, GRACE, response);
}

/**
 * Wraps the caller's `fetch`. It receives the headers as a plain object, because many such
 * functions spread the headers into a new object.
 *
 * The promise is rejected when the signal is aborted, because a promise that stays pending would
 * keep the task in the module alive. If the response arrives later, its body is canceled. After a
 * `fetch` has rejected its promise, the caller may still be reading a response, or the request may
 * still be running. So in that case the request is aborted a little later.
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
