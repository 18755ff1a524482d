// Checks the options, with errors that name the option. The platform checks the members of the
// request, because it knows its own rules.

import { isOneShot, isStream } from "../platform/streams.js";

/**
 * Replaces the source's URL in a Request that only checks the other options. No request is sent to
 * this URL.
 */
const UNUSED_URL = "https://headwater.invalid/";

/** [spec] URL Standard, special schemes: the schemes whose hosts are domains. */
const SPECIAL_SCHEME = /^(https?|wss?|ftp|file):$/;

/** [spec] 9.2.2, constructor steps 3 and 4: a URL that cannot be parsed is a SyntaxError. */
export function absolute(given: string): string {
	const base = globalThis.document?.baseURI ?? globalThis.location?.href;
	try {
		const { protocol, hostname, href } = new URL(given, base);
		// [spec] URL Standard, forbidden domain code points: Chromium accepts a space, as "%20".
		if (!(hostname.includes("%20") && SPECIAL_SCHEME.test(protocol))) {
			// [spec] "Encoding-parse": the query uses the encoding of the page. Links are the only
			// platform API that does so.
			const { characterSet = "UTF-8" } = globalThis.document ?? {};
			return characterSet === "UTF-8" ? href : Object.assign(document.createElement("a"), { href: given }).href;
		}
	} catch {}
	const why = base ? "" : ": there is no base URL";
	throw new DOMException(`"${given}" is not a valid URL${why}`, "SyntaxError");
}

/** Lets the platform check the arguments of `fetch`, and completes them. */
export function checkRequest(request: RequestInit, bodyOption: string): void {
	// A stream can be used only once, and the real request needs it.
	const { body, ...checked } = request;
	const { method } = naming(
		() => Object.keys(checked).find((member) => refused(checked, member)) ?? "init",
		() => new Request(UNUSED_URL, checked),
	);
	if (body != null && (method === "GET" || method === "HEAD")) {
		throw new TypeError(`"${bodyOption}" cannot be sent with ${method}: use another "method"`);
	}
	if (isOneShot(body)) {
		checkStreams(isStream(body) ? new ReadableStream() : (async function* () {})());
		// Chromium requires `duplex` for a body that is a stream. TypeScript's RequestInit does not
		// have this member yet.
		Object.assign(request, { duplex: "half", ...request });
	}
}

function refused(request: RequestInit, member: string): boolean {
	try {
		new Request(UNUSED_URL, { [member]: request[member as keyof RequestInit] });
		return false;
	} catch {
		return true;
	}
}

/**
 * Throws if the platform cannot send a stream. Such a platform would send the stream as a text such
 * as "[object ReadableStream]". The check reads the content type, which only a text has.
 */
function checkStreams(body: unknown) {
	const init = { method: "POST", body, duplex: "half" } as RequestInit;
	if (new Request(UNUSED_URL, init).headers.has("content-type")) {
		throw new TypeError('"body": this platform cannot send a stream');
	}
}

export function number(option: string, value: number | undefined, byDefault = 0, least = 0): number {
	if (value === undefined) {
		return byDefault;
	}
	if (typeof value !== "number" || !(value >= least)) {
		throw new TypeError(`"${option}" must be a number >= ${least}`);
	}
	return Math.ceil(value);
}

/** Throws a TypeError that names the first option that is given and is not a function. */
export function checkFunctions(options: Record<string, unknown>): void {
	for (const [option, value] of Object.entries(options)) {
		if (value != null && typeof value !== "function") {
			throw new TypeError(`"${option}" must be a function`);
		}
	}
}

/** Calls `read`, and turns its errors into a TypeError that names the option. */
export function naming<T>(option: string | (() => string), read: () => T): T {
	try {
		return read();
	} catch (cause) {
		const name = typeof option === "string" ? option : option();
		throw new TypeError(`"${name}": ${cause instanceof Error ? cause.message : cause}`, { cause });
	}
}
