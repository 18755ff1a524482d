// Reads a RequestInit as `fetch` reads it: each member by name and once, with copies of everything
// that the caller can change later.

import { isOneShot } from "../platform/streams.js";
import { checkRequest, naming } from "./checks.js";

/**
 * A request of the caller, as {@link membersOf} reads it. The body may be one that is still being
 * read.
 */
export type Given = Omit<RequestInit, "body" | "signal"> & {
	signal?: AbortSignal | null | undefined;
	body?: BodyInit | Promise<ArrayBuffer | null> | null | undefined;
	json?: unknown;
	withCredentials?: boolean | undefined;
	url?: string | URL | undefined;
};

/** A RequestInit of our own. Nothing of it changes later, but for a body that is a stream. */
export type OwnInit = RequestInit & { headers: Headers };

/** Headers with a content type that comes from the body, and goes with it. */
const typedByBody = new WeakSet<object>();

/** [spec] Fetch, the dictionary RequestInit; then the options of the three forms. */
const MEMBERS = (
	"method,headers,body,referrer,referrerPolicy,mode,credentials,cache,redirect,integrity,keepalive,signal,duplex,priority,window," +
	"withCredentials,json,fetch,request,lastEventId,lastEventIdParam,reconnect,end,until,accept,maxEventSize,connectTimeout," +
	"silenceTimeout,pauseWhenHidden,onopen,onmessage,onclose,onerror,openWhenHidden,url"
).split(",");

/** A Request, of whatever realm or library. A Response looks the same here. */
export function isRequest(value: unknown): value is Request {
	const { clone, arrayBuffer } = Object(value);
	return typeof clone === "function" && typeof arrayBuffer === "function";
}

/**
 * The members of an options object, each read once.
 *
 * [spec] Web IDL, dictionaries: members are read by name, so inherited members and getters count.
 * Members that only one platform has, such as Node's `dispatcher`, are found by enumeration.
 */
export function membersOf<T extends object>(given: T): Partial<T> {
	if (Object(given) !== given) {
		throw new TypeError("the options must be an object");
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
 * Drops the members of a Request that are not options, and reads its body: not every browser shows
 * it or sends it as a stream.
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
		// A Request gives its body a type, which cannot be told from one of the caller's.
		typedByBody.add(given.headers);
	}
}

/**
 * Reads a RequestInit. Its members replace those of `base`.
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
			throw new TypeError('"json" has no JSON form');
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
		// A request that goes on with the answer to a POST does not ask the question again.
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

/** [spec] Fetch, "extract a body": `fetch` copies, when it is called, all that can change later. */
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
