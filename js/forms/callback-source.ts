// The source behind `fetchEventSource()`: the order in which its callbacks are called, and the
// effect of errors that they throw.

import type { ResponseLike } from "../module/attempt.js";
import { EndOfBody, type FailedAttempt } from "../module/wire.js";
import type { SourceInit } from "../options/parse.js";
import { callPredicate } from "../platform/callbacks.js";
import { demand, NEEDED } from "../platform/platform.js";
import { checkFunctions } from "../request/checks.js";
import { isGet } from "../request/prepare-request.js";
import { membersOf } from "../request/read-init.js";
import { type Fetch, refuse } from "../request/with-abort.js";
import type { EventSourceMessage, Failure, FetchEventSourceInit } from "../types.js";
import { errorOf } from "./failure.js";
import { type Form, Lifecycle } from "./lifecycle.js";
import { makeCallbackMessage } from "./messages.js";
import { Pace } from "./pace.js";

/**
 * The content type of an event stream, `text/event-stream`, to compare with in an `onopen`
 * callback.
 */
export const EventStreamContentType = "text/event-stream";

type Callbacks = Pick<FetchEventSourceInit, "onopen" | "onmessage" | "onclose" | "onerror" | "fetch">;

/** A call of `onerror`. */
interface Report {
	/** The Error that describes the failure. `undefined` if a callback threw an error. */
	own: Error | undefined;
	/** The error for the promise, if no other attempt follows. */
	error: unknown;
}

export class CallbackSource implements Form {
	declare readonly settled: Promise<void>;
	readonly #life: Lifecycle<EventSourceMessage>;
	readonly #callbacks: Callbacks;
	readonly #pace = new Pace();
	#fulfill!: () => void;
	#reject!: (error: unknown) => void;
	/** The last response, as `fetch` returned it. */
	#response: Response | undefined;
	/** The error that a callback threw. It is reported instead of the failure that it causes. */
	#thrown: { error: unknown } | undefined;
	/** The report of the failure about which `onerror` is deciding. */
	#report: Report | undefined;

	constructor(url: string | URL, init: FetchEventSourceInit) {
		const { onopen, onmessage, onclose, onerror, openWhenHidden = true, fetch, ...others } = membersOf(init);
		demand(!fetch && "fetch", ...NEEDED);
		this.#callbacks = { onopen, onmessage, onclose, onerror, fetch };
		checkFunctions(this.#callbacks);
		this.settled = new Promise((fulfill, reject) => {
			this.#fulfill = fulfill;
			this.#reject = reject;
		});
		const own: SourceInit<EventSourceMessage> = {
			...others,
			reconnect: onerror ? (failure) => this.#callOnError(failure) : undefined,
			pauseWhenHidden: !openWhenHidden,
			// This form does not have these two options.
			accept: undefined,
			end: undefined,
		};
		if (onopen || fetch) {
			own.fetch = this.#fetch;
		}
		this.#life = new Lifecycle(this);
		const { settings, template } = this.#life.begin(url, own);
		if (!this.#life.rules.until) {
			settings.end = isGet(template.init) ? EndOfBody.Reconnect : EndOfBody.Fail;
		}
		this.#life.start(settings);
	}

	/**
	 * Calls `onmessage` in a plain loop. If the loop takes long, it pauses so that the page can run
	 * other tasks.
	 */
	deliver(): Promise<void> | undefined {
		try {
			return this.#deliver()?.catch(this.#rethrow);
		} catch (error) {
			return this.#rethrow(error);
		}
	}

	intercept(failed: FailedAttempt): boolean {
		const { onclose } = this.#callbacks;
		if (failed.reason === "end" && !this.#life.rules.until) {
			try {
				onclose?.();
				this.#end();
			} catch (error) {
				this.#thrown = { error };
			}
		}
		failed.response &&= this.#response ?? failed.response;
		return this.#life.isOver;
	}

	fail(failure: Failure): void {
		if (!this.#report && !failure.willReconnect) {
			// There is no decision to make, but the caller must be notified.
			this.#callOnError({ ...failure, lastEventId: this.#life.lastEventId });
		}
		const { own, error } = this.#report ?? {};
		if (own) {
			// An assignment would throw if the caller froze the object.
			Reflect.set(own, "delay", failure.delay);
			Reflect.set(own, "willReconnect", failure.willReconnect);
		}
		this.#report = this.#thrown = undefined;
		if (!failure.willReconnect) {
			this.#reject(error);
			this.#end();
		}
	}

	ended(): void {
		this.#end();
	}

	/** Fulfills the promise, unless it is settled. */
	#end(): void {
		this.#life.batch.clear();
		this.#life.close();
		this.#fulfill();
	}

	#deliver(): Promise<void> | undefined {
		const { onmessage } = this.#callbacks;
		const life = this.#life;
		const { batch } = life;
		const { until } = life.rules;
		const pace = this.#pace;
		pace.begin();
		for (let message = batch.next(makeCallbackMessage); message; message = batch.next(makeCallbackMessage)) {
			const isLast = until && callPredicate(until, message);
			if (life.isOver) {
				return undefined;
			}
			onmessage?.(message);
			if (isLast) {
				this.#end();
			}
			if (pace.isOver) {
				return pace.rest().then(() => this.#deliver());
			}
		}
		return undefined;
	}

	readonly #rethrow = (error: unknown): never => {
		this.#thrown = { error };
		throw error;
	};

	/**
	 * Calls `onerror` with a failure, or with the error that a callback threw. Returns the decision
	 * of `onerror`.
	 */
	#callOnError(failure: Failure & { lastEventId: string }): number | false | undefined {
		const { onerror } = this.#callbacks;
		const own = this.#thrown ? undefined : errorOf(failure);
		const report: Report = { own, error: this.#thrown ? this.#thrown.error : own };
		this.#report = report;
		try {
			const wait = onerror?.(report.error);
			return typeof wait === "number" && wait >= 0 ? wait : undefined;
		} catch (error) {
			report.error = error;
			return false;
		}
	}

	/**
	 * Calls `onopen` with the unread response. If the callback does not throw, the response is read
	 * as a stream, regardless of its status and content type.
	 */
	readonly #fetch: Fetch = async (url, init) => {
		const { onopen, fetch: given } = this.#callbacks;
		const response = await (given ?? fetch)(url, init);
		this.#response = response;
		if (!onopen) {
			return response;
		}
		try {
			await onopen(response);
		} catch (error) {
			if (!init.signal?.aborted) {
				this.#thrown = { error };
			}
			refuse(init, response);
			throw error;
		}
		return acceptedResponse(response);
	};
}

/** Returns a response that the module accepts, with the body of `response`. */
function acceptedResponse(response: Response): ResponseLike {
	const { body } = response;
	const headers = new Headers(response.headers);
	headers.set("content-type", EventStreamContentType);
	return { status: 200, headers, body, arrayBuffer: () => response.arrayBuffer() };
}
