// The rules of the options `fetch` and `signal`: the arguments of the caller's function, its valid
// results, and that no result can harm other sources.

import { eventStream, events, expect, send, test } from "./support.ts";

// behavior 2.6
test("fetch is called with the URL as a string and an init with headers, signal and the rest", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, once }, url) => {
			let seen: unknown;
			let signal: AbortSignal | undefined;
			const source = new EventSource(url, {
				method: "POST",
				body: "text",
				fetch(this: unknown, ...[input, init]: [string, RequestInit]) {
					signal = init.signal!;
					seen = {
						self: this === undefined || this === globalThis,
						input: input === url,
						method: init.method,
						body: init.body,
						headers: { ...init.headers },
						aborted: signal.aborted,
					};
					return fetch(input, init);
				},
			});
			await once(source, "message");
			source.close();
			await new Promise<void>((resolve) => {
				signal!.aborted ? resolve() : signal!.addEventListener("abort", () => resolve());
			});
			return seen;
		},
		lab.script(eventStream(send(events(1)), "hang")),
	);
	expect(outcome).toEqual({
		self: true,
		input: true,
		method: "POST",
		body: "text",
		headers: { accept: "text/event-stream" },
		aborted: false,
	});
	await lab.expectNoSockets();
});

// behavior 2.6
test("fetch is called for each attempt, with the current last event ID", async ({ lab }) => {
	const ids = await lab.ours(async ({ EventSource }) => {
		const ids: (string | null)[] = [];
		const source = new EventSource("/unused", {
			reconnect: { delay: 1 },
			fetch: (_, init) => {
				ids.push((init.headers as Record<string, string>)["last-event-id"] ?? null);
				const headers = { "content-type": "text/event-stream" };
				const next = new Response(`id: ${ids.length}\ndata\n\n`, { headers });
				return Promise.resolve(ids.length < 3 ? next : new Response(null, { status: 204 }));
			},
		});
		await source.closed;
		return ids;
	});
	expect(ids).toEqual([null, "1", "2"]);
});

test("a Response that the caller constructed is read like any other", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, once, record }) => {
		const headers = { "content-type": "text/event-stream; charset=utf-8" };
		const source = new EventSource("/unused", {
			method: "POST",
			fetch: async () => new Response("data: own\n\n", { headers }),
		});
		const fired = record(source);
		const { origin } = await once(source, "message");
		const { reason } = await source.closed;
		return { reason, origin, fired: fired.map(({ type, data }) => data ?? type) };
	});
	expect(outcome).toEqual({ reason: "end", origin: lab.origin, fired: ["open", "own"] });
});

type Nonsense = Record<string, [answer: string, reason: "network" | "status" | "interrupted" | "request"]>;

/** Misbehaviors of a caller's `fetch`, each with the reason of the failure. */
const NONSENSE: Record<string, Nonsense> = {
	"that fails": {
		"throws an Error": [`throw new Error("mine")`, "network"],
		"throws undefined": [`throw undefined`, "network"],
		rejects: [`return Promise.reject(new Error("mine"))`, "network"],
		"returns a thenable that throws": [`return { then() { throw new Error("mine"); } }`, "network"],
	},
	"that does not return a Response": {
		"returns undefined": [`return undefined`, "network"],
		"returns null": [`return Promise.resolve(null)`, "network"],
		"returns a number": [`return 5`, "network"],
		"returns {}": [`return Promise.resolve({})`, "network"],
		"returns a getter that throws": [`return { get status() { throw new Error("mine"); } }`, "network"],
		"returns a status that is a BigInt": [`return { ...like(null), status: 200n }`, "status"],
		"returns a status that is a symbol": [`return { ...like(null), status: Symbol() }`, "status"],
		"returns a body that is not a stream": [`return like({})`, "request"],
		"returns a Response that is already read": [`const r = stream("data: x\\n\\n"); r.text(); return r`, "request"],
	},
	"whose body is not a byte stream": {
		"sends strings": [`return stream(source((c) => c.enqueue("data: x\\n\\n")))`, "interrupted"],
		"sends numbers": [`return stream(source((c) => c.enqueue(5)))`, "interrupted"],
		fails: [`return stream(source((c) => c.error(new Error("mine"))))`, "interrupted"],
		"fails with undefined": [`return stream(source((c) => c.error()))`, "interrupted"],
	},
	// Streams of polyfills and of other realms are accepted, so a reader can behave in any way.
	"whose reader is broken": {
		throws: [`return like(reader(() => { throw new Error("mine"); }))`, "interrupted"],
		"returns no promise": [`return like(reader(() => undefined))`, "interrupted"],
		"has a BigInt as done": [`return like(reader(async () => ({ done: 0n, value: 5 })))`, "interrupted"],
		"returns a promise with a broken constructor": [
			`return like(reader(() => Object.defineProperty(Promise.resolve(), "constructor", { get() { throw 1; } })))`,
			"interrupted",
		],
		"reads undefined": [`return like(reader(async () => undefined))`, "interrupted"],
		"cannot be canceled": [`return like({ getReader: () => ({ read: async () => ({ value: 5 }) }) })`, "interrupted"],
	},
};

for (const [kind, nonsense] of Object.entries(NONSENSE)) {
	test(`a fetch ${kind} causes one error each time, and other sources continue`, async ({ lab }) => {
		const outcome = await lab.ours(
			async ({ EventSource, record, once, tasks }, { answers, url }) => {
				const stream = (body: BodyInit) => new Response(body, { headers: { "content-type": "text/event-stream" } });
				const source = (start: (controller: ReadableStreamDefaultController) => void) => new ReadableStream({ start });
				const like = (body: unknown) => ({ status: 200, headers: stream("").headers, body });
				const reader = (read: () => unknown) => ({ getReader: () => ({ read, cancel() {} }) });

				const earlier = new EventSource(url);
				await once(earlier, "open");
				const outcomes: unknown[] = [];
				for (const answer of answers) {
					const answering = new Function("stream", "source", "like", "reader", answer);
					const fetch = () => answering(stream, source, like, reader);
					const broken = new EventSource("/unused", { fetch, reconnect: false });
					const fired = record(broken);
					const limit = new Promise<{ reason: string }>((resolve) => {
						setTimeout(() => resolve({ reason: "it hangs" }), 3000);
					});
					const { reason } = await Promise.race([broken.closed, limit]);
					await tasks();
					outcomes.push([reason, fired.map(({ type, readyState }) => [type, readyState])]);
				}
				const later = new EventSource(url);
				await once(later, "open");
				const go = "/script?do=type=text/event-stream|send=data%0A%0A";
				const last = new EventSource(go);
				await once(last, "message");
				for (const healthy of [earlier, later, last]) {
					healthy.close();
				}
				return outcomes;
			},
			{
				answers: Object.values(nonsense).map(([answer]) => answer),
				url: lab.script(eventStream(send(":\n\n"), "hang")),
			},
		);
		const expected = Object.values(nonsense).map(([, reason]) => {
			return [reason, [...(reason === "interrupted" ? [["open", 1]] : []), ["error", 2]]];
		});
		expect(named(nonsense, outcome)).toEqual(named(nonsense, expected));
		await lab.expectNoSockets();
	});
}

// behavior 3.6
test("a Response without a body is an event stream that ends at once", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, record }) => {
		const source = new EventSource("/unused", {
			method: "POST",
			fetch: async () => new Response(null, { headers: { "content-type": "text/event-stream" } }),
		});
		const fired = record(source);
		return { ...(await source.closed), fired: fired.map(({ type }) => type) };
	});
	expect(outcome).toEqual({ reason: "end", fired: ["open"] });
});

// behavior 2.13
test("the caller's fetch is called again for a URL of any scheme, in all three forms", async ({ lab }) => {
	const urls = [
		...["app://bundle/events", "chrome-extension://abcdefghijklmnop/x", "moz-extension://a/x", "ipc://localhost/x"],
		...["ipc:events", "file:///events", "data:text/event-stream,x", "blob:null/x", "about:blank", "ftp://a.test/x"],
	];
	const outcome = await lab.ours(async ({ EventSource, events, fetchEventSource, story }, urls) => {
		const failingFirst = () => {
			let attempts = 0;
			return async () => {
				if (++attempts === 1) {
					throw new TypeError("no connection");
				}
				return attempts === 2
					? new Response("data: a\n\n", { headers: { "content-type": "text/event-stream" } })
					: new Response(null, { status: 204 });
			};
		};
		const reconnect = { delay: 1, maxDelay: 1 };
		const outcome: Record<string, unknown> = {};
		for (const url of urls) {
			const data: string[] = [];
			for await (const message of events(url, { reconnect, fetch: failingFirst() })) {
				data.push(message.data);
				break;
			}
			const controller = new AbortController();
			await fetchEventSource(url, {
				fetch: failingFirst(),
				signal: controller.signal,
				onmessage(message) {
					data.push(message.data);
					controller.abort();
				},
				onerror: () => 1,
			});
			outcome[url] = [data, await story(new EventSource(url, { reconnect, fetch: failingFirst() }))];
		}
		return outcome;
	}, urls);
	const told = ["error 0 network", "open", "a", "error 0 end", "error 2 status", "status"];
	expect(outcome).toEqual(Object.fromEntries(urls.map((url) => [url, [["a", "a"], told]])));
});

// behavior 11.7
test("the error that the caller's fetch throws is the `error` of the error event and of closed", async ({ lab }) => {
	const same = await lab.ours(async ({ EventSource, failure }) => {
		const mine = new Error("mine");
		const source = new EventSource("/unused", { fetch: () => Promise.reject(mine), reconnect: false });
		const { error } = await failure(source);
		return [error === mine, (await source.closed).error === mine];
	});
	expect(same).toEqual([true, true]);
});

// behavior 2.7
test("the body of a response that arrives after close(), from a fetch that ignores its signal, is canceled", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ EventSource, record }) => {
		let answer!: (response: Response) => void;
		let asked!: () => void;
		const called = new Promise<void>((resolve) => {
			asked = resolve;
		});
		const source = new EventSource("/unused", {
			fetch: () => {
				asked();
				return new Promise((resolve) => {
					answer = resolve;
				});
			},
		});
		const fired = record(source);
		await called;
		source.close();
		await new Promise<void>((cancel) => {
			const body = new ReadableStream({ cancel: () => cancel() });
			setTimeout(() => answer(new Response(body, { headers: { "content-type": "text/event-stream" } })));
		});
		return fired;
	});
	expect(outcome).toEqual([]);
});

// behavior 11.3
test("aborting signal closes the source with reason signal and fires nothing", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, record, once, tasks }, url) => {
			const controller = new AbortController();
			const source = new EventSource(url, { signal: controller.signal });
			const fired = record(source);
			await once(source, "message");
			const mine = new Error("mine");
			controller.abort(mine);
			const { readyState } = source;
			const { reason, error } = await source.closed;
			await tasks();
			return { readyState, reason, same: error === mine, fired: fired.map(({ type }) => type) };
		},
		lab.script(eventStream(send(events(1)), "wait=100", send(events(2)), "hang")),
	);
	expect(outcome).toEqual({ readyState: 2, reason: "signal", same: true, fired: ["open", "message"] });
	await lab.expectNoSockets();
});

// behavior 11.3
test("with a signal that is already aborted a source starts CLOSED and calls no callback", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, record, tasks }, url) => {
		const source = new EventSource(url, { signal: AbortSignal.abort("mine") });
		const { readyState } = source;
		const fired = record(source);
		const closed = await source.closed;
		await tasks();
		return { readyState, closed, fired };
	}, lab.url("/silent"));
	expect(outcome).toEqual({ readyState: 2, closed: { reason: "signal", error: "mine" }, fired: [] });
	expect((await lab.log()).opened).toBe(0);
});

// behavior 11.1
test("closed is one promise, fulfilled once: an abort after close() changes nothing", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource }, url) => {
		const controller = new AbortController();
		const source = new EventSource(url, { signal: controller.signal });
		const { closed } = source;
		source.close();
		controller.abort();
		return { same: closed === source.closed, closed: await closed };
	}, lab.url("/silent"));
	expect(outcome).toEqual({ same: true, closed: { reason: "caller" } });
});

/** Returns the outcomes by the names of the rows, so that a failure names its row. */
function named(rows: Nonsense, outcomes: unknown[]): Record<string, unknown> {
	return Object.fromEntries(Object.keys(rows).map((name, index) => [name, outcomes[index]]));
}
