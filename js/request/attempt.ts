// Owns the request of each attempt: what it asks for, its headers, its AbortController. The contract with
// src/web/request/facade.rs. Knows nothing of what becomes of it.

import type { EventSourceInit } from "../types.js";
import { absolute, isOneShot, naming } from "./checks.js";
import { type Given, membersOf, type OwnInit, ownInit } from "./request-init.js";

/** The bits of {@link Attempt.kind}. */
export const GET = 1;
const PREFLIGHT = 2;
const REPEATABLE = 4;

/** One request. */
export class Attempt {
	readonly kind: number;
	readonly #send: (controller: AbortController, asProbe: boolean) => Promise<Response>;
	#controller: AbortController | undefined;

	constructor(kind: number, send: (controller: AbortController, asProbe: boolean) => Promise<Response>) {
		this.kind = kind;
		this.#send = send;
	}

	/**
	 * Sends it. A probe goes without the caller's headers and in the mode `no-cors`, which needs no server's permission. Rejected if
	 * the attempt's mode does not allow that.
	 */
	send(asProbe: boolean): Promise<Response> {
		this.#controller = new AbortController();
		return this.#send(this.#controller, asProbe);
	}

	/** Aborts the last request. */
	abort(): void {
		this.#controller?.abort();
	}
}

/** Called before each attempt. Rejected with what the caller's function throws, and when the source is closed. */
export type Prepare = (attempt: number, lastEventId: string) => Promise<Attempt | { error: unknown }>;

/** What every attempt is made from. */
export interface Made {
	url: string;
	init: OwnInit;
	fetch: EventSourceInit["fetch"];
	request: EventSourceInit["request"];
	lastEventIdParam: string | undefined;
}

/** The method is GET, as `fetch` understands it. */
export const isGet = ({ method }: RequestInit) => /^get$/i.test(method ?? "get");

/** The mode allows a probe. */
export const canBeProbed = ({ mode = "cors" }: RequestInit) => mode === "cors";

/** A URL with a host, of a scheme that a platform's `fetch` may have a network for. */
const HAS_NETWORK = /^(?!(file|ftp|wss?):)[^:/]+:\/\//;

/**
 * Prepares attempts. A question to the caller is given up when the source is closed: an answer that never comes would hold for
 * ever what waits for it in the module.
 */
export function attempts(made: Made, closed: Promise<unknown>): Prepare {
	const sent = new WeakSet<object>();
	let giveUp: (() => void) | undefined;
	closed.then(() => giveUp?.());
	const prepare: Prepare = async (attempt, lastEventId) => {
		const answer = (await made.request?.({ attempt, lastEventId })) ?? {};
		try {
			const given = naming("request", () => membersOf(answer as Given));
			// The body of a Request may not be read to its end yet.
			const [body, first] = await Promise.all([given.body, made.init.body]);
			const [url, init] = naming("request", () => [
				given.url === undefined ? made.url : absolute(`${given.url}`),
				merge({ ...given, body }, { ...made.init, body: first as BodyInit }, sent),
			]);
			return make(url, init, made, lastEventId);
		} catch (error) {
			return { error };
		}
	};
	return (attempt, lastEventId) =>
		new Promise((resolve, reject) => {
			giveUp = reject;
			prepare(attempt, lastEventId).then(resolve, reject);
		});
}

function merge(given: Given, init: OwnInit, sent: WeakSet<object>): OwnInit {
	const merged = ownInit(given, init);
	// [non-spec] As among the init's headers it is an initial value, and there is one already.
	merged.headers.delete("last-event-id");
	const body = merged.body as object | null | undefined;
	if (isOneShot(body)) {
		if (sent.has(body!)) {
			throw new TypeError('"body" is a stream that was sent already');
		}
		sent.add(body!);
	}
	return merged;
}

function make(to: string, init: OwnInit, { fetch: own, lastEventIdParam }: Made, lastEventId: string): Attempt {
	const url = new URL(to);
	if (url.username || url.password) {
		throw new TypeError("the URL has a user name or password");
	}
	const headers = new Headers(init.headers);
	if (!headers.has("accept")) {
		headers.set("accept", "text/event-stream");
	}
	let preflight = 0;
	if (lastEventId && lastEventIdParam !== undefined) {
		url.searchParams.set(lastEventIdParam, lastEventId);
	} else if (lastEventId) {
		// A header value is bytes, which the platform takes as a string of one character each.
		headers.set(
			"last-event-id",
			Array.from(new TextEncoder().encode(lastEventId), (byte) => String.fromCharCode(byte)).join(""),
		);
		// The page's own origin can differ from the origin of its URL. Outside browsers it is missing.
		preflight = typeof origin === "string" && !url.href.startsWith(`${origin}/`) ? PREFLIGHT : 0;
	}
	// [spec] 9.2.2, constructor step 11: an event stream is never answered from a cache.
	const all: RequestInit = { cache: "no-store", ...init, headers };
	const kind = (isGet(init) ? GET : 0) | preflight | (own || HAS_NETWORK.test(to) ? REPEATABLE : 0);
	return new Attempt(kind, async ({ signal }, asProbe) => {
		if (!asProbe) {
			return (own ?? fetch)(url.href, { ...all, signal });
		}
		return canBeProbed(init) ? fetch(url.href, { ...all, signal, headers: {}, mode: "no-cors" }) : Promise.reject();
	});
}
