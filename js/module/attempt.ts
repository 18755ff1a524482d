// One request. src/web/request/facade.rs sends and aborts it.

/** The members of a Response that the facade and src/web use. */
export type ResponseLike = Pick<Response, "status" | "headers" | "body" | "arrayBuffer"> & Partial<Response>;

/** The bits of {@link Attempt.kind}. */
export const GET = 1;
export const PREFLIGHT = 2;
export const REPEATABLE = 4;

/** The bits of `kind` of `Settings`, besides {@link GET}. */
export const PROBE = 2;
export const SEEN = 4;

export class Attempt {
	readonly kind: number;
	readonly #send: (signal: AbortSignal, asProbe: boolean) => Promise<ResponseLike>;
	#controller: AbortController | undefined;
	/** The response to {@link start}, until the module takes it. */
	#early: Promise<ResponseLike> | undefined;

	constructor(kind: number, send: (signal: AbortSignal, asProbe: boolean) => Promise<ResponseLike>) {
		this.kind = kind;
		this.#send = send;
	}

	/**
	 * Sends the request, or returns the response to the request that {@link start} has sent. A
	 * probe is a request that only checks whether the server responds at all: it is sent without
	 * the caller's headers and in the mode `no-cors`, which needs no permission from the server.
	 * The promise is rejected if the mode of the caller's request does not allow a probe.
	 */
	send(asProbe: boolean): Promise<ResponseLike> {
		const early = this.#early;
		this.#early = undefined;
		if (early) {
			return early;
		}
		this.#controller = new AbortController();
		return this.#send(this.#controller.signal, asProbe);
	}

	/**
	 * Sends the request before the module asks for it, and returns the promise of the response. If
	 * the source is closed before the module takes the response, the request is aborted.
	 */
	start(closed: Promise<unknown>): Promise<unknown> {
		const early = this.send(false);
		this.#early = early;
		closed.then(() => {
			if (this.#early) {
				this.abort();
			}
		});
		return early;
	}

	/** Aborts the last request. */
	abort(): void {
		this.#controller?.abort();
	}
}

/**
 * Called before each attempt. The promise is rejected if the caller's function throws (with the
 * same error), and if the source is closed.
 */
export type Prepare = (attempt: number, lastEventId: string) => Promise<Attempt | { error: unknown }>;
