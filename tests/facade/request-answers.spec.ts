// The result of the option `request` is read in the same way as the options. It can be a Request,
// and can have inherited members and getters.

import { byEachForm, installForms } from "./forms.ts";
import { elsewhere, expect, test } from "./support.ts";

test.beforeEach(({ lab }) => installForms(lab));

/**
 * Results of `request`, as JavaScript, and the method, body, authorization and content type of the
 * request that is sent.
 */
const ANSWERS: [kind: string, answer: string, sent: [string, string, string | undefined, string | undefined]][] = [
	[
		"a Request with a body",
		`new Request(url, { method: "PUT", headers: { authorization: "Bearer 2" }, body: "two" })`,
		["PUT", "two", "Bearer 2", "text/plain;charset=UTF-8"],
	],
	[
		"a Request without one",
		`new Request(url, { headers: { authorization: "Bearer 2" } })`,
		["GET", "", "Bearer 2", undefined],
	],
	[
		"an object that inherits",
		`Object.create({ url, method: "PUT", headers: { authorization: "Bearer 2" }, body: "two" })`,
		["PUT", "two", "Bearer 2", "text/own"],
	],
	[
		"getters",
		`new (class { get url() { return url } get method() { return "PUT" } get headers() { return { authorization: "Bearer 2" } } get body() { return "two" } })()`,
		["PUT", "two", "Bearer 2", "text/own"],
	],
	["json", `({ url, json: { n: 2 } })`, ["POST", '{"n":2}', "Bearer 1", "application/json"]],
	["only a token", `({ headers: { authorization: "Bearer 2" } })`, ["POST", "one", "Bearer 2", "text/own"]],
	["nothing", `undefined`, ["POST", "one", "Bearer 1", "text/own"]],
	["null", `null`, ["POST", "one", "Bearer 1", "text/own"]],
];

for (const [kind, answer, sent] of ANSWERS) {
	// behavior 2.8
	test(`request may return ${kind}, at once or by a promise`, async ({ lab }) => {
		for (const wrap of ["", "async "]) {
			const seen = await byEachForm(
				lab,
				`{ method: "POST", headers: { authorization: "Bearer 1", "content-type": "text/own" }, body: "one", request: ${wrap}() => ${answer} }`,
			);
			for (const { method, body, headers } of seen) {
				expect([method, body, headers.authorization, headers["content-type"]]).toEqual(sent);
			}
			expect(seen).toHaveLength(3);
		}
	});
}

test("a POST Request without a body sends none, and not the body of the source's options", async ({ lab }) => {
	const seen = await byEachForm(
		lab,
		`{ json: { prompt: "p" }, request: () => new Request(url, { method: "POST", headers: { authorization: "Bearer 2" } }) }`,
	);
	for (const { method, body, headers } of seen) {
		expect([method, body, headers.authorization, headers["content-type"]]).toEqual(["POST", "", "Bearer 2", undefined]);
	}
	expect(seen).toHaveLength(3);
});

/**
 * Bodies that replace another body, as JavaScript, and the content type that `fetch` gives to each.
 */
const REPLACING: [body: string, type: RegExp][] = [
	[`Object.assign(new FormData(), {})`, /^multipart\/form-data; *boundary=/],
	[`new URLSearchParams({ a: "b" })`, /^application\/x-www-form-urlencoded;charset=UTF-8$/],
	[`"text"`, /^text\/plain;charset=UTF-8$/],
	[`new Blob(["b"], { type: "text/x-blob" })`, /^text\/x-blob$/],
];

for (const made of [`json: { prompt: "p" }`, `...{}`]) {
	for (const [body, type] of REPLACING) {
		test(`with ${made}, a body that request returns (${body}) is sent with its own content type`, async ({ lab }) => {
			const seen = await byEachForm(
				lab,
				`{ method: "POST", ${made}, request: () => ({ url, body: ${body} }) }`,
				lab.url("/post-echo"),
			);
			for (const { headers } of seen) {
				expect(headers["content-type"]).toMatch(type);
			}
			expect(seen).toHaveLength(3);
		});
	}
}

test("a Request's own content type is sent with its own body, and not with a body that request returns", async ({
	lab,
}) => {
	const seen = await byEachForm(
		lab,
		`Object.defineProperty(new Request(url, { method: "POST", body: new FormData() }), "request", { value: () => ({ body: "text" }) })`,
	);
	expect(seen.map(({ body, headers }) => [body, headers["content-type"]])).toEqual(
		Array(3).fill(["text", "text/plain;charset=UTF-8"]),
	);
});

test("no probe is sent if the mode of the attempt forbids other origins", async ({ lab }) => {
	const reason = await lab.ours(
		async ({ EventSource, once }, url) => {
			const source = new EventSource("/unused", { request: () => ({ url, mode: "same-origin" as const }) });
			await once(source, "error");
			source.close();
			return (await source.closed).reason;
		},
		elsewhere(lab.url("/cors-refused")),
	);
	expect(reason).toBe("caller");
	expect(await lab.requests()).toEqual([]);
});

test("members of RequestInit that request returns apply to that attempt", async ({ lab }) => {
	const inits = await lab.ours(async ({ EventSource }, url) => {
		const seen: unknown[] = [];
		const source = new EventSource(url, {
			reconnect: { delay: 1, maxDelay: 1 },
			request: ({ attempt }) =>
				attempt === 1 ? { credentials: "omit" as const, cache: "reload" as const } : undefined,
			fetch: async (_, { credentials, cache }) => {
				seen.push([credentials, cache]);
				return new Response("", { status: seen.length > 1 ? 404 : 503 });
			},
		});
		await source.closed;
		return seen;
	}, lab.url("/silent"));
	expect(inits).toEqual([
		["omit", "reload"],
		["same-origin", "no-store"],
	]);
});
