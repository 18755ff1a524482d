// The rules of `fetchEventSource()` without failures: the calls and arguments of each callback, and
// the effect of each option. All rules are [non-spec]. Failures are in
// fetch-event-source-errors.spec.ts, and leaving is in fetch-event-source-leaving.spec.ts.

import type { FetchEventSourceInit } from "headwater";
import { eventStream, events, expect, type LoggedRequest, send, test } from "./support.ts";

const ABC_TEXT = "id: 1\ndata: a\n\nevent: t\ndata: b\n\nid: 2\n\ndata: c\n\n";
const ABC = eventStream(send(ABC_TEXT));

for (const method of ["GET", "POST"]) {
	// behavior 14.6, 14.7
	test(`each message of a ${method} is an object with id, event and data, and a clean end fulfills the promise`, async ({
		lab,
	}) => {
		const told = await lab.ours(
			async ({ fetchEventSource, tasks }, { url, method }) => {
				const told: unknown[] = [];
				const value = await fetchEventSource(url, {
					method,
					onopen: async ({ status, bodyUsed }) => void told.push([status, bodyUsed]),
					onmessage: (message) => void told.push(message),
					onclose: (...given: unknown[]) => void told.push("close", ...given),
					onerror: () => void told.push("error"),
				});
				await tasks();
				return [...told, value === undefined];
			},
			{ url: lab.script(ABC), method },
		);
		expect(told).toEqual([
			[200, false],
			{ id: "1", event: "", data: "a", retry: undefined },
			{ id: "1", event: "t", data: "b", retry: undefined },
			{ id: "2", event: "", data: "c", retry: undefined },
			"close",
			true,
		]);
		expect((await lab.requests()).map((request) => request.method)).toEqual([method]);
		await lab.expectNoSockets();
	});
}

// behavior 1.5
test("callbacks and options are optional, and null counts as missing", async ({ lab }) => {
	await lab.ours(async ({ fetchEventSource }, url) => {
		await fetchEventSource(url);
		await fetchEventSource(new URL(url), {});
		const none = { onopen: null, onmessage: null, onclose: null, onerror: null, fetch: null, signal: null, body: null };
		await fetchEventSource(url, none as object);
	}, lab.script(ABC));
	expect(await lab.requests()).toHaveLength(3);
});

// behavior 14.6
test("blocks that are not messages call no callback, and messages of any type do", async ({ lab }) => {
	const told = await lab.ours(
		async ({ fetchEventSource }, url) => {
			const told: string[][] = [];
			await fetchEventSource(url, { onmessage: ({ event, data }) => void told.push([event, data]) });
			return told;
		},
		lab.script(
			eventStream(send(": ping\n\nevent: t\n\n:ka\n\nid: 1\n\nretry: 1\n\nevent:\ndata: a\n\nevent: error\ndata\n\n")),
		),
	);
	expect(told).toEqual([
		["", "a"],
		["error", ""],
	]);
});

// behavior 14.6
test("an event type that the server sent is not empty, even if it is `message`", async ({ lab }) => {
	const told = await lab.ours(
		async ({ fetchEventSource }, url) => {
			const told: string[] = [];
			await fetchEventSource(url, { onmessage: ({ event }) => void told.push(event) });
			return told;
		},
		lab.script(eventStream(send(`event: message\n${events("a", "b")}`))),
	);
	expect(told).toEqual(["message", ""]);
});

// behavior 14.8
test("onopen gets every response unread, and each response that it accepts is read as a stream", async ({ lab }) => {
	const body = send(events("a"));
	const rows: [status: number, type: string | null, script: string][] = [
		[200, "text/event-stream", eventStream(body)],
		[200, "application/json", `type=application/json|${body}`],
		[200, null, body],
		[503, "text/html", `status=503|type=text/html|${body}`],
		[404, "text/event-stream", `status=404|type=text/event-stream|${body}`],
		[204, null, "status=204"],
	];
	const told = await lab.ours(
		({ fetchEventSource }, urls) =>
			Promise.all(
				["GET", "POST"].flatMap((method) =>
					urls.map(async (url) => {
						const told: unknown[] = [];
						await fetchEventSource(url, {
							method,
							onopen: (response) => {
								const { status, headers, bodyUsed } = response;
								const unread = !bodyUsed && !response.body?.locked && response instanceof Response;
								told.push(status, headers.get("content-type"), unread, response.url === url);
							},
							onmessage: ({ data }) => void told.push(data),
							onclose: () => void told.push("close"),
							onerror: ({ reason }) => void told.push(reason),
						});
						return told;
					}),
				),
			),
		rows.map(([, , script], index) => lab.apart(`${index}`).script(script)),
	);
	const each = rows.map(([status, type]) => [status, type, true, true, ...(status === 204 ? [] : ["a"]), "close"]);
	expect(told).toEqual([...each, ...each]);
});

// behavior 14.8
test("onopen is awaited before anything is read, and may read a clone", async ({ lab }) => {
	const told = await lab.ours(async ({ fetchEventSource }, url) => {
		const told: unknown[] = [];
		await fetchEventSource(url, {
			method: "POST",
			async onopen(response) {
				// The clone ends only when all messages have arrived.
				const text = await response.clone().text();
				told.push(text.length, response.bodyUsed, response.body?.locked);
			},
			onmessage: ({ data }) => void told.push(data),
			onclose: () => void told.push("close"),
		});
		return told;
	}, lab.script(ABC));
	expect(told).toEqual([ABC_TEXT.length, false, false, "a", "b", "c", "close"]);
});

// behavior 7.1
test("connectTimeout ends when onopen has accepted the response", async ({ lab }) => {
	const told = await lab.ours(async ({ fetchEventSource }) => {
		const told: unknown[] = [];
		await fetchEventSource("/unused", {
			method: "POST",
			connectTimeout: 100,
			fetch: async () => new Response("data: a\n\n"),
			onopen: () => new Promise((resolve) => setTimeout(resolve, 500)),
			onmessage: ({ data }) => void told.push(data),
			onclose: () => void told.push("close"),
		}).catch(({ reason }) => told.push(reason));
		return told;
	});
	expect(told).toEqual(["timeout"]);
});

// behavior 14.7
test("until gets the same messages as onmessage; the one for which it returns true is the last; onclose is not called", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		async ({ fetchEventSource, tasks }, url) => {
			const told: unknown[] = [];
			const asked: unknown[] = [];
			await fetchEventSource(url, {
				method: "POST",
				until: (message) => {
					asked.push(message);
					return message.event === "stop";
				},
				onmessage: (message) => void told.push(message),
				onclose: () => void told.push("close"),
				onerror: () => void told.push("error"),
			});
			await tasks();
			return { told, asked };
		},
		lab.script(eventStream(send("id: 1\ndata: a\n\nevent: stop\ndata: b\n\ndata: c\n\n"), "hang")),
	);
	const messages = [
		{ id: "1", event: "", data: "a" },
		{ id: "1", event: "stop", data: "b" },
	];
	expect(outcome).toEqual({ told: messages, asked: messages });
	await lab.expectNoSockets();
});

test("an error from until is reported and counts as false, and an end before until returns true is an interruption", async ({
	lab,
	uncaught,
}) => {
	const told = await lab.ours(
		async ({ fetchEventSource }, url) => {
			const told: unknown[] = [];
			await fetchEventSource(url, {
				method: "POST",
				until: () => {
					throw new Error("mine");
				},
				onmessage: ({ data }) => void told.push(data),
				onclose: () => void told.push("close"),
				onerror: ({ reason }) => void told.push(reason),
			}).catch(({ reason }) => told.push(`rejected: ${reason}`));
			return told;
		},
		lab.script(eventStream(send(events("a", "b")))),
	);
	expect(told).toEqual(["a", "b", "interrupted", "rejected: interrupted"]);
	expect(uncaught.splice(0)).toEqual(Array(2).fill(expect.stringContaining("mine")));
});

test("method, headers, body, json, lastEventId, lastEventIdParam and request define the request", async ({ lab }) => {
	const sent = await lab.ours(async ({ fetchEventSource }, url) => {
		const inits: FetchEventSourceInit[] = [
			{},
			{ method: "PUT", headers: new Headers({ "X-Own": "own", Accept: "text/own" }), body: "text" },
			{ json: { prompt: "…" }, headers: { "x-own": "own" }, lastEventId: "7" },
			{ lastEventId: "7 é", lastEventIdParam: "from" },
			{ request: async ({ attempt, lastEventId }) => ({ headers: { "x-own": `${attempt}${lastEventId}` } }) },
		];
		const sent: LoggedRequest[] = [];
		for (const init of inits) {
			const onmessage: FetchEventSourceInit["onmessage"] = ({ event, data }) => {
				if (event === "request") {
					sent.push(JSON.parse(data));
				}
			};
			await fetchEventSource(url, { ...init, onmessage });
		}
		return sent;
	}, lab.url("/post-echo"));
	const told = sent.map(({ method, target, headers, body }) => {
		const { accept, "x-own": own = "", "content-type": type = "", "last-event-id": id = "" } = headers;
		const from = new URL(target, lab.origin).searchParams.get("from");
		return [method, accept, own, type.replace(/;.*/, ""), id, from, body];
	});
	expect(told).toEqual([
		["GET", "text/event-stream", "", "", "", null, ""],
		["PUT", "text/own", "own", "text/plain", "", null, "text"],
		["POST", "text/event-stream", "own", "application/json", "7", null, '{"prompt":"…"}'],
		["GET", "text/event-stream", "", "", "", "7 é", ""],
		["GET", "text/event-stream", "1", "", "", null, ""],
	]);
});

test("the caller's fetch gets the URL and an init with a signal, and its response is read", async ({ lab }) => {
	const outcome = await lab.ours(async ({ fetchEventSource }) => {
		const called: unknown[] = [];
		const told: unknown[] = [];
		await fetchEventSource("own?x#y", {
			method: "POST",
			body: "text",
			credentials: "include",
			cache: "no-cache",
			mode: "cors",
			redirect: "error",
			keepalive: true,
			openWhenHidden: true,
			until: () => false,
			signal: new AbortController().signal,
			fetch: async (url, { signal, headers, ...init }) => {
				called.push(url, init, new Headers(headers).get("accept"), signal?.aborted);
				return new Response("data: a\n\n", { headers: { "content-type": "text/event-stream" } });
			},
			onopen: (response) => void told.push(response instanceof Response),
			onmessage: ({ data }) => void told.push(data),
		}).catch(({ reason }) => told.push(reason));
		return { called, told };
	});
	const { called, told } = outcome;
	expect(called).toEqual([
		`${lab.origin}/own?x#y`,
		expect.objectContaining({ method: "POST", body: "text", credentials: "include", cache: "no-cache" }),
		"text/event-stream",
		false,
	]);
	expect(Object.keys(called[1] as object).filter((name) => /^on|json|until|openWhen|fetch/.test(name))).toEqual([]);
	expect(told).toEqual([true, "a", "interrupted"]);
});

test("while a slow handler gets 10,000 messages of one chunk, the page can run other tasks; each message arrives once, in order", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ fetchEventSource }) => {
		const text = Array.from({ length: 10_000 }, (_, index) => `data: ${index}\n\n`).join("");
		let turns = 0;
		const timer = setInterval(() => turns++);
		const meanwhile: number[] = [];
		let inOrder = 0;
		await fetchEventSource("/unused", {
			fetch: async () => new Response(text, { headers: { "content-type": "text/event-stream" } }),
			onmessage({ data }) {
				inOrder += Number(data === `${inOrder}`);
				meanwhile.push(turns);
				for (const end = performance.now() + 1; inOrder % 10 === 0 && performance.now() < end; ) {}
			},
			onclose: () => void meanwhile.push(turns),
		});
		clearInterval(timer);
		return { inOrder, calls: meanwhile.length, turns: meanwhile.at(-1)! > meanwhile[0]! };
	});
	expect(outcome).toEqual({ inOrder: 10_000, calls: 10_001, turns: true });
});

test("fetchEventSource() works in a worker, which has neither window nor document", async ({ lab }) => {
	const code = `
		import { fetchEventSource } from "${lab.origin}/files/dist/index.js";
		const told = [];
		const onmessage = ({ data }) => told.push(data);
		await fetchEventSource(${JSON.stringify(lab.script(ABC))}, { onmessage, openWhenHidden: false });
		postMessage(told);`;
	const told = await lab.page.evaluate(
		(url) =>
			new Promise((resolve, reject) => {
				const worker = new Worker(url, { type: "module" });
				worker.onmessage = ({ data }) => {
					worker.terminate();
					resolve(data);
				};
				worker.onerror = ({ message }) => reject(new Error(message));
			}),
		lab.script(`type=text/javascript|${send(code)}`),
	);
	expect(told).toEqual(["a", "b", "c"]);
});

/** The option that the message must name, and an init that is invalid because of it, as JavaScript. */
const IMPOSSIBLE: Record<string, [option: string, init: string][]> = {
	"an invalid option": [
		["body", `{ body: "x" }`],
		["json", `{ json: {}, body: "x" }`],
		["json", `{ json: 1n, onopen() {} }`],
		["headers", `{ headers: { "bad name": "x" } }`],
		["method", `{ method: "BAD METHOD" }`],
		["credentials", `{ credentials: "all" }`],
		["request", `{ request: 5 }`],
		["until", `{ until: "x" }`],
		["connectTimeout", `{ connectTimeout: -1 }`],
		["silenceTimeout", `{ silenceTimeout: NaN }`],
		["maxEventSize", `{ maxEventSize: 0 }`],
		["lastEventId", `{ lastEventId: "a\\nb" }`],
		["signal", `{ signal: {} }`],
	],
	"a fetch that is not a function": [
		["fetch", `{ fetch: "fetch" }`],
		["fetch", `{ fetch: {}, onopen() {} }`],
	],
	"a callback that is not a function": [
		["onopen", `{ onopen: 5 }`],
		["onmessage", `{ onmessage: "x" }`],
		["onclose", `{ onclose: {} }`],
		["onerror", `{ onerror: true }`],
	],
	"options that are not an object": [
		["object", "5"],
		["object", `"x"`],
	],
};

for (const [what, rows] of Object.entries(IMPOSSIBLE)) {
	test(`with ${what} the promise is rejected with a TypeError that names it, and nothing is sent`, async ({ lab }) => {
		const outcome = await lab.ours(
			({ fetchEventSource }, { rows, url }) =>
				Promise.all(
					rows.map(async ([option, init]) => {
						const given = new Function(`return ${init}`)();
						const onerror = () => {
							throw "it was tried";
						};
						const promise = fetchEventSource(url, typeof given === "object" ? { onerror, ...given } : given);
						const told = await promise.catch((error) =>
							error instanceof TypeError && error.message.includes(option!) ? option : String(error),
						);
						return [init, told ?? "nothing"];
					}),
				),
			{ rows, url: lab.url("/empty") },
		);
		expect.soft(outcome).toEqual(rows.map(([option, init]) => [init, option]));
		expect((await lab.log()).opened).toBe(0);
	});
}
