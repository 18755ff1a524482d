// Rules for a page that is really hidden and shown, or offline and online again: `pauseWhenHidden`,
// waits that end early, and the silence timeout of a hidden page.

import type { EventSourceInit } from "headwater";
import { goOffline, goOnline, hide, show } from "../support/visibility.ts";
import { notInWebKit, test } from "./hiding.ts";
import { eventStream, expect, type Lab, send } from "./support.ts";

// The tests of this file share one worker, so that only one browser is started.
test.describe.configure({ mode: "default" });

/** Sends one event with an ID, and nothing after it. */
const ONE_THEN_HANG = eventStream(send("retry: 300\nid: 7\ndata: a\n\n"), "hang");
const OTHER_THEN_HANG = eventStream(send("id: 8\ndata: b\n\n"), "hang");

/** Creates a source, and keeps it. */
async function start(tab: Lab, url: string, init: EventSourceInit): Promise<void> {
	await tab.ours(
		({ EventSource, kept, record }, { url, init }) => {
			kept.source = new EventSource(url, init);
			kept.fired = record(kept.source);
		},
		{ url, init },
	);
}

/** Returns the data of each event that the source has fired, or its type if it has no data. */
const fired = (tab: Lab) => tab.ours(({ kept }) => kept.fired.map(({ type, data }) => data ?? type));
const close = (tab: Lab) => tab.ours(({ kept }) => kept.source.close());
const ids = async (tab: Lab) => (await tab.requests()).map(({ lastEventIdHex }) => lastEventIdHex);
const idOf = (text: string) => Buffer.from(text).toString("hex");

for (const [name, init] of Object.entries<EventSourceInit>({
	"a GET": {},
	"a POST that may be repeated": { json: {}, reconnect: true },
	"a POST with its own delay": { json: {}, reconnect: { delay: 50 } },
})) {
	// behavior 13.8, 13.9
	test(`with pauseWhenHidden, ${name} is aborted when the page is hidden and sent again at once when it is visible`, async ({
		tab,
	}) => {
		await start(tab, tab.script(ONE_THEN_HANG, OTHER_THEN_HANG), { ...init, pauseWhenHidden: true });
		await expect.poll(() => fired(tab)).toEqual(["open", "a"]);
		await hide(tab.page);
		await expect.poll(() => fired(tab)).toEqual(["open", "a", "error"]);
		const failure = await tab.ours(({ kept }) => kept.fired[2]);
		expect(failure).toMatchObject({ readyState: 0, reason: "interrupted", willReconnect: true, delay: 0 });
		expect(failure!.message).toBe("the page is hidden (pauseWhenHidden)");
		await tab.expectNoSockets();
		// This is longer than the reconnection time.
		await new Promise((resolve) => setTimeout(resolve, 1000));
		expect(await tab.requests()).toHaveLength(1);
		await show(tab.page);
		await expect.poll(() => fired(tab)).toEqual(["open", "a", "error", "open", "b"]);
		expect(await ids(tab)).toEqual([null, idOf("7")]);
		await close(tab);
	});
}

// behavior 13.8
test("with pauseWhenHidden, a source that is created in a hidden page sends its request when the page is visible", async ({
	tab,
}) => {
	await hide(tab.page);
	await start(tab, tab.script(ONE_THEN_HANG), { pauseWhenHidden: true });
	await tab.ours(({ tasks }) => tasks());
	expect(await tab.requests()).toHaveLength(0);
	expect(await tab.ours(({ kept }) => kept.source.readyState)).toBe(0);
	await show(tab.page);
	await expect.poll(() => fired(tab)).toEqual(["open", "a"]);
	expect(await tab.requests()).toHaveLength(1);
	await close(tab);
});

test("with pauseWhenHidden, a wait that ends in a hidden page sends its request when the page is visible", async ({
	tab,
}) => {
	const url = tab.script(eventStream(send("retry: 300\nid: 7\ndata: a\n\n")), OTHER_THEN_HANG);
	await start(tab, url, { pauseWhenHidden: true });
	await expect.poll(() => fired(tab)).toEqual(["open", "a", "error"]);
	await hide(tab.page);
	const made = await tab.requests();
	// It is possible that the wait ended before the page was hidden.
	if (made.length === 1) {
		await new Promise((resolve) => setTimeout(resolve, 1000));
		expect(await tab.requests()).toHaveLength(1);
	}
	await show(tab.page);
	await expect.poll(async () => (await fired(tab)).at(-1)).toBe("b");
	expect(new Set(await ids(tab))).toEqual(new Set([null, idOf("7")]));
	await close(tab);
});

test("with pauseWhenHidden, a source that is closed in a hidden page sends no request when the page is visible", async ({
	tab,
}) => {
	await start(tab, tab.script(ONE_THEN_HANG, OTHER_THEN_HANG), { pauseWhenHidden: true });
	await expect.poll(() => fired(tab)).toEqual(["open", "a"]);
	await hide(tab.page);
	await expect.poll(() => fired(tab)).toEqual(["open", "a", "error"]);
	await close(tab);
	await show(tab.page);
	await tab.ours(({ tasks }) => tasks());
	expect(await fired(tab)).toEqual(["open", "a", "error"]);
	expect(await tab.ours(async ({ kept }) => (await kept.source.closed).reason)).toBe("caller");
	expect(await tab.requests()).toHaveLength(1);
});

for (const [name, init] of Object.entries<EventSourceInit>({
	"a POST": { json: {}, pauseWhenHidden: true },
	"a GET that may not be repeated": { reconnect: false, pauseWhenHidden: true },
	"a GET without pauseWhenHidden": {},
})) {
	// behavior 13.8
	test(`${name} continues in a hidden page`, async ({ tab }) => {
		await start(tab, tab.url("/numbered?count=60000&pause=20"), init);
		await expect.poll(() => fired(tab)).toContain("1");
		await hide(tab.page);
		const { length } = await fired(tab);
		await expect.poll(async () => (await fired(tab)).length).toBeGreaterThan(length + 10);
		await show(tab.page);
		expect(await fired(tab)).not.toContain("error");
		expect(await tab.requests()).toHaveLength(1);
		await close(tab);
	});
}

for (const [name, init] of Object.entries<EventSourceInit>({
	"a POST": { json: {}, pauseWhenHidden: true },
	"a GET that may not be repeated": { reconnect: false, pauseWhenHidden: true },
})) {
	// behavior 13.8
	test(`${name} that is created in a hidden page is sent there`, async ({ tab }) => {
		await hide(tab.page);
		await start(tab, tab.script(ONE_THEN_HANG), init);
		await expect.poll(() => fired(tab)).toEqual(["open", "a"]);
		expect(await tab.page.evaluate(() => document.hidden)).toBe(true);
		await show(tab.page);
		await close(tab);
	});
}

/** The number of failures after which the backoff of a wait is longer than a test. */
const FAILURES = 7;
const R = 200;

/**
 * Creates a source that waits for longer than a test lasts. The shortest wait is `R` milliseconds.
 */
async function waitLong(tab: Lab): Promise<void> {
	await tab.page.evaluate(() => {
		Math.random = () => 0;
	});
	const busy = "status=503|type=text/plain";
	const url = tab.script(busy, ...Array.from({ length: FAILURES }, () => busy), ONE_THEN_HANG);
	await tab.ours(
		({ EventSource, kept, record }, { url, R, FAILURES }) => {
			kept.source = new EventSource(url, { reconnect: { delay: R, maxDelay: 1e6 } });
			kept.fired = record(kept.source);
			kept.source.addEventListener("error", ({ attempt }) => {
				if (attempt >= FAILURES - 1) {
					Math.random = () => 0.999;
				}
			});
		},
		{ url, R, FAILURES },
	);
	const longest = () => tab.ours(({ kept }) => Math.max(0, ...kept.fired.map(({ delay }) => delay ?? 0)));
	await expect.poll(longest).toBeGreaterThan(R * 2 ** (FAILURES - 1));
	expect(await tab.requests()).toHaveLength(FAILURES);
}

/** Returns the time between the last two requests at the server, in milliseconds. */
async function lastWait(tab: Lab): Promise<number> {
	const times = (await tab.requests()).map(({ at_ms }) => at_ms);
	return times.at(-1)! - times.at(-2)!;
}

for (const [name, comeBack] of Object.entries({
	visible: async (tab: Lab) => {
		await hide(tab.page);
		await show(tab.page);
	},
	online: async (tab: Lab) => {
		await goOffline(tab.page);
		await goOnline(tab.page);
	},
})) {
	// behavior 5.8
	test(`when the page is ${name} again, a wait is shortened to the reconnection time and not below it`, async ({
		tab,
		browserName,
	}) => {
		if (name === "online") {
			notInWebKit(browserName);
		}
		await waitLong(tab);
		await comeBack(tab);
		await expect.poll(() => tab.requests()).toHaveLength(FAILURES + 1);
		expect(await lastWait(tab)).toBeGreaterThanOrEqual(R - 1);
		// After the next failure, the wait can be ended too.
		await expect.poll(async () => (await fired(tab)).length).toBe(FAILURES + 1);
		await comeBack(tab);
		await expect.poll(() => fired(tab)).toContain("a");
		expect(await lastWait(tab)).toBeGreaterThanOrEqual(R - 1);
		await close(tab);
	});
}

test("a wait is not shortened below Retry-After when the page is visible again", async ({ tab }) => {
	const url = tab.script("status=503|header=Retry-After:3|type=text/plain", ONE_THEN_HANG);
	await start(tab, url, { reconnect: { delay: 1 } });
	await expect.poll(() => fired(tab)).toEqual(["error"]);
	await hide(tab.page);
	await show(tab.page);
	await expect.poll(() => fired(tab)).toContain("a");
	// The server measures from the moment when it receives the request. The 3 seconds begin when we
	// receive the response.
	expect(await lastWait(tab)).toBeGreaterThanOrEqual(2990);
	await close(tab);
});

// behavior 7.4
test("a silenceTimeout that expires while the page is hidden is extended once by the same time", async ({ tab }) => {
	// The first silence is between one and two times silenceTimeout.
	const quiet = eventStream(send("id: 7\ndata: a\n\n"), "wait=1700", send("id: 8\ndata: b\n\n"), "hang");
	await hide(tab.page);
	await start(tab, tab.script(quiet), { silenceTimeout: 1200, reconnect: false });
	await expect.poll(() => fired(tab)).toEqual(["open", "a", "b", "error"]);
	expect(await tab.ours(async ({ kept }) => (await kept.source.closed).reason)).toBe("silence");
	await show(tab.page);
	await start(tab, tab.script(quiet), { silenceTimeout: 1200, reconnect: false });
	await expect.poll(() => fired(tab)).toContain("error");
	expect(await fired(tab), "a visible page gets no second silenceTimeout").toEqual(["open", "a", "error"]);
});
