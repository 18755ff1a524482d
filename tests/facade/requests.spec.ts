// The request that is sent: method, headers, body, credentials and last event ID, as the server
// received them.

import { startScenarioServer } from "../support/browser.ts";
import { eventStream, events, expect, send, test } from "./support.ts";

// behavior 1.7
test("json is sent as JSON by POST, with its content type", async ({ lab }) => {
	const seen = await lab.ours(
		({ EventSource, echo }, url) => echo(new EventSource(url, { json: { prompt: "日本🦀", n: [1, null] } })),
		lab.url("/post-echo"),
	);
	expect(seen).toMatchObject({
		method: "POST",
		headers: { "content-type": "application/json", accept: "text/event-stream" },
		body: '{"prompt":"日本🦀","n":[1,null]}',
		lastEventIdHex: null,
	});
});

// behavior 1.7
test("json does not override the caller's method or content type", async ({ lab }) => {
	const seen = await lab.ours(({ EventSource, echo }, url) => {
		const headers = { "Content-Type": "application/vnd.api+json" };
		return echo(new EventSource(url, { json: null, method: "PUT", headers }));
	}, lab.url("/post-echo"));
	expect(seen).toMatchObject({
		method: "PUT",
		headers: { "content-type": "application/vnd.api+json" },
		body: "null",
	});
});

test("a body may be anything that fetch accepts, and has the content type that fetch gives it", async ({ lab }) => {
	const seen = await lab.ours(async ({ EventSource, echo }, url) => {
		const form = new FormData();
		form.set("name", "value");
		const bodies: Record<string, BodyInit> = {
			string: "日本",
			parameters: new URLSearchParams({ a: "b c" }),
			blob: new Blob(["blob"], { type: "text/x-blob" }),
			form,
			buffer: new TextEncoder().encode("buffer").buffer,
			view: new TextEncoder().encode("view"),
		};
		const seen: [string, string, string | undefined][] = [];
		for (const [kind, body] of Object.entries(bodies)) {
			const request = await echo(new EventSource(url, { method: "POST", body }));
			seen.push([kind, request.body, request.headers["content-type"]]);
		}
		return seen;
	}, lab.url("/post-echo"));
	expect(seen).toEqual([
		["string", "日本", "text/plain;charset=UTF-8"],
		["parameters", "a=b+c", "application/x-www-form-urlencoded;charset=UTF-8"],
		["blob", "blob", "text/x-blob"],
		["form", expect.stringContaining('name="name"'), expect.stringMatching(/^multipart\/form-data; *boundary=/)],
		["buffer", "buffer", undefined],
		["view", "view", undefined],
	]);
});

// behavior 1.9
test("a stream body is sent once: a failure is final, even if reconnecting is allowed", async ({ lab }) => {
	if (lab.browserName === "firefox") {
		// Firefox would send the text "[object ReadableStream]".
		const thrown = await lab.ours(({ EventSource }, url) => {
			try {
				new EventSource(url, { method: "POST", body: new Blob(["stream"]).stream() });
				return "nothing";
			} catch (error) {
				return String(error);
			}
		}, lab.url("/post-echo"));
		expect(thrown).toMatch(/^TypeError: "body"/);
		return;
	}
	// Chromium sends a stream only over HTTP/2, which the scenario server does not speak.
	const outcome = await lab.ours(async ({ EventSource, record }, url) => {
		const body = new Blob(["stream"]).stream();
		const source = new EventSource(url, { method: "POST", body, reconnect: { delay: 1 } });
		const fired = record(source);
		const { reason } = await source.closed;
		return { reason, fired: fired.map(({ type, readyState, willReconnect }) => [type, readyState, willReconnect]) };
	}, lab.url("/post-echo"));
	expect(outcome).toEqual({ reason: "network", fired: [["error", 2, false]] });
});

test("headers may be an object, an array of pairs or a Headers instance", async ({ lab }) => {
	const seen = await lab.ours(async ({ EventSource, echo }, url) => {
		const object = { "X-Test": "one", Authorization: "Bearer t" };
		const given: HeadersInit[] = [object, Object.entries(object) as [string, string][], new Headers(object)];
		const seen = await Promise.all(given.map((headers) => echo(new EventSource(url, { method: "POST", headers }))));
		return seen.map(({ headers }) => [headers["x-test"], headers.authorization, headers.accept]);
	}, lab.url("/post-echo"));
	expect(seen).toEqual(Array(3).fill(["one", "Bearer t", "text/event-stream"]));
});

// behavior 1.1
test("options are read once: a later change is not sent", async ({ lab }) => {
	const seen = await lab.ours(({ EventSource, echo }, url) => {
		const headers = new Headers({ "x-test": "before" });
		const init = { method: "POST", headers, json: { text: "before" } };
		const source = new EventSource(url, init);
		headers.set("x-test", "after");
		init.json.text = "after";
		init.method = "PUT";
		return echo(source);
	}, lab.url("/post-echo"));
	expect(seen).toMatchObject({ method: "POST", headers: { "x-test": "before" }, body: '{"text":"before"}' });
});

// behavior 2.2
test("Accept is text/event-stream unless the caller sets it, and no other header is added", async ({ lab }) => {
	const given = await lab.ours(async ({ EventSource }) => {
		const headersOf = (headers?: HeadersInit) =>
			new Promise<[string, string][]>((resolve) => {
				const source = new EventSource("/unused", {
					...(headers && { headers }),
					fetch: async (_, init) => {
						source.close();
						resolve(Object.entries(init.headers as Record<string, string>));
						return Response.error();
					},
				});
			});
		return [await headersOf(), await headersOf({ Accept: "application/x-ndjson", "Cache-Control": "no-transform" })];
	});
	expect(given).toEqual([
		[["accept", "text/event-stream"]],
		[
			["accept", "application/x-ndjson"],
			["cache-control", "no-transform"],
		],
	]);
});

test("the other members of RequestInit reach fetch", async ({ lab }) => {
	const members = { mode: "same-origin", redirect: "error", referrerPolicy: "no-referrer", integrity: "" } as const;
	const { init, failed } = await lab.ours(
		async ({ EventSource }, { members, url }) => {
			const init = await new Promise<RequestInit>((resolve) => {
				const source = new EventSource("/unused", {
					...members,
					cache: "reload",
					fetch: async (_, init) => {
						source.close();
						resolve(init);
						return Response.error();
					},
				});
			});
			// The members have an effect: a redirect is an error.
			const redirected = new EventSource(url, { ...members, reconnect: false });
			const { mode, redirect, referrerPolicy, integrity, cache } = init;
			return {
				init: { mode, redirect, referrerPolicy, integrity, cache },
				failed: (await redirected.closed).reason,
			};
		},
		{ members, url: lab.url("/redirect?to=/silent") },
	);
	expect(init).toEqual({ ...members, cache: "reload" });
	expect(failed).toBe("network");
});

// behavior 1.6
test("cookies go to other origins only with withCredentials or credentials: include", async ({ lab, context }) => {
	const other = await startScenarioServer();
	try {
		// Servers that differ only in their port share cookies, but not an origin.
		await context.addCookies([{ name: "id", value: "42", url: lab.origin }]);
		const url = `${other.origin}/script?do=${eventStream(send(events(1)), "hang")}`;
		const requests = async (which: string) => {
			const log = await (await fetch(`${other.origin}/log?key=${which}`)).json();
			return (log as { requests: { headers: Record<string, string> }[] }).requests;
		};
		for (const which of ["native", "ours"] as const) {
			const values = await lab.run(
				which,
				async ({ EventSource, once }, { url, which }) => {
					const values: boolean[] = [];
					for (const withCredentials of [false, true]) {
						const source = new EventSource(`${url}&key=${which}`, { withCredentials });
						await once(source, "message");
						values.push(source.withCredentials);
						source.close();
					}
					return values;
				},
				{ url, which },
			);
			expect(values).toEqual([false, true]);
			expect((await requests(which)).map(({ headers }) => headers.cookie)).toEqual([undefined, "id=42"]);
		}
		const values = await lab.ours(async ({ EventSource, once }, url) => {
			const values: boolean[] = [];
			for (const credentials of ["same-origin", "omit", "include"] as const) {
				const source = new EventSource(`${url}&key=modes`, { credentials });
				await once(source, "message");
				values.push(source.withCredentials);
				source.close();
			}
			return values;
		}, url);
		expect(values).toEqual([false, false, true]);
		expect((await requests("modes")).map(({ headers }) => headers.cookie)).toEqual([undefined, undefined, "id=42"]);
	} finally {
		await other.stop();
	}
});

test("cookies go to the page's own origin unless credentials is omit", async ({ lab, context }) => {
	await context.addCookies([{ name: "id", value: "42", url: lab.origin }]);
	const cookies = await lab.ours(async ({ EventSource, echo }, url) => {
		const given: RequestInit[] = [{}, { credentials: "same-origin" }, { credentials: "omit" }];
		const seen = await Promise.all(given.map((init) => echo(new EventSource(url, { ...init, method: "POST" }))));
		return seen.map(({ headers }) => headers.cookie ?? null);
	}, lab.url("/post-echo"));
	expect(cookies).toEqual(["id=42", "id=42", null]);
});

// behavior 2.4
test("the option lastEventId is sent as UTF-8 with the first request, and is the source's lastEventId until an event has an ID", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ EventSource, echo, once }, url) => {
		const source = new EventSource(url, { method: "POST", lastEventId: "日本🦀" });
		const before = source.lastEventId;
		const [event, { lastEventIdHex }] = await Promise.all([once(source, "request"), echo(source)]);
		return { before, ofEvent: event.lastEventId, lastEventIdHex };
	}, lab.url("/post-echo"));
	const id = "日本🦀";
	expect(outcome).toEqual({ before: id, ofEvent: id, lastEventIdHex: lab.idBytes(id) });
});

// behavior 2.4
test("a Last-Event-ID header is an initial value, which the IDs of the stream replace", async ({ lab }) => {
	const url = lab.script(eventStream(send("data: a\n\nid: 8\ndata: b\n\n")), "status=204");
	const outcome = await lab.ours(async ({ EventSource, record }, url) => {
		const headers = { "last-event-id": "7" };
		const source = new EventSource(url, { headers, reconnect: { delay: 1 } });
		const before = source.lastEventId;
		const fired = record(source);
		await source.closed;
		return [before, ...fired.filter(({ type }) => type === "message").map(({ lastEventId }) => lastEventId)];
	}, url);
	expect(outcome).toEqual(["7", "7", "8"]);
	expect((await lab.requests()).map(({ headers }) => headers["last-event-id"])).toEqual(["7", "8"]);
});

test("a Last-Event-ID header with bytes beyond ASCII is sent as the caller gave it", async ({ lab }) => {
	// A header value consists of bytes, so this is the only way to write 日.
	const seen = await lab.ours(
		({ EventSource, echo }, url) =>
			echo(new EventSource(url, { method: "POST", headers: { "last-event-id": "\u00e6\u0097\u00a5" } })),
		lab.url("/post-echo"),
	);
	expect(seen.lastEventIdHex).toBe(lab.idBytes("日"));
});

// behavior 5.7
test("reconnectionTime is the server's number, without limits, and delay is the actual wait", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, once }, url) => {
			const numbers: unknown[] = [];
			for (const init of [{}, { reconnect: { delay: 70 } }]) {
				const source = new EventSource(url, init);
				numbers.push(source.reconnectionTime);
				const { delay } = await once<Event & { delay: number }>(source, "error");
				numbers.push(source.reconnectionTime, delay);
				source.close();
			}
			return numbers;
		},
		lab.script(eventStream(send("retry: 3000000000\n\n"))),
	);
	expect(outcome).toEqual([3000, 3_000_000_000, 2 ** 31 - 1, 70, 3_000_000_000, 2 ** 31 - 1]);
});
