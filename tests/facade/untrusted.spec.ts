// Whatever a function of the caller returns or throws, it does not escape from a source. The source
// continues or ends with a reason, and all events that have arrived are delivered.

import { eventStream, events, expect, send, test } from "./support.ts";

/** More bytes than are copied at a time. */
const BIG = 1_500_000;

// behavior 3.6
test("a Response without a stream is read as a whole, in all three forms", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, events, fetchEventSource, story }, size) => {
		const text = `\uFEFFid: 1\ndata: 日本\n\ndata: ${"x".repeat(size)}\n\n`;
		const init = {
			method: "POST",
			// This is like the result of a polyfill that is based on XMLHttpRequest.
			async fetch(): Promise<Response> {
				const headers = new Headers({ "content-type": "text/event-stream" });
				const arrayBuffer = async () => new TextEncoder().encode(text).buffer;
				return { status: 200, headers, arrayBuffer } as Response;
			},
		};
		const short = (data: string) => (data.length === size ? "big" : data);
		const told = (await story(new EventSource("/unused", init))).map(short);
		const again = new EventSource("/unused", { ...init, method: "GET", reconnect: { delay: 1, maxDelay: 1 } });
		const feed: string[] = [];
		await new Promise<void>((resolve) => {
			again.onmessage = ({ data, lastEventId }) => {
				if (feed.push(short(data), lastEventId) === 8) {
					resolve();
				}
			};
		});
		again.close();
		const iterated: string[] = [];
		for await (const { data } of events("/unused", init)) {
			iterated.push(short(data));
		}
		const called: string[] = [];
		const onmessage = ({ data }: { data: string }) => void called.push(short(data));
		await fetchEventSource("/unused", { ...init, onmessage });
		await fetchEventSource("/unused", { ...init, onmessage, async onopen() {} });
		return { told, feed, iterated, called };
	}, BIG);
	expect(outcome).toEqual({
		told: ["open", "日本", "big", "end"],
		feed: ["日本", "1", "big", "1", "日本", "1", "big", "1"],
		iterated: ["日本", "big"],
		called: ["日本", "big", "日本", "big"],
	});
});

test("a Response without a stream that is refused or cannot be read is reported", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, failure }) => {
		const headers = new Headers({ "content-type": "text/event-stream" });
		const like = (members: object) => ({ status: 200, headers, ...members }) as Response;
		const answers = {
			"a text": like({ status: 500, arrayBuffer: async () => new TextEncoder().encode("no").buffer }),
			"an endless text": like({ status: 500, arrayBuffer: () => new Promise(() => {}) }),
			nothing: like({}),
			"a function that throws": like({
				arrayBuffer() {
					throw new Error("mine");
				},
			}),
			"a promise that is rejected": like({ arrayBuffer: () => Promise.reject(new Error("mine")) }),
			"a promise of nonsense": like({ arrayBuffer: async () => 1e300 }),
		};
		const outcome: Record<string, unknown> = {};
		for (const [name, answer] of Object.entries(answers)) {
			const source = new EventSource("/unused", { method: "POST", fetch: async () => answer });
			const { reason, body, message } = await failure(source);
			outcome[name] = [reason, body, ...(reason === "request" ? [message.replace(/^.*TypeError: /, "")] : [])];
		}
		return outcome;
	});
	const unreadable = expect.stringMatching(
		/^the response body is already used \(read a clone\(\)\) or is not a stream$/,
	);
	expect(outcome).toEqual({
		"a text": ["status", "no"],
		"an endless text": ["status", ""],
		nothing: ["request", "", unreadable],
		"a function that throws": ["request", "", unreadable],
		"a promise that is rejected": ["interrupted", ""],
		"a promise of nonsense": ["interrupted", ""],
	});
});

test("for a refused Response without a stream, the request is aborted if its body never arrives", async ({ lab }) => {
	const status = await lab.ours(
		async ({ EventSource }, url) => {
			const own = async (url: string, init: RequestInit) => {
				const response = await fetch(url, init);
				const { status, headers } = response;
				return { status, headers, arrayBuffer: () => response.arrayBuffer() } as Response;
			};
			return (await new EventSource(url, { fetch: own }).closed).status;
		},
		lab.script(`status=500|type=text/plain|${send("x")}|hang`),
	);
	expect(status).toBe(500);
	await lab.expectNoSockets();
});

test("whichever property of a Response is invalid, open fires, and the events have the origin of the request", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ EventSource, once }) => {
		const throwing = (name: string) => ({
			get [name]() {
				throw new Error("mine");
			},
		});
		const rows: Record<string, object> = {
			"a relative URL": { url: "/api/chat" },
			"no URL": { url: undefined },
			null: { url: null },
			"an empty URL": { url: "" },
			"a URL that cannot be parsed": { url: "http://[" },
			"a number": { url: 7 },
			"a symbol": { url: Symbol() },
			"an object without a text": { url: Object.create(null) },
			"a getter that throws": throwing("url"),
			"another getter that throws": throwing("redirected"),
			"a URL of another origin": { url: "http://other.test/x" },
		};
		const outcome: Record<string, unknown> = {};
		for (const [name, row] of Object.entries(rows)) {
			const response = new Response("data: a\n\n", { headers: { "content-type": "text/event-stream" } });
			const { status, headers, body } = response;
			const given = Object.defineProperties({ status, headers, body }, Object.getOwnPropertyDescriptors(row));
			const source = new EventSource("/unused", { method: "POST", fetch: async () => given as Response });
			type Open = Event & { response: { status: number } };
			const [opened, message] = await Promise.all([once<Open>(source, "open"), once(source, "message")]);
			outcome[name] = [opened.response.status, message.origin, (await source.closed).reason];
		}
		return outcome;
	});
	const rows = Object.entries(outcome);
	expect(rows).toHaveLength(11);
	for (const [name, told] of rows) {
		const origin = name === "a URL of another origin" ? "http://other.test" : lab.origin;
		expect(told, name).toEqual([200, origin, "end"]);
	}
});

test("a response without a valid URL has the request's origin, even after a response of another origin", async ({
	lab,
}) => {
	const origins = await lab.ours(async ({ EventSource }) => {
		const urls = ["http://other.test/x", "http://["];
		const source = new EventSource("/unused", {
			reconnect: { delay: 1, maxDelay: 1 },
			async fetch() {
				const { status, headers, body } = new Response("data: a\n\n", {
					headers: { "content-type": "text/event-stream" },
				});
				return { status, headers, body, url: urls.shift() } as Response;
			},
		});
		const origins: string[] = [];
		await new Promise<void>((resolve) => {
			source.onmessage = ({ origin }) => {
				if (origins.push(origin) === 2) {
					resolve();
				}
			};
		});
		source.close();
		return origins;
	});
	expect(origins).toEqual(["http://other.test", lab.origin]);
});

test("a rejected promise that accept or until returns is not an unhandled rejection, and no event is lost", async ({
	lab,
	uncaught,
}) => {
	const outcome = await lab.ours(
		async ({ EventSource, events, fetchEventSource, story, tasks }, url) => {
			const answers = [
				() => Promise.reject(new Error("mine")),
				() => ({
					// biome-ignore lint/suspicious/noThenProperty: a caller's function may return such a thing.
					then() {
						throw new Error("mine");
					},
				}),
			] as unknown as (() => boolean)[];
			const outcome: unknown[] = [];
			for (const answer of answers) {
				const init = { method: "POST", until: answer, end: "close" } as const;
				outcome.push(await story(new EventSource(url, init)));
				const data: string[] = [];
				for await (const message of events(url, init)) {
					data.push(message.data);
				}
				await fetchEventSource(url, {
					method: "POST",
					until: answer,
					onmessage: (message) => void data.push(message.data),
					onerror() {
						throw new Error("without its last event");
					},
				}).catch(({ message }) => data.push(message));
				outcome.push(data, (await new EventSource(url, { method: "POST", accept: answer }).closed).reason);
			}
			await tasks();
			return outcome;
		},
		lab.script(eventStream(send(events("a", "b")))),
	);
	const each = [["open", "a", "b", "end"], ["a", "b", "a", "b", "without its last event"], "content-type"];
	expect(outcome).toEqual([...each, ...each]);
	expect(uncaught.length).toBeGreaterThan(0);
	expect(uncaught.filter((message) => !message.includes("must not return a promise"))).toEqual([]);
	uncaught.length = 0;
});

test("an error that onopen throws is passed on unchanged, for any value that the fetch of fetchEventSource returns", async ({
	lab,
}) => {
	const told = await lab.ours(async ({ fetchEventSource, tasks }) => {
		const mine = new Error("mine");
		const told: unknown[] = [];
		const bodies = [
			{},
			{ cancel: () => undefined },
			{
				cancel() {
					throw new Error("cancel");
				},
			},
			{ cancel: () => Promise.reject(new Error("cancel")) },
		];
		for (const answer of [undefined, null, 5, "text", {}, ...bodies.map((body) => ({ body }))]) {
			const fetch = (async () => answer) as unknown as typeof globalThis.fetch;
			const onopen = () => Promise.reject(mine);
			told.push(await fetchEventSource("/unused", { method: "POST", fetch, onopen }).catch((error) => error === mine));
		}
		// The bodies are canceled a second later.
		await new Promise((resolve) => setTimeout(resolve, 1200));
		await tasks();
		return told;
	});
	expect(told).toEqual(Array(9).fill(true));
});

test("an abort closes a source even if the reason of the signal cannot be read", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, events, fetchEventSource, once }, url) => {
			const make = () => {
				const controller = new AbortController();
				Object.defineProperty(controller.signal, "reason", {
					get() {
						throw new Error("mine");
					},
				});
				return controller;
			};
			const ofSource = make();
			const source = new EventSource(url, { signal: ofSource.signal });
			await once(source, "message");
			ofSource.abort();
			const { readyState } = source;
			const ofEvents = make();
			const iterator = events(url, { signal: ofEvents.signal });
			await iterator.next();
			const next = iterator.next().catch((error) => `${error}`);
			ofEvents.abort();
			const ofCallbacks = make();
			await fetchEventSource(url, { signal: ofCallbacks.signal, onmessage: () => ofCallbacks.abort() });
			return [readyState, await source.closed, await next];
		},
		lab.script(eventStream(send(events("a")), "hang")),
	);
	expect(outcome).toEqual([2, { reason: "signal" }, "undefined"]);
	await lab.expectNoSockets();
});
