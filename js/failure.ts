// Owns what is told of a failure, the caller's decision about it, and the reporting of what a caller's function throws. Knows
// nothing of sources.

import type { Decide, Failure } from "./types.js";

/** The longest wait that a timer can hold, in milliseconds: it takes a signed 32-bit number. */
const MAX_DELAY = 0x7fff_ffff;

/** What Rust knows of a failure. */
export type Details = Omit<Writable<Failure>, "status" | "code" | "headers" | "willReconnect"> & {
	response: Response | undefined;
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export function describe({ response, ...details }: Details): Writable<Failure> {
	const { status, headers } = response ?? {};
	return { ...details, status, code: status, headers, willReconnect: details.delay !== undefined };
}

export function decideWith(decide: Decide, failure: Parameters<Decide>[0]): number | undefined {
	try {
		const decision = decide(failure);
		if (decision === false) {
			return undefined;
		}
		if (typeof decision === "number" && decision >= 0) {
			return Math.min(Math.floor(decision), MAX_DELAY);
		}
		if (decision !== undefined) {
			throw new TypeError('"reconnect" must answer with milliseconds or false');
		}
	} catch (error) {
		report(error);
	}
	return failure.delay;
}

/** As an uncaught error of a handler would be. */
export function report(error: unknown): void {
	if (typeof reportError === "function") {
		reportError(error);
	} else {
		queueMicrotask(() => {
			throw error;
		});
	}
}
