// Rules for invalid options: the constructor throws, its message names the option, and no request
// is sent.

import { expect, test } from "./support.ts";

/**
 * The option that the message must name, and an init that is invalid because of it, as JavaScript.
 */
const IMPOSSIBLE: [option: string, init: string][] = [
	["body", `{ body: "x" }`],
	["body", `{ method: "GET", body: "x" }`],
	["body", `{ method: "get", body: new Blob(["x"]) }`],
	["body", `{ method: "HEAD", body: "x" }`],
	["json", `{ json: {}, body: "x" }`],
	["body", `{ json: {}, body: "x" }`],
	["json", `{ json: {}, method: "GET" }`],
	["json", `{ json: (() => { const o = {}; o.o = o; return o; })() }`],
	["json", `{ json: 1n }`],
	["json", `{ json: () => {} }`],
	["json", `{ json: { toJSON() { throw new Error("x"); } } }`],
	["headers", `{ headers: { "bad name": "x" } }`],
	["headers", `{ headers: { "": "x" } }`],
	["headers", `{ headers: { good: "bad\\nvalue" } }`],
	["headers", `{ headers: { good: "日本" } }`],
	["headers", `{ headers: [["one"]] }`],
	["headers", `{ headers: 5 }`],
	["method", `{ method: "BAD METHOD" }`],
	["method", `{ method: "" }`],
	["method", `{ method: "CONNECT" }`],
	["credentials", `{ credentials: "all" }`],
	["mode", `{ mode: "fast" }`],
	["mode", `{ mode: "navigate" }`],
	["cache", `{ cache: "never" }`],
	["redirect", `{ redirect: "maybe" }`],
	["referrerPolicy", `{ referrerPolicy: "none" }`],
	["fetch", `{ fetch: "fetch" }`],
	["fetch", `{ fetch: {} }`],
	["reconnect", `{ reconnect: "yes" }`],
	["reconnect", `{ reconnect: 5 }`],
	["reconnect.delay", `{ reconnect: { delay: -1 } }`],
	["reconnect.delay", `{ reconnect: { delay: NaN } }`],
	["reconnect.delay", `{ reconnect: { delay: "5" } }`],
	["reconnect.maxDelay", `{ reconnect: { maxDelay: -1 } }`],
	["reconnect.maxRetries", `{ reconnect: { maxRetries: -1 } }`],
	["reconnect.maxRetries", `{ reconnect: { maxRetries: NaN } }`],
	["end", `{ end: "x" }`],
	["end", `{ end: true }`],
	["request", `{ request: 5 }`],
	["request", `{ request: {} }`],
	["until", `{ until: "x" }`],
	["accept", `{ accept: "x" }`],
	["connectTimeout", `{ connectTimeout: -1 }`],
	["connectTimeout", `{ connectTimeout: NaN }`],
	["connectTimeout", `{ connectTimeout: "5" }`],
	["silenceTimeout", `{ silenceTimeout: -1 }`],
	["silenceTimeout", `{ silenceTimeout: NaN }`],
	["silenceTimeout", `{ silenceTimeout: "5" }`],
	["maxEventSize", `{ maxEventSize: 0 }`],
	["maxEventSize", `{ maxEventSize: NaN }`],
	["maxEventSize", `{ maxEventSize: "1" }`],
	["lastEventId", `{ lastEventId: "a\\nb" }`],
	["lastEventId", `{ lastEventId: "a\\0b" }`],
	["signal", `{ signal: {} }`],
	["signal", `{ signal: "x" }`],
];

// behavior 1.4, 1.5
test("for each invalid option, the constructor throws a TypeError that names the option", async ({ lab }) => {
	const outcome = await lab.ours(
		({ EventSource }, { impossible, url }) =>
			impossible.map(([option, init]) => {
				let error: unknown;
				try {
					new EventSource(url, new Function(`return ${init}`)()).close();
				} catch (thrown) {
					error = thrown;
				}
				const { name, message } = (error ?? { name: "nothing", message: "" }) as Error;
				return [init, name, error instanceof TypeError && message.includes(option) ? option : message];
			}),
		{ impossible: IMPOSSIBLE, url: lab.url("/silent") },
	);
	expect(outcome).toEqual(IMPOSSIBLE.map(([option, init]) => [init, "TypeError", option]));
	expect((await lab.log()).opened).toBe(0);
});

test("a second argument that is not an object causes a TypeError", async ({ lab }) => {
	await lab.expectBoth(
		({ EventSource }, url) =>
			[5, "x", true].map((init) => {
				try {
					new EventSource(url, init as never).close();
				} catch (error) {
					return (error as Error).name;
				}
				return "nothing";
			}),
		lab.url("/silent"),
		["TypeError", "TypeError", "TypeError"],
	);
});

// behavior 1.5
test("unusual options that are valid are accepted", async ({ lab }) => {
	const outcome = await lab.ours(({ EventSource }, url) => {
		const signal = new AbortController().signal;
		const inits: object[] = [
			{ signal: null, body: null, headers: undefined, lastEventId: undefined, reconnect: undefined, end: undefined },
			{ signal, method: "post", json: null, reconnect: {}, end: "close" },
			{ reconnect: { delay: 0, maxDelay: 0, maxRetries: Number.POSITIVE_INFINITY } },
			{ reconnect: { delay: Number.POSITIVE_INFINITY, maxDelay: 1e300, maxRetries: 1e300 } },
			{ maxEventSize: Number.POSITIVE_INFINITY, lastEventId: "日本", keepalive: true, priority: "low", window: null },
			{ cache: "only-if-cached", mode: "same-origin", unknown: true },
		];
		return inits.map((init) => {
			const source = new EventSource(url, init);
			source.close();
			return source.readyState;
		});
	}, lab.url("/silent"));
	expect(outcome).toEqual(Array(6).fill(2));
});

// behavior 2.12
test("a URL with a user name or password fails at the first attempt, and does not loop", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, record }, url) => {
		const source = new EventSource(url.replace("://", "://user:password@"));
		const fired = record(source);
		const { reason } = await source.closed;
		return { reason, fired: fired.map(({ type, readyState, attempt }) => [type, readyState, attempt]) };
	}, lab.url("/silent"));
	expect(outcome).toEqual({ reason: "request", fired: [["error", 2, 1]] });
	expect((await lab.log()).opened).toBe(0);
});
