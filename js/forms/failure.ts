// Owns what is told of a failure, what the caller decides, and the reporting of what a caller's function throws. Knows nothing
// of sources.

import { decode } from "../module/text.js";
import type { Read } from "../options/settings.js";
import type { Decide, Failure, Reason } from "../types.js";

/** The longest wait that a timer can hold, in milliseconds: it takes a signed 32-bit number. */
const MAX_DELAY = 0x7fff_ffff;

/** What Rust tells of a failure. */
export type Told = [
	reason: Reason,
	message: string,
	attempt: number,
	/** Milliseconds to wait before another request, if there is one. */
	backoff: number,
	/** Bits: 1 if there will be another request without a decision, 2 if the caller can decide. */
	follows: number,
	response: Response | undefined,
	/** UTF-8, a view of the module's memory. */
	body: Uint8Array | undefined,
	error: unknown,
];

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Browsers speak of `'unsafe-eval'`, which would allow more than is needed. */
const POLICY = /^(Compile|Eval)Error:.*(unsafe-eval|content.security.policy|\bCSP\b)/is;

/** What a failure of the module is to each source. */
export function internal(error: unknown): Told {
	const needed = POLICY.test(`${error}`) ? "; the page's policy needs script-src 'wasm-unsafe-eval'" : "";
	return ["internal", `the WebAssembly module cannot be used: ${error}${needed}`, 1, 0, 0, undefined, undefined, error];
}

/** A failure as it is told to the caller, who may decide what follows. */
export function settle(
	[reason, told, attempt, backoff, follows, response, body, error]: Told,
	{ decide, sentOnce, accept }: Pick<Read, "decide" | "sentOnce" | "accept">,
	lastEventId: string,
): Failure {
	const { status, headers } = response ?? {};
	const refused = accept && reason === "content-type" && `"accept" refused the response`;
	const lost = isLost(reason, status) ? "network error: " : "";
	const message = reason === "request" ? `${told}: ${text(error)}` : refused || lost + told;
	const known = {
		reason,
		message,
		status,
		code: status,
		headers,
		body: body ? decode(body) : "",
		error,
		attempt,
		delay: backoff,
		willReconnect: follows % 2 > 0,
	};
	const failure: Writable<Failure> = known;
	failure.delay = decideWith(follows > 1 ? decide : undefined, { ...known, lastEventId });
	failure.willReconnect = failure.delay !== undefined;
	if (sentOnce && !failure.willReconnect) {
		failure.message += `; "body" is a stream, which can be sent only once: give a new one by "request"`;
	}
	return failure;
}

/** Whether the connection was lost, or never made. `attempts` is the reason after any failure, and then the status tells. */
const isLost = (reason: Reason, status: number | undefined) =>
	/^(network|interrupted|cors|timeout|silence|attempts)$/.test(reason) && (status ?? 0) < 400;

/** The Error for a failure, with its fields. A lost connection is a TypeError, as it is from `fetch`. */
export function errorOf(failure: Failure): Error {
	const { message, error, reason, status } = failure;
	const Kind = isLost(reason, status) ? TypeError : Error;
	return Object.assign(new Kind(message, error === undefined ? {} : { cause: error }), failure);
}

/** What a caller has thrown may have no string. */
function text(value: unknown): string {
	try {
		return String(value);
	} catch {
		return typeof value;
	}
}

/** The wait that follows by the caller's decision; without one, as the failure says. */
function decideWith(decide: Decide | undefined, failure: Parameters<Decide>[0]): number | undefined {
	try {
		const decision = decide?.(failure);
		if (decision === false) {
			return undefined;
		}
		if (typeof decision === "number" && decision >= 0) {
			return Math.min(Math.floor(decision), MAX_DELAY);
		}
		if (isPromise(decision) || decision !== undefined) {
			throw new TypeError('"reconnect" must return milliseconds or false');
		}
	} catch (error) {
		report(error);
	}
	return failure.willReconnect ? failure.delay : undefined;
}

/** A promise where a value is due. Its rejection is ignored, because the error is reported already. */
function isPromise(value: unknown): boolean {
	const is = typeof (value as Promise<unknown> | undefined)?.then === "function";
	if (is) {
		new Promise((resolve) => resolve(value)).catch(() => {});
	}
	return is;
}

/** Whether the caller says so; not, if that throws, which is reported. */
export function says<T>(predicate: (value: T) => boolean, value: T): boolean {
	try {
		const answer: unknown = predicate(value);
		if (isPromise(answer)) {
			throw new TypeError('"until" and "accept" must not return a promise');
		}
		return Boolean(answer);
	} catch (error) {
		report(error);
		return false;
	}
}

/** What an object of the caller's has, or nothing if that throws. */
export function tried<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch {
		return undefined;
	}
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
