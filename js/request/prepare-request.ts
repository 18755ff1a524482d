// Prepares the request of each attempt: its URL, method, headers and body.

import { Attempt, GET, PREFLIGHT, type Prepare, REPEATABLE } from "../module/attempt.js";
import { isOneShot } from "../platform/streams.js";
import type { EventSourceInit } from "../types.js";
import { absolute, naming } from "./checks.js";
import { type Given, membersOf, type OwnInit, ownInit } from "./read-init.js";
import type { Fetch } from "./with-abort.js";

/** The options from which each attempt is made. */
export interface Template {
	url: string;
	init: OwnInit;
	fetch: Fetch | undefined;
	request: EventSourceInit["request"];
	lastEventIdParam: string | undefined;
}

/** Whether the method is GET, as `fetch` reads it. */
export const isGet = ({ method }: RequestInit) => /^get$/i.test(method ?? "get");

/** Whether the mode allows a probe. */
export const canBeProbed = ({ mode = "cors" }: RequestInit) => mode === "cors";

/**
 * Matches a URL that has a host, unless its scheme is one that `fetch` never loads from a network.
 */
const HAS_NETWORK = /^(?!(file|ftp|wss?):)[^:/]+:\/\//;

/**
 * Prepares attempts. When the source is closed, it stops waiting for the option `request`, because
 * a promise that stays pending would keep the task in the module alive.
 */
export function attempts(template: Template, closed: Promise<unknown>): Prepare {
	const sent = new WeakSet<object>();
	let giveUp: (() => void) | undefined;
	closed.then(() => giveUp?.());
	const prepare: Prepare = async (attempt, lastEventId) => {
		const answer = (await template.request?.({ attempt, lastEventId })) ?? {};
		try {
			const given = naming("request", () => membersOf(answer as Given, "the result"));
			// The body of a Request may not have been read to its end yet.
			const [body, first] = await Promise.all([given.body, template.init.body]);
			const [url, init] = naming("request", () => [
				given.url === undefined ? template.url : absolute(`${given.url}`),
				merge({ ...given, body }, { ...template.init, body: first as BodyInit }, sent),
			]);
			return make(url, init, template, lastEventId);
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
	// [non-spec] A `Last-Event-ID` header sets only the initial ID, and the source already has an
	// ID by now.
	merged.headers.delete("last-event-id");
	const body = merged.body as object | null | undefined;
	if (isOneShot(body)) {
		if (sent.has(body!)) {
			throw new TypeError('return a new stream as "body" each time');
		}
		sent.add(body!);
	}
	return merged;
}

function make(to: string, init: OwnInit, { fetch: own, lastEventIdParam }: Template, lastEventId: string): Attempt {
	const url = new URL(to);
	if (url.username || url.password) {
		throw new TypeError("the URL must not contain credentials");
	}
	const headers = new Headers(init.headers);
	if (!headers.has("accept")) {
		headers.set("accept", "text/event-stream");
	}
	let preflight = 0;
	if (lastEventId && lastEventIdParam !== undefined) {
		url.searchParams.set(lastEventIdParam, lastEventId);
	} else if (lastEventId) {
		// The platform takes the bytes of a header value as a string, with one character for each
		// byte.
		headers.set(
			"last-event-id",
			Array.from(new TextEncoder().encode(lastEventId), (byte) => String.fromCharCode(byte)).join(""),
		);
		// The page's own origin can differ from the origin of its URL. Outside browsers there is no
		// `origin`.
		preflight = typeof origin === "string" && !url.href.startsWith(`${origin}/`) ? PREFLIGHT : 0;
	}
	// [spec] 9.2.2, constructor step 11: an event stream never comes from a cache.
	const all: RequestInit = { cache: "no-store", ...init, headers };
	const kind = (isGet(init) ? GET : 0) | preflight | (own || HAS_NETWORK.test(to) ? REPEATABLE : 0);
	return new Attempt(kind, async (signal, asProbe) => {
		if (!asProbe) {
			return (own ?? fetch)(url.href, { ...all, signal });
		}
		return canBeProbed(init) ? fetch(url.href, { ...all, signal, headers: {}, mode: "no-cors" }) : Promise.reject();
	});
}
