// Owns the listening to a caller's signal: with one listener for all sources on it, since Node takes more than ten for a leak.
// Knows nothing of sources.

type Listener = { (): void; callbacks: Set<() => void> };

const listeners = new WeakMap<AbortSignal, Listener>();

/** Out here, where it sees no callback but those in the set. */
function makeListener(): Listener {
	const callbacks = new Set<() => void>();
	const callAll = () => {
		for (const callback of callbacks) {
			callback();
		}
	};
	return Object.assign(callAll, { callbacks });
}

/** Has the callback called when the signal is aborted, unless `closed` is fulfilled before. */
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
		// A signal of the caller's own make may throw there.
		.catch(() => {});
}
