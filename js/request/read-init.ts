// Reads a RequestInit as `fetch` does: each member once and by name. Copies everything that the
// caller can change later.

import { isOneShot } from "../platform/streams.js";
import { checkRequest, naming } from "./checks.js";

/**
 * The caller's request, as {@link membersOf} reads it. The body may not have been read to its end
 * yet.
 */
export type Given = Omit<RequestInit, "body" | "signal"> & {
	signal?: AbortSignal | null | undefined;
	body?: BodyInit | Promise<ArrayBuffer | null> | null | undefined;
	json?: unknown;
	withCredentials?: boolean | undefined;
	url?: string | URL | undefined;
};

/**
 * A copy of the caller's RequestInit. It does not change later, except for a body that is a stream.
 */
export type OwnInit = RequestInit & { headers: Headers };

/**
 * The Headers objects whose content type was derived from the body. A new body replaces that
 * content type.
 */
const typedByBody = new WeakSet<object>();

/** [spec] Fetch, the dictionary RequestInit. The options of the three forms follow. */
const MEMBERS = (
	"method,headers,body,referrer,referrerPolicy,mode,credentials,cache,redirect,integrity,keepalive,signal,duplex,priority,window," +
	"withCredentials,json,fetch,request,lastEventId,lastEventIdParam,reconnect,end,until,accept,maxEventSize,connectTimeout," +
	"silenceTimeout,pauseWhenHidden,onopen,onmessage,onclose,onerror,openWhenHidden,url"
).split(",");

/** Whether a value is a Request of any realm or library. Returns true for a Response too. */
export function isRequest(value: unknown): value is Request {
	const { clone, arrayBuffer } = Object(value);
	return typeof clone === "function" && typeof arrayBuffer === "function";
}

/**
 * Returns the members of an options object. Reads each once.
 *
 * [spec] Web IDL, dictionaries: members are read by name, so inherited members and getters count.
 * Members that only one platform has, such as Node's `dispatcher`, are found by enumeration.
 */
export function membersOf<T extends object>(given: T, name = "init"): Partial<T> {
	if (Object(given) !== given) {
		throw new TypeError(`${name} must be an object`);
	}
	const members: Partial<T> = {};
	const names = new Set(MEMBERS);
	if (!isRequest(given)) {
		for (const name in given) {
			names.add(name);
		}
	}
	for (const name of names as Set<keyof T>) {
		const value = given[name];
		if (value !== undefined) {
			members[name] = value;
		}
	}
	if (isRequest(given)) {
		readRequest(given, members as Given);
	}
	return members;
}

/**
 * Drops the members of a Request that are not options, and reads its body: not every browser
 * exposes the body or sends it as a stream.
 */
function readRequest(given: Request, members: Given): void {
	if (members.json === given.json) {
		delete members.json;
	}
	if (members.cache === "default") {
		delete members.cache;
	}
	delete members.body;
	if (!isBodiless(members.method ?? "GET")) {
		members.body = naming("body", () => given.clone().arrayBuffer()).then((bytes) => (bytes.byteLength ? bytes : null));
		members.body.catch(() => {});
		// A Request sets the content type of its body, which cannot be distinguished from a content
		// type that the caller set.
		typedByBody.add(given.headers);
	}
}

/**
 * Copies a RequestInit. Its members replace those of `base`.
 *
 * @throws TypeError that names the member.
 */
export function ownInit(given: Given, base: Partial<OwnInit> = {}): OwnInit {
	const { headers: givenHeaders, body, json, withCredentials, signal: _signal, url: _url, ...others } = given;
	const own = naming("headers", () => new Headers(givenHeaders ?? {}));
	const headers = new Headers(base.headers);
	if (typedByBody.has(givenHeaders as object)) {
		typedByBody.add(headers);
	}
	const init = { ...base, ...others, headers } as OwnInit;
	if (json !== undefined) {
		if (body != null) {
			throw new TypeError('"json" and "body" cannot be given together');
		}
		const text = naming("json", () => JSON.stringify(json));
		if (text === undefined) {
			throw new TypeError('"json" cannot be serialized');
		}
		init.body = text;
		init.method ??= "POST";
		if (!own.has("content-type")) {
			own.set("content-type", "application/json");
			typedByBody.add(headers);
		}
	} else if (body != null) {
		init.body = naming("body", () => copyOf(body)) as BodyInit;
		if (typedByBody.has(base.headers!)) {
			headers.delete("content-type");
		}
	} else if (body === null || (body === undefined && isBodiless(others.method ?? ""))) {
		// A GET that resumes the response to a POST does not send the body again.
		delete init.body;
		headers.delete("content-type");
	}
	for (const [name, value] of own) {
		headers.set(name, value);
	}
	if (withCredentials) {
		init.credentials = "include";
	}
	checkRequest(init, json === undefined ? "body" : "json");
	return init;
}

const isBodiless = (method: string) => /^(get|head)$/i.test(method);

/**
 * Copies a body. [spec] Fetch, "extract a body": `fetch` copies, when it is called, everything that
 * can change later.
 */
function copyOf(body: unknown): unknown {
	if (isOneShot(body)) {
		return body;
	}
	const { byteLength, byteOffset, buffer = body, [Symbol.toStringTag]: kind } = Object(body);
	if (byteLength !== undefined) {
		return new Uint8Array(buffer, byteOffset, byteLength).slice();
	}
	if (kind === "URLSearchParams") {
		return new URLSearchParams(body as URLSearchParams);
	}
	if (kind !== "FormData") {
		return body;
	}
	const copy = new FormData();
	for (const [name, value] of body as FormData) {
		copy.append(name, value as string);
	}
	return copy;
}
