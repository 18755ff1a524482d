// Rules for a page that really moves into the browser's back/forward cache and back. In
// page-events.spec.ts, the tests only dispatch the events.

import { chromium, type Page } from "@playwright/test";
import { guard } from "../support/browser.ts";
import { test as base, eventStream, events, expect, Lab, send } from "./support.ts";

/**
 * A page without `no-store`. The scenario server's own pages have that header value, so browsers do
 * not keep them in the back/forward cache.
 */
const STORED = `type=text/html|header=Cache-Control:no-cache|${send("<!doctype html><title>stored</title>")}`;

const test = base.extend<{ away: Lab }, { caching: Page }>({
	caching: [
		async ({ browserName, launchOptions, shared }, use) => {
			if (browserName !== "chromium") {
				await use(shared.page);
				return;
			}
			// By default, Playwright disables the back/forward cache.
			const browser = await chromium.launch({
				...launchOptions,
				ignoreDefaultArgs: ["--disable-back-forward-cache"],
			});
			const page = await browser.newPage();
			await guard(page, shared.uncaught);
			await use(page);
			await browser.close();
		},
		{ scope: "worker" },
	],
	away: async ({ caching, scenario, browserName }, use) => {
		const lab = new Lab(caching, scenario.origin, browserName);
		await lab.open(`/script?do=${STORED}`);
		await lab.page.evaluate(() => {
			const transitions: string[] = [];
			for (const name of ["pagehide", "pageshow"]) {
				addEventListener(name, (event) => transitions.push(`${name} ${(event as PageTransitionEvent).persisted}`));
			}
			Object.assign(globalThis, { transitions });
		});
		await use(lab);
	},
});

// The tests of this file share one worker, so that only one separate browser is started.
test.describe.configure({ mode: "default" });

/** The error fires before the trip. */
const ENDED_EARLIER = "WebKit ends the requests of a page just before pagehide, and a request made then fails";

/** Leaves the page, waits for the condition, and comes back. */
async function trip(lab: Lab, meanwhile = () => lab.expectNoSockets()): Promise<void> {
	await lab.page.goto(`${lab.origin}/blank`);
	await meanwhile();
	await goBack(lab.page);
}

async function goBack(page: Page): Promise<void> {
	// When a page is restored, neither Playwright nor the page gets a load event.
	await page.goBack({ waitUntil: "commit" });
	const shown = () => page.evaluate(() => (globalThis as unknown as { transitions?: string[] }).transitions?.slice(-2));
	await expect.poll(shown, "the page was cached and is back").toEqual(["pagehide true", "pageshow true"]);
}

// behavior 13.1
test("a GET continues with its last event ID when the page returns from the cache, and fires error only then", async ({
	away,
}) => {
	const url = away.script(
		eventStream(send("retry: 1\nid: é\ndata: a\n\n"), "hang"),
		eventStream(send("data: b\n\n"), "hang"),
	);
	await away.ours(async ({ EventSource, kept, once, record }, url) => {
		kept.source = new EventSource(url);
		kept.fired = record(kept.source);
		kept.source.onerror = () => {
			const { transitions } = globalThis as unknown as { transitions: string[] };
			kept.fired.push({ type: `after ${transitions.length}`, readyState: kept.source.readyState });
		};
		await once(kept.source, "message");
	}, url);
	await trip(away);
	const fired = () =>
		away.ours(({ kept }) =>
			kept.fired.map(({ type, readyState, reason, data }) => `${type} ${readyState} ${reason ?? data ?? ""}`.trim()),
		);
	const after = away.browserName === "webkit" ? "after 0 0" : "after 2 0";
	const expected = ["open 1", "message 1 a", "error 0 interrupted", after, "open 1", "message 1 b"];
	await expect.poll(fired).toEqual(expected);
	expect((await away.requests()).map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([null, away.idBytes("é")]);
	await away.ours(({ kept }) => kept.source.close());
	await away.expectNoSockets();
});

test("a second and a third stay in the cache have the same effects as the first", async ({ away }) => {
	await away.ours(
		async ({ EventSource, kept, once, record }, url) => {
			kept.source = new EventSource(url);
			kept.fired = record(kept.source);
			await once(kept.source, "message");
		},
		away.script(eventStream(send("retry: 1\ndata: a\n\n"), "hang")),
	);
	const types = () => away.ours(({ kept }) => kept.fired.map(({ type }) => type).join());
	for (let number = 1; number <= 3; number++) {
		await trip(away);
		await expect.poll(types).toBe(`open,message${",error,open,message".repeat(number)}`);
	}
	expect(await away.requests()).toHaveLength(4);
});

// behavior 13.1
test("after the page returns from the cache, a POST fails with one error and is repeated only if reconnect permits it", async ({
	away,
}) => {
	test.skip(away.browserName === "webkit", ENDED_EARLIER);
	await away.ours(
		async ({ EventSource, kept, once, record }, url) => {
			const sources = [
				new EventSource(url, { json: {} }),
				new EventSource(url, { json: {}, reconnect: { delay: 1 } }),
				new EventSource(url, { reconnect: false }),
			];
			await Promise.all(sources.map((source) => once(source, "message")));
			Object.assign(kept, { sources, records: sources.map((source) => record(source)) });
		},
		away.script(eventStream(send(events(1)), "hang")),
	);
	await trip(away);
	const told = () =>
		away.ours(({ kept }) =>
			(kept.records as (typeof kept.fired)[]).map((fired) =>
				fired.map(({ type, reason, readyState }) => `${type} ${readyState} ${reason}`).join(),
			),
		);
	await expect
		.poll(told)
		.toEqual([
			"error 2 interrupted",
			"error 0 interrupted,open 1 undefined,message 1 undefined",
			"error 2 interrupted",
		]);
	expect(await away.requests()).toHaveLength(4);
});

test("sources that were connecting or waiting send a request when the page returns from the cache, and fire no event before", async ({
	away,
}) => {
	test.skip(away.browserName === "webkit", ENDED_EARLIER);
	const waiting = away.script(
		eventStream(send("retry: 100\nid: 7\ndata: a\n\n")),
		eventStream(send(events(2)), "hang"),
	);
	const connecting = away.script("hang", eventStream(send(events(2)), "hang")).replace("do=", "other=1&do=");
	await away.ours(
		async ({ EventSource, kept, once, record }, urls) => {
			const waiting = new EventSource(urls.waiting);
			const fired = record(waiting);
			await once(waiting, "error");
			const connecting = new EventSource(urls.connecting, { reconnect: { delay: 1 } });
			Object.assign(kept, { waiting: fired, connecting: record(connecting) });
		},
		{ waiting, connecting: connecting.replace("key=", "key=c-") },
	);
	const log = async (which: string) => {
		const response = await fetch(
			`${away.origin}/log?${/key=[^&]+/.exec(waiting)![0].replace("key=", `key=${which}`)}-ours`,
		);
		return (await response.json()) as { open: number; opened: number };
	};
	await expect.poll(async () => (await log("c-")).open).toBe(1);
	await trip(away, async () => {
		await expect.poll(async () => (await log("c-")).open).toBe(0);
		await away.expectNoSockets();
	});
	const told = () =>
		away.ours(({ kept }) =>
			[kept.waiting, kept.connecting].map((fired) =>
				(fired as typeof kept.fired).map(({ type, reason }) => reason ?? type).join(),
			),
		);
	await expect.poll(told).toEqual(["open,message,end,open,message", "network,open,message"]);
	expect((await away.requests()).map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([null, "37"]);
});

// behavior 13.5
test("a stay in the cache does not affect a source of fromReadableStream()", async ({ away }) => {
	await away.ours(async ({ EventSource, kept, once, record }) => {
		const stream = new ReadableStream<Uint8Array>({
			start(controller) {
				kept.enqueue = (text: string) => controller.enqueue(new TextEncoder().encode(text));
			},
			cancel: () => void kept.fired.push({ type: "canceled", readyState: kept.source.readyState }),
		});
		kept.source = EventSource.fromReadableStream(stream);
		kept.fired = record(kept.source);
		await once(kept.source, "open");
	});
	await trip(away);
	const seen = await away.ours(async ({ kept, once }) => {
		const next = once(kept.source, "message");
		(kept.enqueue as (text: string) => void)("data: after\n\n");
		await next;
		return kept.fired.map(({ type, data }) => data ?? type);
	});
	expect(seen).toEqual(["open", "after"]);
});

test("a source closed before the stay in the cache stays closed, and a source made after it works", async ({
	away,
}) => {
	const seen = await away.ours(
		async ({ EventSource, kept, once, record }, url) => {
			const [closed, left] = [new EventSource(url), new EventSource(url)];
			await Promise.all([once(closed, "message"), once(left, "message")]);
			kept.fired = record(closed);
			kept.source = left;
			closed.close();
		},
		away.script(eventStream(send("retry: 1\ndata: 1\n\n"), "hang")),
	);
	expect(seen).toBeUndefined();
	await trip(away);
	const after = await away.ours(
		async ({ EventSource, kept, once }, url) => {
			const made = new EventSource(url);
			await Promise.all([once(kept.source, "message"), once(made, "message")]);
			made.close();
			kept.source.close();
			return kept.fired;
		},
		away.script(eventStream(send(events(1)), "hang")),
	);
	expect(after).toEqual([]);
	expect(await away.requests()).toHaveLength(4);
	await away.expectNoSockets();
});

/**
 * Returns the events that the page has received. The page leaves and comes back while the source
 * delivers a batch of events.
 */
async function batchAndTrip(away: Lab, count: number, lastEvents: "quick" | "slow"): Promise<string[]> {
	await away.ours(
		async ({ EventSource, kept }, { text, lastEvents }) => {
			const seen: string[] = [];
			kept.seen = seen;
			for (const name of ["pagehide", "pageshow"]) {
				addEventListener(name, () => seen.push(name));
			}
			const source = new EventSource("/unused", {
				// All events are sent at once, so that they are one batch.
				fetch: async (_url, init) => {
					const id = new Headers(init.headers).get("last-event-id");
					seen.push(`request ${id}`);
					const bytes = new TextEncoder().encode(id ? "data: resumed\n\n" : text);
					const stream = new ReadableStream({ start: (controller) => controller.enqueue(bytes) });
					return new Response(stream, { headers: { "content-type": "text/event-stream" } });
				},
				reconnect: { delay: 1 },
			});
			source.onerror = ({ reason }) => seen.push(`error ${reason}`);
			await new Promise<void>((resolve) => {
				source.onmessage = (event) => {
					seen.push(event.data);
					const end = performance.now() + (lastEvents === "quick" && seen.includes("pagehide") ? 0 : 4);
					while (performance.now() < end) {}
					if (seen.length === 20) {
						resolve();
					}
				};
			});
		},
		{ text: Array.from({ length: count }, (_, n) => `id: ${n + 1}\ndata: ${n + 1}\n\n`).join(""), lastEvents },
	);
	await trip(away, async () => {});
	const seen = () => away.ours(({ kept }) => kept.seen as string[]);
	await expect.poll(async () => (await seen()).at(-1)).toBe("resumed");
	return seen();
}

for (const lastEvents of ["quick", "slow"] as const) {
	test(`if the page leaves during the delivery of a batch, each event of the batch is delivered once, with ${lastEvents} handlers`, async ({
		away,
	}) => {
		const seen = await batchAndTrip(away, 300, lastEvents);
		expect(seen.filter((item) => !item.startsWith("page"))).toEqual([
			"request null",
			...Array.from({ length: 300 }, (_, n) => `${n + 1}`),
			"error interrupted",
			"request 300",
			"resumed",
		]);
	});

	// Between `pagehide` and the freeze, Chromium runs one or two more tasks. They deliver more of
	// the events that have already arrived.
	test(`between pagehide and pageshow, only events of the batch that is being delivered fire, with ${lastEvents} handlers`, async ({
		away,
	}) => {
		const seen = await batchAndTrip(away, 300, lastEvents);
		const between = seen.slice(seen.indexOf("pagehide") + 1, seen.indexOf("pageshow"));
		expect(between.filter((item) => !/^\d+$/.test(item))).toEqual([]);
	});
}
