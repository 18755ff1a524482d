// Owns the error for a missing feature of the platform, and the classes of the platform that are extended: an import never
// throws. Knows nothing of what needs them.

/** Throws if any of these globals is missing, and names it. */
export function demand(...names: (string | false)[]): void {
	const missing = names.filter((name) => name && !(globalThis as Record<string, unknown>)[name]);
	if (missing.length > 0) {
		throw new TypeError(`headwater needs ${missing.join(" and ")}, which is missing`);
	}
}

/** What every source needs, beside `fetch`. */
export const NEEDED = "URL Headers Request AbortController TextEncoder TextDecoder WebAssembly setTimeout".split(" ");

/**
 * As they are at the import. A test environment may replace the global classes later, and an event can only be dispatched on a
 * target of the same platform. Any class takes the place of one that is missing: the constructor of EventSource says so.
 */
export const Event = globalThis.Event ?? Object;
export const EventTarget = globalThis.EventTarget ?? Object;
export type Event = globalThis.Event;
