// Owns the caller's own `fetch`, which may do what the platform's never does: not heed the signal, and never answer. Knows
// nothing of sources.

import type { EventSourceInit } from "./types.js";

type Fetch = NonNullable<EventSourceInit["fetch"]>;

// Out here, for an answer that never comes keeps what these could see, and the caller's function may see the source.
const cancelBody = ({ body }: Response) => body?.cancel();
const ignore = () => {};

/**
 * The same `fetch`, given the headers as a plain object, since many that were written for other libraries spread them. Its
 * promise is rejected with the signal: one that stayed pending would hold for ever what waits for it in the module. The body of
 * an answer that comes too late is cancelled.
 */
export function abortable(fetch: Fetch): Fetch {
	return (url, init) =>
		new Promise((resolve, reject) => {
			const headers = Object.fromEntries(init.headers as Headers);
			const answer = Promise.resolve(fetch(url, { ...init, headers }));
			init.signal?.addEventListener("abort", () => {
				reject(init.signal?.reason);
				answer.then(cancelBody).catch(ignore);
			});
			answer.then(resolve, reject);
		});
}
