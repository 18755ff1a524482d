// A source can be ended in every state, by `close()` and by its signal. It ends at once and
// permanently, and leaves nothing behind at the server, on the signal or on the page.

import { elsewhere, eventStream, events, expect, type Fired, HANDED_OVER, type Lab, send, test } from "./support.ts";

const WAYS = ["caller", "signal"] as const;

/** The socket must be closed within this time, in milliseconds of the server's clock. */
const AT_ONCE = 500;

interface State {
	url: (lab: Lab) => string;
	/** The members of the init, as JavaScript. */
	init?: string;
	/** The events until the state is reached. They show the page that it is reached. */
	told: string[];
	/** The number of requests that have reached the server when the state is reached. */
	requests: number;
	/**
	 * The number of responses that have reached the page when the state is reached, if `init`
	 * counts them.
	 */
	answers?: number;
}

const STATES: Record<string, State> = {
	"while `request` is pending": {
		url: (lab) => lab.url("/silent"),
		init: `request: () => new Promise(() => {})`,
		told: [],
		requests: 0,
	},
	"while `request` is pending again": {
		url: (lab) => lab.url("/503-retry-after?seconds=0"),
		init: `request: ({ attempt }) => attempt > 1 ? new Promise(() => {}) : undefined, reconnect: { delay: 1, maxDelay: 1 }`,
		told: ["error 0 status"],
		requests: 1,
	},
	"while it connects": { url: (lab) => lab.url("/never-answers"), told: [], requests: 1 },
	"while it is open and idle": {
		url: (lab) => lab.script(eventStream(send(events("x")), "hang")),
		told: ["open", "x"],
		requests: 1,
	},
	"while an incomplete event has arrived": {
		url: (lab) => lab.script(eventStream(send(`${events("x")}data: half`), "hang")),
		told: ["open", "x"],
		requests: 1,
	},
	"while the stream is flooding": { url: (lab) => lab.url("/endless-comments?ms=1"), told: ["open"], requests: 1 },
	"while it connects again": {
		url: (lab) => lab.script(eventStream(send(events("x"))), "hang"),
		init: `reconnect: { delay: 1, maxDelay: 1 }`,
		told: ["open", "x", "error 0 end"],
		requests: 2,
	},
	"while an error body is read": {
		url: (lab) => lab.script(`status=500|type=text/plain|${send("x")}|hang`),
		init: `fetch: (...given) => fetch(...given).then((response) => (globalThis.answers++, response))`,
		told: [],
		requests: 1,
		answers: 2,
	},
	"during a probe": {
		url: (lab) => elsewhere(lab.script(`header=Access-Control-Allow-Origin:|${eventStream(send(events(1)))}`, "hang")),
		told: [],
		requests: 2,
	},
	"while the limits run": {
		url: (lab) => lab.script(eventStream(send(events("x")), "hang")),
		init: `connectTimeout: 60000, silenceTimeout: 60000, pauseWhenHidden: true, until: () => false`,
		told: ["open", "x"],
		requests: 1,
	},
};

for (const [state, { url, init = "", told, requests, answers = 0 }] of Object.entries(STATES)) {
	// behavior 10.8
	test(`close() and an abort ${state} close the socket at once, and nothing follows`, async ({ lab }) => {
		const labs = WAYS.map((way) => ({ way, one: lab.apart(way), marks: lab.apart(`${way}-mark`) }));
		await lab.ours(
			({ EventSource, kept, record, listeners }, { labs, init }) => {
				Object.assign(globalThis, { answers: 0 });
				kept.leaving = labs.map(({ way, url, mark }) => {
					const { controller, called } = listeners();
					const { signal } = controller;
					const source = new EventSource(url, { ...new Function(`return {${init}}`)(), signal });
					const fired = record(source);
					const leave = async () => {
						const before = fired.length;
						way === "caller" ? source.close() : controller.abort();
						const { readyState } = source;
						// The server records times. If a socket closes long after this request, it
						// was closed too late.
						const marked = fetch(mark, { mode: "no-cors" });
						const { reason } = await source.closed;
						await marked;
						called.length = 0;
						controller.abort();
						return { readyState, reason, fired: fired.slice(before), called };
					};
					return { fired, leave };
				});
			},
			{ labs: labs.map(({ way, one, marks }) => ({ way, url: url(one), mark: marks.url("/204") })), init },
		);
		const arrived = async () => ({
			told: await lab.ours(({ kept, tell }) => (kept.leaving as { fired: Fired[] }[]).map(({ fired }) => tell(fired))),
			requests: await Promise.all(labs.map(async ({ one }) => (await one.log()).opened)),
			answers: await lab.page.evaluate("answers"),
		});
		const there = { told: [told, told], requests: [requests, requests], answers };
		await expect.poll(arrived).toEqual(there);
		const left = await lab.ours(({ kept }) =>
			Promise.all((kept.leaving as { leave(): Promise<unknown> }[]).map(({ leave }) => leave())),
		);
		expect(left).toEqual(WAYS.map((reason) => ({ readyState: 2, reason, fired: [], called: [] })));
		for (const { way, one, marks } of labs) {
			await one.expectNoSockets();
			const { closed } = await one.log();
			const [mark] = await marks.requests();
			expect(Math.max(0, ...closed) - mark!.at_ms, `${way}: how late the last socket is closed`).toBeLessThan(AT_ONCE);
		}
		expect(await arrived()).toEqual(there);
	});
}

test("close() and an abort between two attempts prevent the next one, and free the signal", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, once, story, listeners }, urls) => {
			const leaving = urls.flatMap((url) =>
				["caller", "signal"].map(async (way) => {
					const { controller, called } = listeners();
					const source = new EventSource(url, { signal: controller.signal, reconnect: { delay: 150, maxDelay: 150 } });
					const told = story(source);
					await once(source, "error");
					setTimeout(() => (way === "caller" ? source.close() : controller.abort()), 20);
					const words = await told;
					called.length = 0;
					controller.abort();
					return [...words, called.length];
				}),
			);
			const left = await Promise.all(leaving);
			// If a request were sent that must not be sent, it would have been sent before this
			// one.
			await story(new EventSource(urls[0]!, { method: "POST", reconnect: { delay: 250, maxDelay: 0, maxRetries: 1 } }));
			return left;
		},
		[lab.url("/503-retry-after?seconds=0"), lab.script(eventStream(send(events("x")), HANDED_OVER, "rst"))],
	);
	expect(outcome).toEqual([
		...WAYS.map((way) => ["error 0 status", way, 0]),
		...WAYS.map((way) => ["open", "x", "error 0 interrupted", way, 0]),
	]);
	expect(await lab.requests()).toHaveLength(4 + 2);
});

test("close() and an abort before the module is loaded send nothing", async ({ lab }) => {
	const outcome = await lab.ours(
		({ EventSource, story }, url) => {
			const controller = new AbortController();
			const left = [new EventSource(url), new EventSource(url, { signal: controller.signal })];
			left[0]!.close();
			controller.abort();
			const stories = left.map((source) => story(source));
			// When this source has begun, the module is loaded.
			const source = new EventSource(url, { method: "POST" });
			source.onmessage = () => source.close();
			return Promise.all([...stories, story(source)]);
		},
		lab.script(eventStream(send(events("x")), "hang")),
	);
	expect(outcome).toEqual([["caller"], ["signal"], ["open", "x", "caller"]]);
	expect((await lab.requests()).map(({ method }) => method)).toEqual(["POST"]);
	await lab.expectNoSockets();
});

test("a source whose signal is aborted already is CLOSED from the start: no request, no callback, no event", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ EventSource, record, tasks }, url) => {
		const asked: string[] = [];
		const source = new EventSource(url, {
			signal: AbortSignal.abort(),
			request: () => void asked.push("request"),
			reconnect: () => void asked.push("reconnect"),
			fetch: () => Promise.reject(asked.push("fetch")),
		});
		const { readyState } = source;
		const fired = record(source);
		const { reason } = await source.closed;
		await tasks();
		source.close();
		return { readyState, reason, fired, asked };
	}, lab.url("/silent"));
	expect(outcome).toEqual({ readyState: 2, reason: "signal", fired: [], asked: [] });
	expect((await lab.log()).opened).toBe(0);
});

test("an abort in the middle of a batch drops the rest of it, as close() does", async ({ lab }) => {
	const outcome = await lab.ours(
		({ EventSource, story }, url) =>
			Promise.all(
				["caller", "signal"].map(async (way) => {
					const controller = new AbortController();
					const source = new EventSource(url, { signal: controller.signal });
					source.onmessage = ({ data }) => {
						if (data === "2") {
							way === "caller" ? source.close() : controller.abort();
						}
					};
					return [...(await story(source)), source.lastEventId];
				}),
			),
		lab.script(eventStream(send("id: a\ndata: 1\n\nid: b\ndata: 2\n\nid: c\ndata: 3\n\n"), "hang")),
	);
	expect(outcome).toEqual(WAYS.map((way) => ["open", "1", "2", way, "b"]));
	await lab.expectNoSockets();
});

test("close() and an abort in a handler of open or error prevent the next step", async ({ lab }) => {
	const outcome = await lab.ours(
		({ EventSource, story }, urls) =>
			Promise.all(
				["caller", "signal"].flatMap((way) =>
					["open", "error"].map((name, index) => {
						const controller = new AbortController();
						const source = new EventSource(urls[index]!, { signal: controller.signal, reconnect: { delay: 1 } });
						const told = story(source);
						source.addEventListener(name, () => (way === "caller" ? source.close() : controller.abort()));
						return told;
					}),
				),
			),
		[lab.script(eventStream(send(events("x")), "hang")), lab.apart("error").url("/503-retry-after?seconds=0")],
	);
	expect(outcome).toEqual(
		WAYS.flatMap((way) => [
			["open", way],
			["error 0 status", way],
		]),
	);
	await lab.expectNoSockets();
	expect(await lab.apart("error").requests()).toHaveLength(2);
});

test("a source leaves nothing on its signal, however it ends", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, listeners }, urls) => {
			const { controller, called } = listeners();
			const { signal } = controller;
			const inits = [{ until: () => true }, {}, {}, { request: () => ({ method: "BAD METHOD" }) }];
			const sources = inits.map((init, index) => new EventSource(urls[index]!, { ...init, signal, method: "POST" }));
			const closed = await Promise.all(sources.map((source) => source.closed));
			controller.abort();
			// As a control: a source that is open does listen to its signal.
			const open = listeners();
			new EventSource(urls[0]!, { signal: open.controller.signal });
			open.controller.abort();
			return { reasons: closed.map(({ reason }) => reason), called, ofOpen: open.called };
		},
		[lab.script(eventStream(send(events("x")), "hang")), lab.script(eventStream()), lab.url("/404"), lab.url("/404")],
	);
	expect(outcome).toEqual({ reasons: ["until", "end", "status", "request"], called: [], ofOpen: ["abort"] });
});
