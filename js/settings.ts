// Owns the reading of a source's options: once, in the constructor, so that nonsense throws at once and later changes
// of the caller's objects change nothing. Knows nothing of what the options do.

import type { EventSourceInit, ReconnectOptions } from "./types.js";

/** As Chromium has it. */
const DEFAULT_DELAY = 3000;
const DEFAULT_MAX_DELAY = 30_000;
/** `DEFAULT_MAX_EVENT_SIZE` of src/parser.rs. */
const DEFAULT_MAX_EVENT_SIZE = 64 * 1024 * 1024;

/** Stands in for the source's URL where a Request is built to check the other options: no request is made to it. */
const UNUSED_URL = "https://headwater.invalid/";

/** [spec] URL Standard, special schemes: those whose hosts are domains. */
const SPECIAL_SCHEME = /^(https?|wss?|ftp|file):$/;

/** What a source is to request, and how, in the order in which src/bindings.rs takes it. */
export type Settings = [
	url: string,
	/** A RequestInit without `headers` and `signal`. */
	init: RequestInit,
	headers: Headers,
	fetch: EventSourceInit["fetch"] | undefined,
	lastEventId: string,
	isGet: boolean,
	/** `undefined`: as the standard says for GET, and never for another method. */
	reconnect: boolean | undefined,
	delay: number,
	maxDelay: number,
	maxAttempts: number,
	/** `undefined`: reconnect for GET, close for another method. */
	closeAtEnd: boolean | undefined,
	maxEventSize: number,
];

/**
 * What is for Rust, and the signal, which stays here.
 *
 * @throws SyntaxError DOMException for the URL, TypeError that names the option for anything else.
 */
export function readSettings(
	url: string | URL,
	init: EventSourceInit,
): { settings: Settings; signal: AbortSignal | undefined } {
	// Not `String(url)`, which takes a symbol.
	const givenUrl = `${url}`;
	if (typeof init !== "object" && typeof init !== "function") {
		throw new TypeError("the second argument must be an object");
	}
	const { withCredentials, json, fetch, lastEventId, reconnect, end, maxEventSize, ...rest } = init;
	const { headers: givenHeaders, signal, ...request } = rest;
	if (signal && !(typeof signal.aborted === "boolean" && typeof signal.addEventListener === "function")) {
		throw new TypeError('"signal" must be an AbortSignal');
	}
	const headers = naming("headers", () => new Headers(givenHeaders ?? {}));
	if (json !== undefined) {
		setJson(request, headers, json);
	}
	if (withCredentials) {
		request.credentials = "include";
	}
	request.credentials ??= "same-origin";
	const method = checkRequest(request, json === undefined ? "body" : "json");
	if (fetch !== undefined && typeof fetch !== "function") {
		throw new TypeError('"fetch" must be a function');
	}
	if (end !== undefined && end !== "reconnect" && end !== "close") {
		throw new TypeError('"end" must be "reconnect" or "close"');
	}
	const { delay, maxDelay, maxAttempts } = readReconnect(reconnect);
	const settings: Settings = [
		absolute(givenUrl),
		request,
		headers,
		fetch,
		readLastEventId(lastEventId, headers),
		method === "GET",
		isStream(request.body) ? false : reconnect === undefined ? undefined : reconnect !== false,
		delay,
		maxDelay,
		maxAttempts,
		end && end === "close",
		number("maxEventSize", maxEventSize, DEFAULT_MAX_EVENT_SIZE, 1),
	];
	return { settings, signal: signal ?? undefined };
}

/** [spec] 9.2.2, constructor steps 3 and 4: a URL that cannot be parsed is a SyntaxError. */
function absolute(given: string): string {
	const base = globalThis.document?.baseURI ?? globalThis.location?.href;
	try {
		const { protocol, hostname, href } = new URL(given, base);
		// [spec] URL Standard, forbidden domain code points: Chromium lets a blank through, as "%20".
		if (!(hostname.includes("%20") && SPECIAL_SCHEME.test(protocol))) {
			// [spec] "Encoding-parse": in a page of another encoding the query is in that, which only links know.
			const { characterSet = "UTF-8" } = globalThis.document ?? {};
			return characterSet === "UTF-8" ? href : Object.assign(document.createElement("a"), { href: given }).href;
		}
	} catch {}
	throw new DOMException(`"${given}" is not a valid URL`, "SyntaxError");
}

function setJson(request: RequestInit, headers: Headers, json: unknown) {
	if (request.body != null) {
		throw new TypeError('"json" and "body" cannot be given together');
	}
	const text = naming("json", () => JSON.stringify(json));
	if (text === undefined) {
		throw new TypeError('"json" has no JSON form');
	}
	request.body = text;
	request.method ??= "POST";
	if (!headers.has("content-type")) {
		headers.set("content-type", "application/json");
	}
}

/** Has the platform check what goes to `fetch`. Answers the method as `fetch` will send it. */
function checkRequest(request: RequestInit, bodyOption: string): string {
	// A stream can be taken only once, and belongs to the real request.
	const { body, ...checked } = request;
	const { method } = naming(
		() => Object.keys(checked).find((member) => refused(checked, member)) ?? "init",
		() => new Request(UNUSED_URL, checked),
	);
	if (body != null && (method === "GET" || method === "HEAD")) {
		throw new TypeError(`"${bodyOption}" cannot be sent with ${method}: "method" must be another, such as "POST"`);
	}
	if (isStream(body)) {
		checkStreams();
		// What Chromium demands of a request whose body is a stream; TypeScript's RequestInit does not have it yet.
		Object.assign(request, { duplex: "half", ...request });
	}
	return method;
}

function refused(request: RequestInit, member: string): boolean {
	try {
		new Request(UNUSED_URL, { [member]: request[member as keyof RequestInit] });
		return false;
	} catch {
		return true;
	}
}

/** A browser that cannot send streams would send the text "[object ReadableStream]", and says so by its type. */
function checkStreams() {
	const init = { method: "POST", body: new ReadableStream(), duplex: "half" };
	if (new Request(UNUSED_URL, init).headers.has("content-type")) {
		throw new TypeError('"body": this browser cannot send a ReadableStream');
	}
}

function isStream(body: unknown): boolean {
	return typeof ReadableStream === "function" && body instanceof ReadableStream;
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
		throw new TypeError('"lastEventId" cannot have a line break or U+0000: no header can carry it');
	}
	return lastEventId;
}

function readReconnect(reconnect: EventSourceInit["reconnect"]): Required<ReconnectOptions> {
	if (
		reconnect !== undefined &&
		typeof reconnect !== "boolean" &&
		(typeof reconnect !== "object" || reconnect === null)
	) {
		throw new TypeError('"reconnect" must be a boolean or an object');
	}
	const options = typeof reconnect === "object" ? reconnect : {};
	return {
		delay: number("reconnect.delay", options.delay, DEFAULT_DELAY, 0),
		maxDelay: number("reconnect.maxDelay", options.maxDelay, DEFAULT_MAX_DELAY, 0),
		maxAttempts: number("reconnect.maxAttempts", options.maxAttempts, Number.POSITIVE_INFINITY, 0),
	};
}

function number(option: string, value: number | undefined, byDefault: number, least: number): number {
	if (value === undefined) {
		return byDefault;
	}
	if (typeof value !== "number" || !(value >= least)) {
		throw new TypeError(`"${option}" must be a number of at least ${least}`);
	}
	return value;
}

/** Runs `read`; what it throws becomes a TypeError that names the option. */
function naming<T>(option: string | (() => string), read: () => T): T {
	try {
		return read();
	} catch (cause) {
		const name = typeof option === "string" ? option : option();
		throw new TypeError(`"${name}": ${cause instanceof Error ? cause.message : cause}`, { cause });
	}
}
