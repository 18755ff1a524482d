// Rules of the option `request`: its argument, the effect of its result, and its failures and
// invalid results. Also tests the end of a source while `request` is pending, because only
// `request` can take that long.

import type * as headwater from "headwater";
import { eventStream, events, expect, HANDED_OVER, send, test } from "./support.ts";

const BUSY = "status=503|type=text/plain|send=busy";
const ENDED = eventStream(send("id: 7\ndata: a\n\n"));

// behavior 2.8, 2.9
test("request is called before each attempt, sync or async, and its result overrides the init in that attempt", async ({
	lab,
}) => {
	const labs = ["sync", "async"].map((name) => lab.apart(name));
	const outcome = await lab.ours(
		({ EventSource, story }, urls) =>
			Promise.all(
				urls.map(async (url, index) => {
					const asked: unknown[] = [];
					const answers = [
						{ url, method: "PUT", headers: { authorization: "Bearer 1", "x-attempt": "1" }, body: "first" },
						{ url: new URL(url), headers: new Headers({ Authorization: "Bearer 2" }), body: new Blob(["second"]) },
						{ url, method: "DELETE", headers: [["x-attempt", "3"] as [string, string]] },
						{ url },
					];
					const source = new EventSource("/404", {
						method: "POST",
						headers: { authorization: "Bearer 0", "x-own": "own", "content-type": "text/own" },
						body: "body",
						reconnect: { delay: 20, maxDelay: 20 },
						end: "reconnect",
						request: ({ attempt, lastEventId }) => {
							asked.push([attempt, lastEventId]);
							const answer = answers[attempt - 1];
							return index ? new Promise((resolve) => setTimeout(() => resolve(answer), 5)) : answer;
						},
					});
					return { asked, story: await story(source), url: new URL(source.url).pathname };
				}),
			),
		labs.map((lab) => lab.script(ENDED, BUSY, BUSY, "status=204")),
	);
	const asked = [1, 2, 3, 4].map((attempt) => [attempt, attempt > 1 ? "7" : ""]);
	const story = ["open", "a", "error 0 end", "error 0 status", "error 0 status", "error 2 status", "status"];
	expect(outcome).toEqual(Array(2).fill({ asked, story, url: "/404" }));
	for (const one of labs) {
		const sent = (await one.requests()).map(({ method, body, headers }) => [
			method,
			body,
			headers.authorization,
			headers["x-own"],
			headers["x-attempt"],
			headers["content-type"],
			headers["last-event-id"],
		]);
		expect(sent).toEqual([
			["PUT", "first", "Bearer 1", "own", "1", "text/own", undefined],
			["POST", "second", "Bearer 2", "own", undefined, "text/own", "7"],
			["DELETE", "body", "Bearer 0", "own", "3", "text/own", "7"],
			["POST", "body", "Bearer 0", "own", undefined, "text/own", "7"],
		]);
	}
});

test("a token that request renews is sent with each attempt, and a refused token is followed by the next one", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		async ({ EventSource, story }, url) => {
			let token = 0;
			const source = new EventSource(url, {
				headers: { authorization: "Bearer stale" },
				request: async () => ({ headers: { authorization: `Bearer ${++token}` } }),
				reconnect: ({ status }) => (status === 401 ? 10 : false),
			});
			source.onmessage = () => source.close();
			return story(source);
		},
		lab.script("status=401", "status=401", eventStream(send(events("in")), "hang")),
	);
	expect(outcome).toEqual(["error 0 status", "error 0 status", "open", "in", "caller"]);
	const tokens = (await lab.requests()).map(({ headers }) => headers.authorization);
	expect(tokens).toEqual(["Bearer 1", "Bearer 2", "Bearer 3"]);
});

// behavior 2.9
test("a Last-Event-ID in the headers of the result does not replace the current one, and an Accept is sent", async ({
	lab,
}) => {
	const starts = ["6", ""];
	const labs = starts.map((id) => lab.apart(id || "none"));
	await lab.ours(
		({ EventSource }, { starts, urls }) =>
			Promise.all(
				starts.map((lastEventId, index) => {
					const source = new EventSource(urls[index]!, {
						lastEventId,
						reconnect: { delay: 20 },
						request: () => ({ headers: { "last-event-id": "stale", accept: "text/own" } }),
					});
					return source.closed;
				}),
			),
		{
			starts,
			urls: labs.map((lab) => lab.script(ENDED, eventStream(send("id: 8\ndata: b\n\n")), "status=204")),
		},
	);
	const sent = async (one: typeof lab) =>
		(await one.requests()).map(({ headers }) => [headers["last-event-id"], headers.accept]);
	const own = (...ids: (string | undefined)[]) => ids.map((id) => [id, "text/own"]);
	expect(await Promise.all(labs.map(sent))).toEqual([own("6", "7", "8"), own(undefined, "7", "8")]);
});

// behavior 2.9
test("a relative url in the result is resolved against the page, and source.url does not change", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, echo }, url) => {
		const { pathname, search } = new URL(url);
		const source = new EventSource("/own/path?x#y", {
			method: "POST",
			request: () => ({ url: pathname.slice(1) + search }),
		});
		const { target } = await echo(source);
		return { same: target === pathname + search, url: source.url };
	}, lab.url("/post-echo"));
	expect(outcome).toEqual({ same: true, url: `${lab.origin}/own/path?x#y` });
});

// behavior 2.11, 4.9, 11.7
test("an error that request throws or rejects with is a failure with reason request: a GET is retried, a POST is not", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		({ EventSource, story, once }, url) => {
			const failing = [
				(error: Error) => {
					throw error;
				},
				(error: Error) => Promise.reject(error),
			];
			const inits = [{ reconnect: { delay: 20 } }, { method: "POST", reconnect: { delay: 20 } }, { method: "POST" }];
			return Promise.all(
				inits.flatMap((init) =>
					failing.map(async (fail) => {
						const mine = new Error("mine");
						const request = ({ attempt }: { attempt: number }) => (attempt === 1 ? fail(mine) : undefined);
						const source = new EventSource(url, { ...init, request });
						source.onmessage = () => source.close();
						const told = story(source);
						const { error, attempt, status } = await once<Event & { error: unknown; attempt: number; status: unknown }>(
							source,
							"error",
						);
						const words = await told;
						const { error: last } = await source.closed;
						return [...words, error === mine, attempt, status ?? null, last === mine];
					}),
				),
			);
		},
		lab.script(eventStream(send(events("x")), "hang")),
	);
	const again = ["error 0 request", "open", "x", "caller", true, 1, null, false];
	const final = ["error 2 request", "request", true, 1, null, true];
	expect(outcome).toEqual([again, again, again, again, final, final]);
	expect(await lab.requests()).toHaveLength(4);
});

test("if request throws a value that cannot be converted to a string, the failure is still reported", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		({ EventSource, story }, url) =>
			Promise.all(
				[Object.create(null), Symbol("mine")].map((thrown) => {
					const request = () => {
						throw thrown;
					};
					return story(new EventSource(url, { method: "POST", request }));
				}),
			),
		lab.url("/silent"),
	);
	expect(outcome).toEqual(Array(2).fill(["error 2 request", "request"]));
});

test("without reconnect, a GET whose request callback failed waits as after a network error", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, once }, url) => {
		const source = new EventSource(url, { request: () => Promise.reject("no token") });
		const event = await once<Event & { reason: string; error: unknown; delay: number }>(source, "error");
		const { readyState } = source;
		source.close();
		return [event.reason, event.error, event.delay >= 3000 && event.delay <= 6000, readyState];
	}, lab.url("/silent"));
	expect(outcome).toEqual(["request", "no token", true, 0]);
	expect((await lab.log()).opened).toBe(0);
});

// behavior 2.11
test("an invalid result of request is a final failure, with reason request and a message that names the option", async ({
	lab,
}) => {
	const impossible = [
		`{ url: "http://[" }`,
		`{ url: location.href.replace("://", "://user:password@") }`,
		`{ method: "BAD METHOD" }`,
		`{ method: "CONNECT" }`,
		`{ body: "a body with GET" }`,
		`{ headers: { "bad name": "x" } }`,
		`{ headers: { good: "bad\\nvalue" } }`,
		`{ headers: 5 }`,
		`5`,
		`"text"`,
	];
	const outcome = await lab.ours(
		({ EventSource, once }, { impossible, url }) =>
			Promise.all(
				impossible.map(async (answer) => {
					const request = new Function(`return ${answer}`) as () => object;
					const source = new EventSource(url, { request, reconnect: { delay: 1 } });
					const open = once<Event & Partial<headwater.FailureEvent>>(source, "open");
					const event = await Promise.race([once<headwater.FailureEvent>(source, "error"), open]);
					const { type, reason, message, willReconnect } = event;
					const { readyState } = source;
					source.close();
					return [answer, type, readyState, reason, willReconnect, message?.includes("request") || message];
				}),
			),
		{ impossible, url: lab.script(eventStream(send(events("x")), "hang")) },
	);
	expect(outcome).toEqual(impossible.map((answer) => [answer, "error", 2, "request", false, true]));
	expect((await lab.log()).opened).toBe(0);
});

test("close() and an abort while request is pending take precedence over its later result", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, record, tasks, tell }, url) => {
		const later: (() => void)[] = [];
		const answers = [
			(resolve: (answer?: object) => void) => resolve({ url }),
			(_: unknown, reject: (error: Error) => void) => reject(new Error("too late")),
		];
		const sources = ["caller", "signal"].flatMap((way) =>
			answers.map((answer) => {
				const controller = new AbortController();
				let asked!: () => void;
				const beingAsked = new Promise<void>((resolve) => {
					asked = resolve;
				});
				const source = new EventSource(url, {
					signal: controller.signal,
					request: () => {
						asked();
						return new Promise<undefined>((resolve, reject) => {
							later.push(() => answer(resolve as () => void, reject));
						});
					},
				});
				const leave = () => (way === "caller" ? source.close() : controller.abort());
				return { source, leave, beingAsked, fired: record(source) };
			}),
		);
		await Promise.all(sources.map(({ beingAsked }) => beingAsked));
		const states = sources.map(({ source, leave }) => {
			leave();
			return source.readyState;
		});
		for (const answer of later) {
			answer();
		}
		await tasks();
		const closed = await Promise.all(sources.map(({ source }) => source.closed));
		return { states, reasons: closed.map(({ reason }) => reason), fired: sources.flatMap(({ fired }) => tell(fired)) };
	}, lab.url("/silent"));
	const reasons = ["caller", "caller", "signal", "signal"];
	expect(outcome).toEqual({ states: [2, 2, 2, 2], reasons, fired: [] });
	expect((await lab.log()).opened).toBe(0);
});

test("close() by request itself prevents the request", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, story }, url) => {
		const source: InstanceType<typeof EventSource> = new EventSource(url, {
			request: () => {
				source.close();
				return { url };
			},
		});
		return story(source);
	}, lab.url("/silent"));
	expect(outcome).toEqual(["caller"]);
	expect((await lab.log()).opened).toBe(0);
});

// behavior 4.3
test("a GET that request turns into a POST is not repeated without permission", async ({ lab }) => {
	const labs = [ENDED, "rst", BUSY].map((script, index) => ({ one: lab.apart(`${index}`), script }));
	const outcome = await lab.ours(
		({ EventSource, story }, urls) =>
			Promise.all(
				urls.map((url) => story(new EventSource(url, { request: () => ({ method: "POST", body: "costs money" }) }))),
			),
		labs.map(({ one, script }) => one.script(script)),
	);
	expect(outcome).toEqual([
		["open", "a", "end"],
		["error 2 network", "network"],
		["error 2 status", "status"],
	]);
	for (const { one } of labs) {
		expect((await one.requests()).map(({ method }) => method)).toEqual(["POST"]);
	}
});

// behavior 2.10
test("an interrupted POST continues as the GET that request returns, with the ID and without the body and its type", async ({
	lab,
}) => {
	const broken = eventStream(send("retry: 1\nid: 1\ndata: one\n\n"), HANDED_OVER, "rst");
	const outcome = await lab.ours(
		({ EventSource, story }, url) => {
			const source = new EventSource(url, {
				json: { prompt: "…" },
				headers: { "x-own": "own" },
				reconnect: true,
				request: ({ attempt, lastEventId }) =>
					attempt > 1 ? { method: "GET", url: `${url}&resume=${lastEventId}` } : undefined,
			});
			return story(source);
		},
		lab.script(broken, eventStream(send("id: 2\ndata: two\n\n"))),
	);
	expect(outcome).toEqual(["open", "one", "error 0 interrupted", "open", "two", "end"]);
	const sent = (await lab.requests()).map(({ method, body, headers, target }) => [
		method,
		body,
		headers["content-type"],
		headers["last-event-id"],
		headers["x-own"],
		target.endsWith("&resume=1"),
	]);
	expect(sent).toEqual([
		["POST", '{"prompt":"…"}', "application/json", undefined, "own", false],
		["GET", "", undefined, "1", "own", true],
	]);
});

// behavior 1.9
test("a body that is a stream can be sent again only if request returns a new one each time", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, story, failure }) => {
		const results: Record<string, unknown> = {};
		const given: Record<string, (stream: () => ReadableStream) => object> = {
			init: (stream) => ({ body: stream() }),
			same: (stream) => {
				const body = stream();
				return { request: () => ({ body }) };
			},
			anew: (stream) => ({ request: () => ({ body: stream() }) }),
		};
		for (const [name, options] of Object.entries(given)) {
			const sent: unknown[] = [];
			try {
				const source = new EventSource("/unused", {
					method: "POST",
					reconnect: { delay: 20, maxDelay: 20, maxRetries: 5 },
					// Browsers send a stream only over HTTP/2, which the scenario server does not support.
					fetch: async (_, init) => {
						sent.push([
							await new Response(init.body as BodyInit).text(),
							(init as { duplex?: string }).duplex ?? "no duplex",
						]);
						return new Response(null, { status: sent.length < 3 ? 503 : 204 });
					},
					...options(() => new Blob(["stream"]).stream()),
				});
				const told = story(source);
				const { message } = await failure(source);
				results[name] = [sent, await told, /stream/i.test(message) ? "names the stream" : message];
			} catch (error) {
				results[name] = String(error);
			}
		}
		return results;
	});
	if (lab.browserName === "firefox") {
		// Firefox does not support streams as bodies, and would send the text "[object
		// ReadableStream]".
		expect(outcome.init).toMatch(/^TypeError: "body"/);
		const refused = [[], ["error 2 request", "request"], "names the stream"];
		expect(outcome).toMatchObject({ same: refused, anew: refused });
		return;
	}
	const sent = ["stream", "half"];
	expect(outcome.init).toEqual([[sent], ["error 2 status", "status"], "names the stream"]);
	expect(outcome.same).toEqual([[sent], ["error 0 status", "error 2 request", "request"], "names the stream"]);
	expect((outcome.anew as unknown[]).slice(0, 2)).toEqual([
		[sent, sent, sent],
		["error 0 status", "error 0 status", "error 2 status", "status"],
	]);
});
