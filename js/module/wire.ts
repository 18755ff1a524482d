// The values that cross between the facade and src/npm/bindings.rs. tests/node/wire.test.mjs
// compares the names and codes with Rust's.

import type { EventSourceInit, Reason } from "../types.js";
import type { Prepare, ResponseLike } from "./attempt.js";

/** `Reconnect` of src/core/options.rs. */
export enum Reconnect {
	Standard = 0,
	Allowed = 1,
	Never = 2,
	Decided = 3,
}

/** `EndOfBody` of src/core/options.rs, and the default, which depends on the method. */
export enum EndOfBody {
	ByMethod = 0,
	Reconnect = 1,
	Close = 2,
	Interrupted = 3,
	Fail = 4,
}

/** The requests of a source and its policy. Times are in milliseconds. */
export interface Settings {
	prepare: Prepare;
	/** Bits of {@link Kind}. */
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
	/** 0 for no limit. */
	silenceTimeout: number;
	pauseWhenHidden: boolean;
	accept: EventSourceInit["accept"] | undefined;
}

/** The parts of a reader that src/web/body.rs uses. */
export type Reader = Pick<ReadableStreamDefaultReader, "read" | "cancel">;

/** A failed attempt. */
export interface FailedAttempt {
	reason: Reason;
	message: string;
	attempt: number;
	/** The wait before the next request, if there is one. In milliseconds. */
	delay: number;
	/** Whether another request follows, if nobody decides otherwise. */
	willReconnect: boolean;
	/** Whether the caller can decide. */
	isUndecided: boolean;
	response: ResponseLike | undefined;
	/** UTF-8, a view of the module's memory. */
	body: Uint8Array | undefined;
	error: unknown;
}

/** Bits of the argument `follows`. */
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

/** A source, as src/npm/bindings.rs calls it. Only `deliver` may throw. */
export interface SourceHost {
	/**
	 * There is no response if the stream came from elsewhere. Nothing is read before the returned
	 * promise is fulfilled.
	 */
	open(response: ResponseLike | undefined): Promise<void> | undefined;
	/**
	 * `text`, for a `Batch`, is a view of the module's memory, which is valid until the first
	 * handler runs. The server's reconnection time, if it has sent one, is in milliseconds. The
	 * next chunk is read when the returned promise is fulfilled. If it is rejected, or if this
	 * method throws, the stream is given up.
	 */
	deliver(text: Uint8Array, reconnectionTime: number | undefined): Promise<void> | undefined;
	/** The last event ID of the events that were delivered: read when `deliver` has thrown. */
	readonly lastEventId: string;
	/**
	 * Returns the wait before the next request in milliseconds, or `undefined` if there is none.
	 */
	error(...failure: Parameters<typeof failedAttempt>): number | undefined;
	end(): void;
	/** Called with an error of our own, which should not happen. */
	report(error: unknown): void;
}
