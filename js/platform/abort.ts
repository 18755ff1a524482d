// Listens to the caller's signals. All sources of a signal share one listener, because Node warns
// of a leak after ten listeners.

type Listener = { (): void; callbacks: Set<() => void> };

const listeners = new WeakMap<AbortSignal, Listener>();

/**
 * This function is at the top level, so that the listener keeps only the callbacks in the set
 * alive.
 */
function makeListener(): Listener {
	const callbacks = new Set<() => void>();
	const callAll = () => {
		for (const callback of callbacks) {
			callback();
		}
	};
	return Object.assign(callAll, { callbacks });
}

/** Calls the callback when the signal is aborted, unless `closed` is fulfilled before that. */
export function whenAborted(signal: AbortSignal | undefined, callback: () => void, closed: Promise<unknown>): void {
	if (!signal) {
		return;
	}
	const listener = listeners.get(signal) ?? makeListener();
	const { callbacks } = listener;
	if (callbacks.size === 0) {
		listeners.set(signal, listener);
		signal.addEventListener("abort", listener);
	}
	callbacks.add(callback);
	closed
		.then(() => {
			callbacks.delete(callback);
			if (callbacks.size === 0) {
				signal.removeEventListener("abort", listener);
			}
		})
		// A signal of the caller's own class may throw.
		.catch(() => {});
}
