// The life of a source, for all three forms: its options, the start of the module, failures, and
// the end.

import type { Attempt, ResponseLike } from "../module/attempt.js";
import { Batch } from "../module/batch.js";
import { orDead } from "../module/isolation.js";
import { load, whenDead } from "../module/wasm.js";
import { type FailedAttempt, failedAttempt, type Reader, type Settings, type SourceHost } from "../module/wire.js";
import { type ParsedOptions, parseOptions, type Rules, type SourceInit, STREAM_URL } from "../options/parse.js";
import { whenAborted } from "../platform/abort.js";
import { report, tryRead } from "../platform/callbacks.js";
import { setTimeout } from "../platform/next-task.js";
import type { Closed, Failure } from "../types.js";
import { decideFailure, moduleFailure } from "./failure.js";
import { turns } from "./pace.js";

/**
 * The part of a source that differs between the forms. Once the source is closed, only `ended` is
 * called.
 */
export interface Form {
	/**
	 * Called when a response was accepted, or a stream is about to be read. Nothing is read before
	 * the returned promise is fulfilled.
	 */
	open?(response: ResponseLike | undefined): Promise<void> | undefined;
	/** Delivers the messages of the batch. If it throws or rejects, the response is dropped. */
	deliver(reconnectionTime: number | undefined): Promise<void> | undefined;
	/**
	 * Called before the decision about a failure. Returns true if there is nothing left to decide.
	 */
	intercept?(failed: FailedAttempt): boolean;
	/**
	 * Called with each failure after the decision. If no other request follows, the form closes the
	 * source.
	 */
	fail(failure: Failure): void;
	/** Called when the signal or the server ended the source. */
	ended?(closed: Closed): void;
}

/** One source. The module calls the members of {@link SourceHost}. */
export class Lifecycle<M> implements SourceHost {
	/** Fulfilled when the source is closed. */
	declare readonly closed: Promise<Closed>;
	declare rules: Rules<M>;
	/** The messages of the chunk that is being delivered. */
	declare batch: Batch;
	isOver = false;
	readonly report = report;
	readonly #form: Form;
	/** Whether the first request has its response, or has failed. */
	#isSettled = false;
	/** When the first request was sent, if it was sent before the module was loaded. */
	#sentAt = Infinity;
	#fulfill!: (closed: Closed) => void;

	constructor(form: Form) {
		this.#form = form;
		this.closed = new Promise((fulfill) => {
			this.#fulfill = fulfill;
		});
	}

	/**
	 * Reads the options. Only the rules are kept, because the other options contain the body of the
	 * request, which a closed source must not keep alive. From now on the signal ends the source.
	 * If the signal is already aborted, it ends the source at once.
	 */
	begin(url: string | URL, init: SourceInit<M>): Pick<ParsedOptions<M>, "settings" | "template"> {
		const { settings, template, ...rules } = parseOptions(url, init, this.closed);
		const { signal } = rules;
		const onAbort = () => this.#end({ reason: "signal", error: tryRead(() => signal?.reason) });
		this.rules = rules;
		this.batch = new Batch(settings.lastEventId);
		if (signal?.aborted) {
			onAbort();
		} else {
			whenAborted(signal, onAbort, this.closed);
		}
		return { settings, template };
	}

	/** Runs the source, with its own requests or with a stream. */
	async start(settings: Settings, reader?: Reader): Promise<void> {
		const onModuleFailure = (error: unknown) => {
			this.#fail(moduleFailure(error));
		};
		try {
			// The option `request` may refer to the source, which the caller does not have yet.
			await undefined;
			if (this.isOver) {
				return;
			}
			if (!settings.pauseWhenHidden && !reader) {
				this.#sendFirst(settings);
				// The request is sent before the start of the module occupies the thread.
				await turns();
			}
			const { connect, read } = await load();
			if (this.isOver) {
				return;
			}
			whenDead(onModuleFailure, this.closed);
			if (reader) {
				read(this, this.closed, reader, settings.end);
			} else {
				settings.waited = Math.min(Date.now() - this.#sentAt, settings.connectTimeout - 1);
				connect(this, this.closed, settings);
			}
			setTimeout(() => this.#isSettled || warmUp(), SOON);
		} catch (error) {
			onModuleFailure(error);
		}
	}

	/** Sends the first request. The module takes it over once it is loaded. */
	#sendFirst(settings: Settings): void {
		const { prepare } = settings;
		const first = prepare(1, settings.lastEventId).then((attempt) => {
			if (!this.isOver) {
				const settle = () => {
					this.#isSettled = true;
				};
				(orDead(attempt) as Attempt).start?.(this.closed).then(settle, settle);
				this.#sentAt = Date.now();
			}
			return attempt;
		});
		first.catch(() => {});
		settings.prepare = (attempt, lastEventId) => (attempt > 1 ? prepare(attempt, lastEventId) : first);
	}

	/**
	 * Closes the source permanently. The module is notified some microtasks later. Until then its
	 * calls are ignored.
	 */
	close({ reason, status, error }: Closed | Failure = { reason: "caller" }): void {
		this.isOver = true;
		this.#fulfill({ reason, ...(status !== undefined && { status }), ...(error !== undefined && { error }) });
	}

	get lastEventId(): string {
		return this.batch.lastEventId;
	}

	open(response: ResponseLike | undefined): Promise<void> | undefined {
		if (this.isOver) {
			return undefined;
		}
		return this.#form.open?.(response);
	}

	deliver(text: Uint8Array, reconnectionTime: number | undefined): Promise<void> | undefined {
		if (this.isOver) {
			return undefined;
		}
		this.batch.fill(text);
		return this.#form.deliver(reconnectionTime);
	}

	error(...failed: Parameters<SourceHost["error"]>): number | undefined {
		return this.#fail(failedAttempt(...failed));
	}

	end(): void {
		this.#end({ reason: "end" });
	}

	#fail(failed: FailedAttempt): number | undefined {
		if (this.isOver || this.#form.intercept?.(failed)) {
			return undefined;
		}
		const failure = decideFailure(failed, this.rules, this.lastEventId);
		if (this.isOver) {
			return undefined;
		}
		this.#form.fail(failure);
		return failure.delay;
	}

	#end(closed: Closed): void {
		if (!this.isOver) {
			this.close(closed);
			this.#form.ended?.(closed);
		}
	}
}

/** In milliseconds. A response that arrives so soon would have to wait for the warm-up. */
const SOON = 10;

let warm: Promise<unknown> | undefined;

/**
 * Runs one event through a source, once per page. Engines compile a function when it is first
 * called, so the functions are already compiled for the next source.
 */
export function warmUp(): Promise<unknown> | undefined {
	if (!warm) {
		const life: Lifecycle<unknown> = new Lifecycle({ deliver: async () => life.close(), fail: () => life.close() });
		warm = life.closed;
		const init = { fetch: async () => new Response("data:\n\n"), accept: () => true };
		life.start(life.begin(STREAM_URL, init).settings);
	}
	return warm;
}
