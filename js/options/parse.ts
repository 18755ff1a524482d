// Reads and checks the options of a source once, in the constructor. Invalid options throw at once.
// Later changes to the caller's objects have no effect.

import { GET, PROBE, SEEN } from "../module/attempt.js";
import { decode } from "../module/text.js";
import { EndOfBody, Reconnect, type Settings } from "../module/wire.js";
import { callPredicate } from "../platform/callbacks.js";
import { demand, NEEDED } from "../platform/platform.js";
import { isOneShot } from "../platform/streams.js";
import { absolute, checkFunctions, number } from "../request/checks.js";
import { attempts, isGet, canBeProbed as isProbeable, type Template } from "../request/prepare-request.js";
import { isRequest, membersOf, type OwnInit, ownInit } from "../request/read-init.js";
import { type Fetch, withAbort } from "../request/with-abort.js";
import type { CommonInit, Decide, ReconnectOptions } from "../types.js";
import { DEFAULT_DELAY, DEFAULT_MAX_DELAY, DEFAULT_MAX_EVENT_SIZE, DEFAULT_MAX_RETRIES } from "./limits.js";

/**
 * [non-spec] The URL of a source that reads a stream, from the
 * [proposal](https://github.com/whatwg/html/pull/12272).
 */
export const STREAM_URL = "about:event-stream";

/** The options of all forms. `M` is the message that `until` gets. */
export interface SourceInit<M> extends Omit<CommonInit, "fetch" | "signal"> {
	signal?: AbortSignal | null | undefined;
	fetch?: Fetch | undefined;
	until?: ((message: M) => boolean) | undefined;
}

/** The checked options of a source. */
export interface ParsedOptions<M> extends Rules<M> {
	/** The part that the module uses. */
	settings: Settings;
	template: Template;
}

/** The options that the facade needs until the source is closed. */
export interface Rules<M> {
	signal: AbortSignal | undefined;
	until: SourceInit<M>["until"];
	accept: SourceInit<M>["accept"];
	decide: Decide | undefined;
	/**
	 * The caller permits retries, but they are impossible: the body is a stream, which can be sent
	 * only once.
	 */
	sentOnce: boolean;
}

/**
 * Reads and checks the options. `closed` is fulfilled when the source is closed.
 *
 * @throws SyntaxError DOMException for the URL, and a TypeError that names the option for anything
 * else.
 */
export function parseOptions<M>(url: string | URL, init: SourceInit<M>, closed: Promise<unknown>): ParsedOptions<M> {
	if (isRequest(url)) {
		throw new TypeError("the first argument must be a URL or, in events(), a stream");
	}
	// A template throws for a symbol, unlike `String(url)`.
	const givenUrl = `${url}`;
	const { fetch, request, lastEventId, lastEventIdParam, reconnect, end, until, accept, ...others } = membersOf(init);
	const { maxEventSize, connectTimeout, silenceTimeout, pauseWhenHidden, ...given } = others;
	demand(!fetch && url !== STREAM_URL && "fetch", ...NEEDED);
	const signal = checkSignal(given.signal);
	const own = ownInit(given);
	own.credentials ??= "same-origin";
	checkFunctions({ fetch, request, until, accept });
	if (end !== undefined && end !== "reconnect" && end !== "close") {
		throw new TypeError('"end" must be "reconnect" or "close"');
	}
	const policy = parseReconnect(reconnect);
	const firstLastEventId = parseLastEventId(lastEventId, own.headers);
	const sentOnce = isOneShot(own.body) && !request;
	const template: Template = {
		url: absolute(givenUrl),
		init: own,
		fetch: fetch && withAbort(fetch),
		request,
		lastEventIdParam: lastEventIdParam === undefined ? undefined : `${lastEventIdParam}`,
	};
	const settings: Settings = {
		prepare: attempts(template, closed),
		kind: kindOf(own, fetch, accept),
		lastEventId: firstLastEventId,
		...policy,
		reconnect: sentOnce ? Reconnect.Never : policy.reconnect,
		end: endOf(end, until),
		maxEventSize: number("maxEventSize", maxEventSize, DEFAULT_MAX_EVENT_SIZE, 1),
		connectTimeout: number("connectTimeout", connectTimeout),
		silenceTimeout: number("silenceTimeout", silenceTimeout),
		pauseWhenHidden: Boolean(pauseWhenHidden),
		accept: accept && ((response) => callPredicate(accept, response, "accept")),
	};
	const decide = typeof reconnect === "function" ? reconnect : undefined;
	return { settings, template, signal, until, accept, decide, sentOnce: sentOnce && Boolean(reconnect) };
}

/** Checks that the signal is an AbortSignal of any realm or library. */
function checkSignal(signal: AbortSignal | null | undefined): AbortSignal | undefined {
	if (signal && !(typeof signal.aborted === "boolean" && typeof signal.addEventListener === "function")) {
		throw new TypeError('"signal" must be an AbortSignal');
	}
	return signal ?? undefined;
}

/**
 * Returns the last event ID of the first request, from the option or from a `Last-Event-ID` header.
 * The header is removed, because the ID changes with the stream. Each character of a header value
 * stands for one byte.
 */
function parseLastEventId(option: string | undefined, headers: Headers): string {
	const header = headers.get("last-event-id") ?? "";
	headers.delete("last-event-id");
	const fromHeader = decode(Uint8Array.from(header, (byte) => byte.charCodeAt(0)));
	const lastEventId = String(option ?? fromHeader);
	if (/[\0\r\n]/.test(lastEventId)) {
		throw new TypeError('"lastEventId" must not contain a line break or U+0000');
	}
	return lastEventId;
}

function parseReconnect(
	reconnect: CommonInit["reconnect"],
): Pick<Settings, "reconnect" | "delay" | "maxDelay" | "maxRetries"> {
	const kind = typeof reconnect;
	if (/string|number|symbol|bigint/.test(kind) || reconnect === null) {
		throw new TypeError('"reconnect" must be a boolean, an object or a function');
	}
	const { delay, maxDelay, maxRetries } = (kind === "object" ? reconnect : {}) as ReconnectOptions;
	const given = kind === "function" ? Reconnect.Decided : reconnect ? Reconnect.Allowed : Reconnect.Never;
	return {
		reconnect: kind === "undefined" ? Reconnect.Standard : given,
		delay: number("reconnect.delay", delay, DEFAULT_DELAY),
		maxDelay: number("reconnect.maxDelay", maxDelay, DEFAULT_MAX_DELAY),
		maxRetries: number("reconnect.maxRetries", maxRetries, DEFAULT_MAX_RETRIES),
	};
}

/** With `until`, a clean end of the response body means that the response is incomplete. */
function endOf(end: CommonInit["end"], until: unknown): EndOfBody {
	if (end) {
		return end === "close" ? EndOfBody.Close : EndOfBody.Reconnect;
	}
	return until ? EndOfBody.Interrupted : EndOfBody.ByMethod;
}

/** Returns the kind of a source's requests: the bits that module/attempt.ts defines. */
function kindOf(request: OwnInit, fetch: unknown, accept: unknown): number {
	// A probe tells a CORS refusal from a network error. It is not sent in three cases: with a
	// caller's own `fetch`, which may fail for other reasons; in modes other than `cors`; and
	// outside browsers, where no origin is refused.
	const canBeProbed = !fetch && isProbeable(request) && typeof origin === "string";
	return (isGet(request) ? GET : 0) | (canBeProbed ? PROBE : 0) | (fetch || accept ? SEEN : 0);
}
