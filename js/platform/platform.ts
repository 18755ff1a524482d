// The features of the platform that the package needs. If one is missing, the constructor throws.
// An import never throws.

/** Throws an error that names the missing globals if any of `names` is missing. */
export function demand(...names: (string | false)[]): void {
	const missing = names.filter((name) => name && !(globalThis as Record<string, unknown>)[name]);
	if (missing.length > 0) {
		throw new TypeError(`headwater: this platform lacks ${missing.join(", ")}`);
	}
}

/** The globals that every source needs, besides `fetch`. */
export const NEEDED = "URL Headers Request AbortController TextEncoder TextDecoder WebAssembly setTimeout".split(" ");

/**
 * The classes are read from the global scope at import time: a test environment may replace them
 * later, and an event can be dispatched only on a target of the same platform. If one of them is
 * missing, our class extends `Object`, and its constructor throws.
 */
export const Event = globalThis.Event ?? Object;
export const EventTarget = globalThis.EventTarget ?? Object;
export type Event = globalThis.Event;
