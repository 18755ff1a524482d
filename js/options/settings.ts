// Owns the reading of a source's options: once, in the constructor, so that nonsense throws at once and later changes
// of the caller's objects change nothing. Knows nothing of what the options do.

import { says } from "../forms/failure.js";
import { demand, NEEDED } from "../platform/platform.js";
import { abortable } from "../request/abortable.js";
import { attempts, GET, isGet, canBeProbed as isProbeable, type Made, type Prepare } from "../request/attempt.js";
import { absolute, checkFunctions, isOneShot, number } from "../request/checks.js";
import { isRequest, membersOf, ownInit } from "../request/request-init.js";
import type { Decide, EventSourceInit, ReconnectOptions } from "../types.js";

/** [non-spec] The URL of a source that reads a stream: of a public proposal, whatwg/html#12272. */
export const STREAM_URL = "about:event-stream";

/** As Chromium has it. */
const DEFAULT_DELAY = 3000;
const DEFAULT_MAX_DELAY = 30_000;
/** `DEFAULT_MAX_EVENT_SIZE` of src/core/parser/mod.rs. */
const DEFAULT_MAX_EVENT_SIZE = 64 * 1024 * 1024;

/** What a source is to request, and how, in the order in which src/npm/bindings.rs takes it. */
export type Settings = [
	prepare: Prepare,
	/** Bits of src/web/request/facade.rs. */
	kind: number,
	lastEventId: string,
	reconnect: (typeof Reconnect)[keyof typeof Reconnect],
	delay: number,
	maxDelay: number,
	maxRetries: number,
	end: (typeof End)[keyof typeof End],
	maxEventSize: number,
	/** 0: none. */
	connectTimeout: number,
	/** 0: none. */
	silenceTimeout: number,
	pauseWhenHidden: boolean,
	accept: EventSourceInit["accept"] | undefined,
];

/** Beside {@link GET}. */
const PROBE = 2;
const SEEN = 4;

/** `Reconnect` of src/core/options.rs. */
const Reconnect = { standard: 0, allowed: 1, never: 2, decided: 3 } as const;

/** `EndOfBody` of src/core/options.rs; by the method where there is none. */
export const End = { byMethod: 0, reconnect: 1, close: 2, interrupted: 3, fail: 4 } as const;

/** What a source needs of its options. */
export interface Read {
	/** For Rust. */
	settings: Settings;
	made: Made;
	signal: AbortSignal | undefined;
	until: EventSourceInit["until"];
	decide: Decide | undefined;
	accept: EventSourceInit["accept"];
	/** The request may be repeated, and cannot be: its body is a stream, which can be sent once. */
	sentOnce: boolean;
}

/**
 * Reads and checks the options. `closed` is fulfilled when the source is closed.
 *
 * @throws SyntaxError DOMException for the URL, TypeError that names the option for anything else.
 */
export function readSettings(url: string | URL, init: EventSourceInit, closed: Promise<unknown>): Read {
	if (isRequest(url)) {
		throw new TypeError("the first argument must be a URL, or the body of a Response");
	}
	// Not `String(url)`, which takes a symbol.
	const givenUrl = `${url}`;
	const {
		fetch,
		request: ask,
		lastEventId,
		lastEventIdParam,
		reconnect,
		end,
		until,
		accept,
		...others
	} = membersOf(init);
	const { maxEventSize, connectTimeout, silenceTimeout, pauseWhenHidden, ...given } = others;
	const { signal } = given;
	demand(!fetch && url !== STREAM_URL && "fetch", ...NEEDED);
	if (signal && !(typeof signal.aborted === "boolean" && typeof signal.addEventListener === "function")) {
		throw new TypeError('"signal" must be an AbortSignal');
	}
	const request = ownInit(given);
	request.credentials ??= "same-origin";
	checkFunctions({ fetch, request: ask, until, accept });
	if (end !== undefined && end !== "reconnect" && end !== "close") {
		throw new TypeError('"end" must be "reconnect" or "close"');
	}
	const [permission, ...waits] = readReconnect(reconnect);
	const firstLastEventId = readLastEventId(lastEventId, request.headers);
	const sentOnce = isOneShot(request.body) && !ask;
	const made: Made = {
		url: absolute(givenUrl),
		init: request,
		fetch: fetch && abortable(fetch),
		request: ask,
		lastEventIdParam: lastEventIdParam === undefined ? undefined : `${lastEventIdParam}`,
	};
	const settings: Settings = [
		attempts(made, closed),
		kindOf(request, fetch, accept),
		firstLastEventId,
		sentOnce ? Reconnect.never : permission,
		...waits,
		end ? End[end] : until ? End.interrupted : End.byMethod,
		number("maxEventSize", maxEventSize, DEFAULT_MAX_EVENT_SIZE, 1),
		number("connectTimeout", connectTimeout, 0, 0),
		number("silenceTimeout", silenceTimeout, 0, 0),
		Boolean(pauseWhenHidden),
		accept && ((response) => says(accept, response)),
	];
	const decide = typeof reconnect === "function" && !sentOnce ? reconnect : undefined;
	return {
		settings,
		made,
		signal: signal ?? undefined,
		until,
		decide,
		accept,
		sentOnce: sentOnce && Boolean(reconnect),
	};
}

/**
 * A `Last-Event-ID` among the headers is an initial value, as the option is: the id moves on with the stream. A header
 * value is bytes, one to a character.
 */
function readLastEventId(option: string | undefined, headers: Headers): string {
	const header = headers.get("last-event-id") ?? "";
	headers.delete("last-event-id");
	const fromHeader = new TextDecoder().decode(Uint8Array.from(header, (byte) => byte.charCodeAt(0)));
	const lastEventId = String(option ?? fromHeader);
	if (/[\0\r\n]/.test(lastEventId)) {
		throw new TypeError('"lastEventId" must not have a line break or U+0000');
	}
	return lastEventId;
}

function readReconnect(reconnect: EventSourceInit["reconnect"]): [Settings[3], number, number, number] {
	const kind = typeof reconnect;
	if (!/undefined|boolean|object|function/.test(kind) || reconnect === null) {
		throw new TypeError('"reconnect" must be a boolean, an object or a function');
	}
	const { delay, maxDelay, maxRetries } = (kind === "object" ? reconnect : {}) as ReconnectOptions;
	const asked = kind === "function" ? Reconnect.decided : reconnect ? Reconnect.allowed : Reconnect.never;
	return [
		kind === "undefined" ? Reconnect.standard : asked,
		number("reconnect.delay", delay, DEFAULT_DELAY, 0),
		number("reconnect.maxDelay", maxDelay, DEFAULT_MAX_DELAY, 0),
		number("reconnect.maxRetries", maxRetries, Number.POSITIVE_INFINITY, 0),
	];
}

/** Of the requests of a source: bits of src/web/request/facade.rs. */
function kindOf(request: RequestInit, fetch: unknown, accept: unknown): number {
	// Whether a server may be asked by a probe. A caller's own `fetch` may fail for reasons of its own, and other modes do not
	// allow it; outside browsers nobody refuses an origin.
	const canBeProbed = !fetch && isProbeable(request) && typeof origin === "string";
	return (isGet(request) ? GET : 0) | (canBeProbed ? PROBE : 0) | (fetch || accept ? SEEN : 0);
}
