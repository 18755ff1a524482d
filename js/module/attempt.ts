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

	constructor(kind: number, send: (signal: AbortSignal, asProbe: boolean) => Promise<ResponseLike>) {
		this.kind = kind;
		this.#send = send;
	}

	/**
	 * Sends the request. A probe is sent without the caller's headers and in the mode `no-cors`,
	 * which needs no permission of the server. If the mode of the attempt does not allow a probe,
	 * the promise is rejected.
	 */
	send(asProbe: boolean): Promise<ResponseLike> {
		this.#controller = new AbortController();
		return this.#send(this.#controller.signal, asProbe);
	}

	/** Aborts the last request. */
	abort(): void {
		this.#controller?.abort();
	}
}

/**
 * Called before each attempt. Rejected if the caller's function throws, with the same error, and if
 * the source is closed.
 */
export type Prepare = (attempt: number, lastEventId: string) => Promise<Attempt | { error: unknown }>;
