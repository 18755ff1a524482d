// Options are read as `fetch` reads them: by name and once, including inherited members and
// getters. Everything that the caller can change later is copied. Most rows run in all three forms.

import { byEachForm, installForms } from "./forms.ts";
import { expect, type LoggedRequest, test } from "./support.ts";

test.beforeEach(({ lab }) => installForms(lab));

/** Options whose members are inherited or unusual in another way, as JavaScript. */
const INHERITED: [kind: string, options: string][] = [
	["members of a prototype", `Object.create({ method: "PUT", headers: { authorization: "Bearer t" }, body: "b" })`],
	[
		"getters of a class",
		`new (class { get method() { return "PUT" } get headers() { return { authorization: "Bearer t" } } get body() { return "b" } })()`,
	],
	[
		"getters of a class that another extends",
		`new (class extends class { get method() { return "PUT" } get body() { return "b" } } { headers = new Headers({ authorization: "Bearer t" }) })()`,
	],
	[
		"a proxy that has only get",
		`new Proxy({}, { get: (_, name) => ({ method: "PUT", headers: { authorization: "Bearer t" }, body: "b" })[name] })`,
	],
	[
		"members that cannot be enumerated",
		`Object.defineProperties({}, { method: { value: "PUT" }, headers: { value: { authorization: "Bearer t" } }, body: { value: "b" } })`,
	],
	[
		"an object without a prototype",
		`Object.assign(Object.create(null), { method: "PUT", headers: { authorization: "Bearer t" }, body: "b" })`,
	],
	[
		"a function with members",
		`Object.assign(() => {}, { method: "PUT", headers: { authorization: "Bearer t" }, body: "b" })`,
	],
	[
		"a Request",
		`new Request(url, { method: "PUT", headers: { authorization: "Bearer t", "content-type": "text/plain;charset=UTF-8" }, body: "b" })`,
	],
	[
		"an object that inherits from a Request's options",
		`Object.create(Object.create({ method: "PUT", body: "b" }), { headers: { value: [["authorization", "Bearer t"]] } })`,
	],
];

for (const [kind, options] of INHERITED) {
	// behavior 1.2
	test(`${kind}: each form sends the method, the headers and the body of these options`, async ({ lab }) => {
		const seen = await byEachForm(lab, options);
		for (const { method, headers, body } of seen) {
			expect({ method, authorization: headers.authorization, body }).toEqual({
				method: "PUT",
				authorization: "Bearer t",
				body: "b",
			});
		}
		expect(seen).toHaveLength(3);
		expect(new Set((await lab.requests()).map(({ method }) => method))).toEqual(new Set(["PUT"]));
	});
}

// behavior 1.1
test("headwater's own options are read like those of fetch, including inherited members and getters", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ EventSource, events }, url) => {
		class Defaults {
			get json() {
				return { prompt: "p" };
			}
			get until() {
				return (event: { data: string }) => event.data === "";
			}
			get reconnect() {
				return Object.create({ delay: 1, maxRetries: 3 });
			}
		}
		const types: string[] = [];
		for await (const { type } of events(url, new Defaults())) {
			types.push(type);
		}
		const source = new EventSource(url, new Defaults());
		return { types, reason: (await source.closed).reason, time: source.reconnectionTime };
	}, lab.url("/post-echo"));
	expect(outcome).toEqual({ types: ["request", "stop"], reason: "until", time: 1 });
	expect((await lab.requests()).map(({ method, body }) => [method, body])).toEqual(
		Array(2).fill(["POST", '{"prompt":"p"}']),
	);
});

// behavior 1.1
test("each member is read once", async ({ lab }) => {
	const reads = await lab.ours(async ({ EventSource }, url) => {
		const reads: Record<string, number> = {};
		const init = new Proxy({ method: "POST", body: "b", reconnect: false } as Record<string, unknown>, {
			get(target, name: string) {
				reads[name] = (reads[name] ?? 0) + 1;
				return target[name];
			},
		});
		await new EventSource(url, init).closed;
		return Object.entries(reads).filter(([name, count]) => count > 1 && name in init);
	}, lab.url("/post-echo"));
	expect(reads).toEqual([]);
});

test("the constructor throws the error of a getter, and no request is sent", async ({ lab }) => {
	const thrown = await lab.ours(async ({ EventSource, events, fetchEventSource }, url) => {
		const init = {
			get headers(): HeadersInit {
				throw new RangeError("of the caller");
			},
		};
		const calls = [() => new EventSource(url, init), () => events(url, init), () => fetchEventSource(url, init)];
		return Promise.all(
			calls.map(async (call) => {
				try {
					await call();
					return "nothing";
				} catch (error) {
					return String(error);
				}
			}),
		);
	}, lab.url("/post-echo"));
	expect(thrown).toEqual(Array(3).fill("RangeError: of the caller"));
	expect((await lab.log()).opened).toBe(0);
});

/**
 * Bodies and a later change to each, both as JavaScript, and the body that the server must receive.
 */
const MUTABLE: [kind: string, body: string, change: string, seen: string | RegExp][] = [
	["FormData", `const body = new FormData(); body.set("model", "a");`, `body.set("model", "b")`, /name="model"\s+a\s/],
	[
		"FormData with a file",
		`const body = new FormData(); body.set("f", new Blob(["a"]), "a.txt");`,
		`body.set("f", new Blob(["b"]), "b.txt")`,
		/filename="a\.txt"[\s\S]*\sa\s/,
	],
	[
		"FormData with a field twice",
		`const body = new FormData(); body.append("n", "a"); body.append("n", "b");`,
		`body.delete("n")`,
		/\sa\s[\s\S]*\sb\s/,
	],
	["URLSearchParams", `const body = new URLSearchParams({ model: "a" });`, `body.set("model", "b")`, "model=a"],
	["a typed array", `const body = new TextEncoder().encode("a");`, `body[0] = 98`, "a"],
	["a part of a buffer", `const body = new TextEncoder().encode("xay").subarray(1, 2);`, `body[0] = 98`, "a"],
	[
		"a DataView",
		`const body = new DataView(new TextEncoder().encode("xay").buffer, 1, 1);`,
		`body.setUint8(0, 98)`,
		"a",
	],
	["an array of 16-bit numbers", `const body = new Uint16Array([0x6161]);`, `body[0] = 0x6262`, "aa"],
	["an ArrayBuffer", `const body = new TextEncoder().encode("a").buffer;`, `new Uint8Array(body)[0] = 98`, "a"],
	[
		"a transferred ArrayBuffer",
		`const body = new TextEncoder().encode("a").buffer;`,
		`structuredClone(body, { transfer: [body] })`,
		"a",
	],
	[
		"a transferred typed array",
		`const body = new TextEncoder().encode("a");`,
		`structuredClone(body, { transfer: [body.buffer] })`,
		"a",
	],
	["a Blob", `const body = new Blob(["a"]);`, ``, "a"],
	[
		"FormData of another realm",
		`const frame = document.body.appendChild(document.createElement("iframe")); const body = new frame.contentWindow.FormData(); body.set("model", "a");`,
		`body.set("model", "b")`,
		/name="model"\s+a\s/,
	],
	[
		"a Request whose body is read afterwards",
		`const request = new Request(url, { method: "POST", body: "a" });`,
		`request.text()`,
		"a",
	],
];

for (const [kind, body, change, expected] of MUTABLE) {
	// behavior 1.8
	test(`${kind}: a change after the call has no effect on the request, in any form`, async ({ lab }) => {
		const outcome = await lab.ours(
			async (_, [source, url]) => {
				const seen: LoggedRequest[] = [];
				for (const send of Object.values(globalThis.send)) {
					seen.push(await new Function("send", "url", source)(send, url));
				}
				return seen;
			},
			[
				`${body}
				const init = typeof request === "object" ? request : { method: "POST", body };
				const seen = send(url, init);
				${change};
				return seen;`,
				lab.url("/post-echo"),
			] as const,
		);
		for (const { body } of outcome) {
			expect(body).toEqual(typeof expected === "string" ? expected : expect.stringMatching(expected));
		}
		expect(outcome).toHaveLength(3);
	});
}

test("one FormData can be the body of two sources in a loop, and each sends its content at that time", async ({
	lab,
}) => {
	const models = await lab.ours(async ({ EventSource, echo }, url) => {
		const form = new FormData();
		const seen = ["a", "b"].map((model) => {
			form.set("model", model);
			return echo(new EventSource(url, { method: "POST", body: form }));
		});
		return (await Promise.all(seen)).map(({ body }) => /name="model"\s+(\w)/.exec(body)?.[1]);
	}, lab.url("/post-echo"));
	expect(models).toEqual(["a", "b"]);
});

// behavior 1.8
test("a copied body is sent with each attempt, and with the content type that fetch gives the original", async ({
	lab,
}) => {
	const bodies = [
		[
			`(() => { const form = new FormData(); form.set("model", "a"); return form })()`,
			/^multipart\/form-data; *boundary=$/,
		],
		[`new URLSearchParams({ model: "a" })`, /^application\/x-www-form-urlencoded;charset=UTF-8$/],
		[`new TextEncoder().encode("a")`, /^$/],
		[`new Request(url, { method: "POST", body: "a" })`, /^text\/plain;charset=UTF-8$/],
	] as const;
	for (const [index, [body, type]] of bodies.entries()) {
		const own = lab.apart(`${index}`);
		await own.ours(
			({ EventSource }, [body, url]) => {
				const given = new Function("url", `return ${body}`)(url);
				const init = given instanceof Request ? given : { method: "POST", body: given };
				const source = new EventSource(url, Object.assign(init, { reconnect: { delay: 1, maxDelay: 1 } }));
				return source.closed;
			},
			[body, own.script("status=503", "status=503", "status=204")] as const,
		);
		const requests = await own.requests();
		expect(requests.map(({ method }) => method)).toEqual(["POST", "POST", "POST"]);
		const seen = requests.map(({ body, headers }) => {
			const type = headers["content-type"] ?? "";
			const boundary = type.split("boundary=")[1] ?? "none";
			return [type.replace(boundary, ""), body.replaceAll(boundary, "")];
		});
		expect(seen).toEqual(Array(3).fill([expect.stringMatching(type), expect.stringMatching(/(^|\s|=)a/)]));
	}
});

test("instances of the caller's subclasses of FormData and URLSearchParams are copied with their content", async ({
	lab,
}) => {
	const bodies = await lab.ours(async ({ EventSource, echo }, url) => {
		class Form extends FormData {
			constructor() {
				super();
				this.append("csrf", "t");
			}
		}
		class Query extends URLSearchParams {
			constructor(given: { all: Record<string, string> }) {
				super(given.all);
			}
		}
		const seen = [new Form(), new Query({ all: { a: "b" } })].map((body) =>
			echo(new EventSource(url, { method: "POST", body })),
		);
		return (await Promise.all(seen)).map(({ body }) => body);
	}, lab.url("/post-echo"));
	expect(bodies[0]!.match(/name="csrf"/g)).toHaveLength(1);
	expect(bodies[1]).toBe("a=b");
});

test("an object of a URL library that has clone() is used as a URL, by its text", async ({ lab }) => {
	const method = await lab.ours(async ({ EventSource, echo }, url) => {
		const uri = { clone: () => uri, toString: () => url };
		return (await echo(new EventSource(uri as never, { json: {} }))).method;
	}, lab.url("/post-echo"));
	expect(method).toBe("POST");
});

// behavior 1.2
test("a Request is not a URL and a Response is not a stream: each form throws, and no request is sent", async ({
	lab,
}) => {
	const thrown = await lab.ours(async ({ EventSource, events, fetchEventSource }, url) => {
		const calls = [EventSource, events, fetchEventSource].flatMap((form) =>
			[new Request(url), new Response("data: a\n\n")].map((first) => async () => {
				form === EventSource ? new EventSource(first as never) : await (form as typeof events)(first as never);
			}),
		);
		return Promise.all(calls.map((call) => call().catch(String)));
	}, lab.url("/post-echo"));
	const sentence = "TypeError: the first argument must be a URL or, in events(), a stream";
	expect(thrown).toEqual(Array(6).fill(sentence));
	expect((await lab.log()).opened).toBe(0);
});

test("a Request whose body was read already causes a TypeError that names the body", async ({ lab }) => {
	const thrown = await lab.ours(async ({ EventSource }, url) => {
		const request = new Request(url, { method: "POST", body: "b" });
		await request.text();
		try {
			new EventSource(url, request);
			return "nothing";
		} catch (error) {
			return String(error);
		}
	}, lab.url("/post-echo"));
	expect(thrown).toMatch(/^TypeError: "body": /);
});

// behavior 1.2
test("the signal of a Request ends the source, and its default cache mode does not allow a cached response", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ EventSource }, url) => {
		const controller = new AbortController();
		let cache: string | undefined;
		const request = new Request(url, { signal: controller.signal });
		const source = new EventSource(
			url,
			Object.assign(request, {
				fetch: async (_: string, init: RequestInit) => {
					cache = init.cache;
					controller.abort("left");
					return new Promise<Response>(() => {});
				},
			}),
		);
		const { reason, error } = await source.closed;
		return { reason, error, cache };
	}, lab.url("/silent"));
	expect(outcome).toEqual({ reason: "signal", error: "left", cache: "no-store" });
});
