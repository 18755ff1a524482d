// The rules of `fetchEventSource()` after a failure, including an error that a callback throws: the
// argument of `onerror`, the effect of its result, and the error that rejects the promise. All
// rules are [non-spec].

import type { FetchEventSourceInit } from "headwater";
import { BROKEN, type InPage, LAST, sentIds, test } from "./callbacks.ts";
import { elsewhere, eventStream, events, expect, HANDED_OVER, send } from "./support.ts";

// behavior 14.8
test("without onopen, for a response that is not an event stream, onerror and the promise get an Error with the fields of the error event", async ({
	lab,
}) => {
	const rows: [answer: string, reason: string, status: number, body: string][] = [
		["status=503|type=text/plain|send=later", "status", 503, "later"],
		["type=text/html|send=<p>", "content-type", 200, "<p>"],
		["status=204", "status", 204, ""],
	];
	const outcome = await lab.ours(
		({ fetchEventSource }, urls) =>
			Promise.all(
				["GET", "POST"].flatMap((method) =>
					urls.map(async (url) => {
						const told: unknown[] = [];
						const onerror = (error: unknown) => void told.push(error);
						const asked = await fetchEventSource(url, { method, onerror }).catch((error) => error);
						const unasked = await fetchEventSource(url, { method }).catch((error) => error);
						return [asked, unasked].map((error) => {
							const isTold =
								told.length === 1 && told[0] === asked && error instanceof Error && error.message.length > 9;
							return { ...error, headers: error.headers.get("x-own"), isTold };
						});
					}),
				),
			),
		rows.map(([answer], index) => lab.apart(`${index}`).script(`header=X-Own:own|${answer}`)),
	);
	const errors = rows.map(([, reason, status, body]) => {
		const fields = { reason, status, code: status, headers: "own", body, attempt: 1, willReconnect: false };
		return Array(2).fill({ ...fields, isTold: true });
	});
	expect(outcome).toMatchObject([...errors, ...errors]);
	for (const index of rows.keys()) {
		expect(await lab.apart(`${index}`).requests()).toHaveLength(4);
	}
});

test("a lost or silent connection rejects the promise with an Error that has the fields of the error event, and the error of fetch or the stream, if any", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		({ fetchEventSource }, { never, reset, broken, silent }) => {
			const rows: [string, FetchEventSourceInit][] = [
				[reset, {}],
				[broken, {}],
				[never, { connectTimeout: 100 }],
				[silent, { silenceTimeout: 100 }],
				[never, { fetch: () => Promise.reject(new TypeError("no")) }],
			];
			return Promise.all(
				rows.map(([url, init]) =>
					fetchEventSource(url, { ...init, method: "POST" }).then(
						() => [],
						(error) => [error instanceof Error, error.reason, error.error instanceof Error, error.willReconnect],
					),
				),
			);
		},
		{
			never: lab.url("/never-answers"),
			reset: lab.url("/rst-before-headers"),
			broken: lab.script(BROKEN),
			// Firefox exposes the response only with the first byte of its body.
			silent: lab.script(eventStream(send(":\n"), "hang")),
		},
	);
	expect(outcome).toEqual([
		[true, "network", true, false],
		[true, "interrupted", true, false],
		[true, "timeout", false, false],
		[true, "silence", false, false],
		[true, "network", true, false],
	]);
	await lab.expectNoSockets();
});

interface Failing {
	script: string;
	/** The members of the init with which the first attempt fails, as JavaScript. */
	init?: string;
	told: string[];
	/** Whether a GET is retried if `onerror` returns nothing. */
	goesOn: boolean;
	/** The last event ID that the next attempt sends. */
	id: string | null;
}

const FAILING: Record<string, Failing> = {
	// Firefox itself repeats a GET if the connection is reset before the response arrives.
	"a server that does not answer": {
		script: "hang",
		init: "connectTimeout: 500",
		told: ["TypeError timeout"],
		goesOn: true,
		id: null,
	},
	"a broken stream": { script: BROKEN, told: ["x", "TypeError interrupted"], goesOn: true, id: "9" },
	"a status": { script: "status=503|send=busy", told: ["Error status"], goesOn: false, id: null },
	"another type": { script: "type=text/html|send=x", told: ["Error content-type"], goesOn: false, id: null },
	"an onopen that throws": {
		script: `status=401|send=x`,
		init: "onopen: throwMine",
		told: ["open 401", "mine"],
		goesOn: true,
		id: null,
	},
	"an onopen that rejects": {
		// Firefox keeps the socket of a canceled body until its next byte.
		script: eventStream(send(events("a")), "wait=1000", send(":\n\n"), "hang"),
		init: "onopen: async () => throwMine()",
		told: ["open 200", "mine"],
		goesOn: true,
		id: null,
	},
	"an onmessage that throws": {
		script: eventStream(send("retry: 0\nid: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n"), "hang"),
		init: `onmessage: ({ data }) => { if (data === "b") throwMine(); }`,
		told: ["a", "b", "mine"],
		goesOn: true,
		id: "2",
	},
	"an onclose that throws": {
		script: eventStream(send("retry: 0\nid: 1\ndata: a\n\nid: 2\n\n")),
		init: "onclose: throwMine",
		told: ["a", "close", "mine"],
		goesOn: true,
		id: "2",
	},
	"an event that is too large": {
		script: eventStream(send(`data: ${"x".repeat(2000)}`), "hang"),
		init: "maxEventSize: 1000",
		told: ["Error too-large"],
		goesOn: false,
		id: null,
	},
};

/** The bodies of `onerror`, as JavaScript. */
const ANSWERS = { number: "return 100", other: "throw 'other'", same: "throw error", nothing: "" };

for (const [name, { script, init = "", told, goesOn, id }] of Object.entries(FAILING)) {
	// behavior 14.9, 14.10
	test(`${name} calls onerror: if it returns a number the request is repeated, if it throws the promise is rejected, otherwise ${goesOn ? "only a GET" : "no request"} is repeated`, async ({
		lab,
	}) => {
		const calls = ["GET", "POST"].flatMap((method) =>
			Object.entries(ANSWERS).map(([answer, onerror]) => {
				const one = lab.apart(method + answer);
				return { method, answer, one, url: one.script(script, LAST), onerror };
			}),
		);
		const stories: string[][] = [];
		for (const half of [calls.slice(0, 4), calls.slice(4)]) {
			// A browser opens at most six connections to one server.
			const told = await lab.ours(
				(_, { calls, init }) => {
					const { story } = globalThis as unknown as InPage;
					return Promise.all(
						calls.map(({ url, method, onerror }) => {
							const given: Record<string, unknown> = new Function(`return { ${init} }`)();
							let failed = false;
							for (const [name, value] of Object.entries(given)) {
								if (typeof value === "function") {
									given[name] = (argument: unknown) => (failed ? undefined : value(argument));
								}
							}
							return story(url, {
								...given,
								method,
								onerror: (error) => {
									failed = true;
									return new Function("error", onerror)(error);
								},
							});
						}),
					);
				},
				{ init, calls: half.map(({ url, method, onerror }) => ({ url, method, onerror })) },
			);
			stories.push(...told);
		}
		const next = [...(init.includes("onopen") ? ["open 200"] : []), "end", "close", "fulfilled"];
		const same = [`rejected: ${told.at(-1)}`];
		for (const [index, { method, answer, one }] of calls.entries()) {
			const repeats = answer === "number" || (answer === "nothing" && method === "GET" && goesOn);
			const call = `${method}, ${answer}`;
			const ending = repeats ? next : answer === "other" ? ["rejected: other"] : same;
			expect.soft(stories[index], call).toEqual([...told, ...ending]);
			expect
				.soft(await sentIds(one), `${call}: the last event IDs that are sent`)
				.toEqual(repeats ? [null, id] : [null]);
			if (answer === "number") {
				const [first, second] = (await one.requests()).map(({ at_ms }) => at_ms);
				expect(second! - first!, call).toBeGreaterThanOrEqual(99);
			}
			await one.expectNoSockets();
		}
	});
}

test("onerror is called with each failure, and the last event ID that is sent advances", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ fetchEventSource }, url) => {
			const told: unknown[] = [];
			const errors = new Set();
			await fetchEventSource(url, {
				method: "POST",
				lastEventId: "0",
				onmessage: ({ id, data }) => void told.push([id, data]),
				onerror: (error) => {
					errors.add(error);
					told.push([error.reason, error.attempt]);
					return 1;
				},
			});
			return [...told, errors.size];
		},
		lab.script(
			eventStream(send("id: 1\ndata: a\n\n"), HANDED_OVER, "rst"),
			"status=503|send=busy",
			"type=text/html|send=login",
			eventStream(send("id: 2\n\ndata: b\n\n"), HANDED_OVER, "rst"),
			LAST,
		),
	);
	expect(outcome).toEqual([
		["1", "a"],
		["interrupted", 1],
		["status", 2],
		["content-type", 3],
		["2", "b"],
		["interrupted", 4],
		["2", "end"],
		4,
	]);
	expect(await sentIds(lab)).toEqual(["0", "1", "1", "1", "2"]);
});

// behavior 9.5, 14.11
test("after a 204, and after a stream was sent as body, a number from onerror has no effect", async ({ lab }) => {
	// Firefox cannot send a stream, and would send the text "[object ReadableStream]".
	const streams = lab.browserName !== "firefox";
	const outcome = await lab.ours(
		async (_, { url, streams }) => {
			const { story } = globalThis as unknown as InPage;
			const sent: string[] = [];
			const body = () => new Blob(["stream"]).stream();
			// Chromium sends a stream only over HTTP/2, which the scenario server does not support.
			const fetch = async (_url: string, { body }: RequestInit) => {
				sent.push(await new Response(body).text());
				return new Response(null, { status: sent.length < 3 ? 503 : 204 });
			};
			const inits: FetchEventSourceInit[] = [{}, { method: "POST" }];
			if (streams) {
				inits.push({ fetch, method: "POST", body: body() });
				inits.push({ fetch, method: "POST", request: () => ({ body: body() }) });
			}
			const told: string[][] = [];
			for (const init of inits) {
				told.push(await story(url, { ...init, onerror: () => 1 }));
			}
			return { told, sent };
		},
		{ url: lab.url("/204"), streams },
	);
	const final = ["Error status", "rejected: Error status"];
	const ofStreams = streams ? [final, ["Error status", ...final]] : [];
	expect(outcome).toEqual({ told: [final, final, ...ofStreams], sent: Array(streams ? 3 : 0).fill("stream") });
	expect(await lab.requests()).toHaveLength(2);
});

test("without an onerror a cross-origin refusal is final, as section 9.2 of the standard says", async ({ lab }) => {
	const reason = await lab.ours(
		async ({ fetchEventSource }, url) => {
			const controller = new AbortController();
			const limit = setTimeout(() => controller.abort(), 5000);
			const { signal } = controller;
			const told = await fetchEventSource(url, { signal }).then(
				() => "it goes on",
				({ reason }) => reason,
			);
			clearTimeout(limit);
			return told;
		},
		elsewhere(lab.url("/cors-refused")),
	);
	expect(reason).toBe("cors");
});

test("the Error has the status and the headers of the response that onopen accepted", async ({ lab }) => {
	const told = await lab.ours(
		async ({ fetchEventSource }, url) => {
			const told: unknown[] = [];
			await fetchEventSource(url, {
				method: "POST",
				onopen: () => {},
				onmessage: ({ data }) => void told.push(data),
				onerror: ({ reason, status, headers }) => void told.push(reason, status, headers.get("content-type")),
			}).catch(() => told.push("rejected"));
			return told;
		},
		lab.script(`status=503|type=text/own|chunked|${send(events("a"))}|${HANDED_OVER}|rst`),
	);
	expect(told).toEqual(["a", "interrupted", 503, "text/own", "rejected"]);
});

// behavior 9.5, 14.11
test("if the module cannot be loaded, onerror gets that error, its number has no effect, and no request stays open", async ({
	lab,
}) => {
	const policy = encodeURIComponent("default-src 'none'; script-src 'self'; connect-src *");
	await lab.open(`/script?do=header=Content-Security-Policy:${policy}|type=text/html|send=`);
	const told = await lab.ours(async ({ fetchEventSource }, url) => {
		const told: unknown[] = [];
		const onerror = (error: unknown) => told.push(error);
		await fetchEventSource(url, { onerror }).catch((error) => told.push(error));
		return [told.length, told[0] === told[1], (told[0] as { reason: string }).reason];
	}, lab.url("/silent"));
	expect(told).toEqual([2, true, "internal"]);
	expect((await lab.log()).opened).toBeLessThanOrEqual(1);
	await lab.expectNoSockets();
});

test("the promise is rejected with a TypeError for a Request as URL, and with a SyntaxError for an invalid URL", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ fetchEventSource }, url) => {
		const frame = document.body.appendChild(document.createElement("iframe"));
		const { Request: Foreign } = frame.contentWindow as unknown as typeof globalThis;
		const inputs = [new Request(url), new Foreign(url), "http://[", "https://a b/"];
		const told: unknown[] = [];
		for (const input of inputs) {
			const promise = fetchEventSource(input as string);
			await promise.catch(({ name, message }) => told.push([name, /Request|URL/.test(message)]));
		}
		return told;
	}, lab.url("/empty"));
	const [request, url] = ["TypeError", "SyntaxError"].map((name) => [name, true]);
	expect(outcome).toEqual([request, request, url, url]);
	expect((await lab.log()).opened).toBe(0);
});
