// The values that the facade and src/npm/bindings.rs exchange. tests/node/wire.test.mjs compares
// the names and codes with those in Rust.

import type { EventSourceInit, Reason } from "../types.js";
import type { Prepare, ResponseLike } from "./attempt.js";

/** The same as `Reconnect` of src/core/options.rs. */
export enum Reconnect {
	Standard = 0,
	Allowed = 1,
	Never = 2,
	Decided = 3,
}

/**
 * The same as `EndOfBody` of src/core/options.rs, with an additional default that depends on the
 * method.
 */
export enum EndOfBody {
	ByMethod = 0,
	Reconnect = 1,
	Close = 2,
	Interrupted = 3,
	Fail = 4,
}

/** The requests of a source and its rules. Times are in milliseconds. */
export interface Settings {
	prepare: Prepare;
	/** The bits that module/attempt.ts defines. */
	kind: number;
	lastEventId: string;
	reconnect: Reconnect;
	delay: number;
	maxDelay: number;
	maxRetries: number;
	end: EndOfBody;
	maxEventSize: number;
	/** 0 for no limit. */
	connectTimeout: number;
	/** The part of the first `connectTimeout` that has passed. Set before the module is called. */
	waited?: number;
	/** 0 for no limit. */
	silenceTimeout: number;
	pauseWhenHidden: boolean;
	accept: EventSourceInit["accept"] | undefined;
}

/** The members of a reader that src/web/body.rs uses. */
export type Reader = Pick<ReadableStreamDefaultReader, "read" | "cancel">;

/** A failed attempt. */
export interface FailedAttempt {
	reason: Reason;
	message: string;
	attempt: number;
	/** The wait before the next request, in milliseconds, if there is a next request. */
	delay: number;
	/** Whether another request follows if the caller makes no decision. */
	willReconnect: boolean;
	/** Whether the caller can decide. */
	isUndecided: boolean;
	response: ResponseLike | undefined;
	/** UTF-8 bytes, as a view of the module's memory. */
	body: Uint8Array | undefined;
	error: unknown;
}

/** The bits of the argument `follows`. */
const WILL_RECONNECT = 1;
const UNDECIDED = 2;

/** Turns the arguments of {@link SourceHost.error} into an object. */
export function failedAttempt(
	reason: Reason,
	message: string,
	attempt: number,
	backoff: number,
	follows: number,
	response: ResponseLike | undefined,
	body: Uint8Array | undefined,
	cause: unknown,
): FailedAttempt {
	const willReconnect = (follows & WILL_RECONNECT) > 0;
	const isUndecided = (follows & UNDECIDED) > 0;
	return { reason, message, attempt, delay: backoff, willReconnect, isUndecided, response, body, error: cause };
}

/** The methods of a source that src/npm/bindings.rs calls. Only `deliver` may throw. */
export interface SourceHost {
	/**
	 * Called when the connection is open. There is no response if the caller passed a stream.
	 * Nothing is read before the returned promise is fulfilled.
	 */
	open(response: ResponseLike | undefined): Promise<void> | undefined;
	/**
	 * Delivers the messages of a chunk. `text`, which a `Batch` reads, is a view of the module's
	 * memory. The view is valid until the first handler runs. `reconnectionTime` is the time in
	 * milliseconds that the server sent, if any. The next chunk is read when the returned promise
	 * is fulfilled. If the promise is rejected, or if this method throws, the stream is dropped.
	 */
	deliver(text: Uint8Array, reconnectionTime: number | undefined): Promise<void> | undefined;
	/** The last event ID of the delivered events. Read after `deliver` threw. */
	readonly lastEventId: string;
	/**
	 * Returns the wait before the next request in milliseconds, or `undefined` if no request
	 * follows.
	 */
	error(...failure: Parameters<typeof failedAttempt>): number | undefined;
	end(): void;
	/** Called with an internal error, which should not happen. */
	report(error: unknown): void;
}
