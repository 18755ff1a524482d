// Turns a failed attempt into the failure that the caller sees, and calls the caller's decision
// callback.

import { decode } from "../module/text.js";
import { type FailedAttempt, failedAttempt } from "../module/wire.js";
import { MAX_DELAY } from "../options/limits.js";
import type { Rules } from "../options/parse.js";
import { isPromise, report, tryRead } from "../platform/callbacks.js";
import type { Decide, Failure, Reason } from "../types.js";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Matches the error of a browser whose policy forbids WebAssembly. Browsers name `'unsafe-eval'`,
 * which would allow more than necessary.
 */
const POLICY = /^(Compile|Eval)Error:.*(unsafe-eval|\bCSP\b)/s;

/** Returns the failure that each source gets when the module fails. */
export function moduleFailure(error: unknown): FailedAttempt {
	const needed = POLICY.test(`${error}`) ? "; the page's CSP needs script-src 'wasm-unsafe-eval'" : "";
	const message = `the WebAssembly module cannot be used: ${error}${needed}`;
	return failedAttempt("internal", message, 1, 0, 0, undefined, undefined, error);
}

/** Completes a failure, and calls the caller's decision callback if a decision is possible. */
export function decideFailure(
	{ isUndecided, response, ...failed }: FailedAttempt,
	{ decide, sentOnce, accept }: Pick<Rules<never>, "decide" | "sentOnce" | "accept">,
	lastEventId: string,
): Failure {
	const { reason, body } = failed;
	const { status, headers } = response ?? {};
	const refused = accept && reason === "content-type" && `"accept" rejected the response`;
	// A pause has the reason of a lost connection, and a message that begins with "the page".
	const lost = isLost(reason, status) && !/^the page/.test(failed.message) ? "network error: " : "";
	const message = reason === "request" ? `${failed.message}: ${text(failed.error)}` : refused || lost + failed.message;
	const known = { ...failed, message, status, code: status, headers, body: body ? decode(body) : "" };
	const failure: Writable<Failure> = known;
	failure.delay = decideWith(isUndecided ? decide : undefined, { ...known, lastEventId });
	failure.willReconnect = failure.delay !== undefined;
	if (sentOnce && !failure.willReconnect) {
		failure.message += `; a stream can be sent only once: return a new "body" from "request"`;
	}
	return failure;
}

/**
 * Whether the connection was lost or never made. The reason `attempts` can follow any failure, so
 * the status decides in that case.
 */
const isLost = (reason: Reason, status: number | undefined) =>
	/^(network|interrupted|cors|timeout|silence|attempts)$/.test(reason) && (status ?? 0) < 400;

/**
 * Returns the Error for a failure, with its fields. A lost connection is a TypeError, as with
 * `fetch`.
 */
export function errorOf(failure: Failure): Error {
	const { message, error, reason, status } = failure;
	const Kind = isLost(reason, status) ? TypeError : Error;
	return Object.assign(new Kind(message, error === undefined ? {} : { cause: error }), failure);
}

/** Returns the value as a string. Some values that a caller can throw cannot be converted. */
const text = (value: unknown) => tryRead(() => String(value)) ?? typeof value;

/** Returns the wait that the caller chose. If the caller made no decision, returns the default. */
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
			throw new TypeError('"reconnect" must return a number or false');
		}
	} catch (error) {
		report(error);
	}
	return failure.willReconnect ? failure.delay : undefined;
}
