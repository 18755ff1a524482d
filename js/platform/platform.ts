// The features of the platform that are needed. If one is missing, the constructor throws; an
// import never does.

/** Throws if any of these globals is missing, and names it. */
export function demand(...names: (string | false)[]): void {
	const missing = names.filter((name) => name && !(globalThis as Record<string, unknown>)[name]);
	if (missing.length > 0) {
		throw new TypeError(`headwater needs ${missing.join(" and ")}, which is missing`);
	}
}

/** The globals that every source needs, beside `fetch`. */
export const NEEDED = "URL Headers Request AbortController TextEncoder TextDecoder WebAssembly setTimeout".split(" ");

/**
 * Read at import time: a test environment may replace the global classes later, and an event can
 * only be dispatched on a target of the same platform. If one is missing, any class can be extended
 * in its place, because the constructor of EventSource throws.
 */
export const Event = globalThis.Event ?? Object;
export const EventTarget = globalThis.EventTarget ?? Object;
export type Event = globalThis.Event;
