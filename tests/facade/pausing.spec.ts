// Owns the rules of what a source does when its page is really hidden and shown, or comes back to the network:
// pauseWhenHidden, waits that end early, and limits to silence that nobody could have heard.

import type { EventSourceInit } from "headwater";
import { goOffline, goOnline, hide, show } from "../support/visibility.ts";
import { notInWebKit, test } from "./hiding.ts";
import { eventStream, expect, type Lab, send } from "./support.ts";

// One browser of its own is enough.
test.describe.configure({ mode: "default" });

/** An event with an id, and nothing more. */
const ONE_THEN_HANG = eventStream(send("retry: 300\nid: 7\ndata: a\n\n"), "hang");
const OTHER_THEN_HANG = eventStream(send("id: 8\ndata: b\n\n"), "hang");

/** Makes a source, which is kept. */
async function start(tab: Lab, url: string, init: EventSourceInit): Promise<void> {
	await tab.ours(
		({ EventSource, kept, record }, { url, init }) => {
			kept.source = new EventSource(url, init);
			kept.fired = record(kept.source);
		},
		{ url, init },
	);
}

/** What the source has fired, as its data or else its type. */
const fired = (tab: Lab) => tab.ours(({ kept }) => kept.fired.map(({ type, data }) => data ?? type));
const close = (tab: Lab) => tab.ours(({ kept }) => kept.source.close());
const ids = async (tab: Lab) => (await tab.requests()).map(({ lastEventIdHex }) => lastEventIdHex);
const idOf = (text: string) => Buffer.from(text).toString("hex");

for (const [name, init] of Object.entries<EventSourceInit>({
	"a GET": {},
	"a POST that may be repeated": { json: {}, reconnect: true },
	"a POST with a delay of its own": { json: {}, reconnect: { delay: 50 } },
})) {
	// behavior 13.8, 13.9
	test(`with pauseWhenHidden, ${name} is given up in a hidden page and made again at once in a visible one`, async ({
		tab,
	}) => {
		await start(tab, tab.script(ONE_THEN_HANG, OTHER_THEN_HANG), { ...init, pauseWhenHidden: true });
		await expect.poll(() => fired(tab)).toEqual(["open", "a"]);
		await hide(tab.page);
		await expect.poll(() => fired(tab)).toEqual(["open", "a", "error"]);
		const failure = await tab.ours(({ kept }) => kept.fired[2]);
		expect(failure).toMatchObject({ readyState: 0, reason: "interrupted", willReconnect: true, delay: 0 });
		await tab.expectNoSockets();
		// Longer than the reconnection time.
		await new Promise((resolve) => setTimeout(resolve, 1000));
		expect(await tab.requests()).toHaveLength(1);
		await show(tab.page);
		await expect.poll(() => fired(tab)).toEqual(["open", "a", "error", "open", "b"]);
		expect(await ids(tab)).toEqual([null, idOf("7")]);
		await close(tab);
	});
}

// behavior 13.8
test("with pauseWhenHidden, a source that is made in a hidden page makes its request when that is visible", async ({
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

test("with pauseWhenHidden, a wait that ends in a hidden page has its request when that is visible", async ({
	tab,
}) => {
	const url = tab.script(eventStream(send("retry: 300\nid: 7\ndata: a\n\n")), OTHER_THEN_HANG);
	await start(tab, url, { pauseWhenHidden: true });
	await expect.poll(() => fired(tab)).toEqual(["open", "a", "error"]);
	await hide(tab.page);
	const made = await tab.requests();
	// The page may have been hidden too late for the wait.
	if (made.length === 1) {
		await new Promise((resolve) => setTimeout(resolve, 1000));
		expect(await tab.requests()).toHaveLength(1);
	}
	await show(tab.page);
	await expect.poll(async () => (await fired(tab)).at(-1)).toBe("b");
	expect(new Set(await ids(tab))).toEqual(new Set([null, idOf("7")]));
	await close(tab);
});

test("with pauseWhenHidden, close() in a hidden page is the end", async ({ tab }) => {
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
	test(`${name} goes on in a hidden page`, async ({ tab }) => {
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
	test(`${name} that is made in a hidden page is sent there`, async ({ tab }) => {
		await hide(tab.page);
		await start(tab, tab.script(ONE_THEN_HANG), init);
		await expect.poll(() => fired(tab)).toEqual(["open", "a"]);
		expect(await tab.page.evaluate(() => document.hidden)).toBe(true);
		await show(tab.page);
		await close(tab);
	});
}

/** How many failures there are before a wait is as long as backing off makes it. */
const FAILURES = 7;
const R = 200;

/** Makes a source that waits for longer than a test lasts, R of it being the shortest wait. */
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
	await expect.poll(longest, { timeout: 15_000 }).toBeGreaterThan(R * 2 ** (FAILURES - 1));
	expect(await tab.requests()).toHaveLength(FAILURES);
}

/** How long the server waited for the last request but one, in milliseconds. */
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
	test(`a page that is ${name} again ends what backing off has added to a wait, and no more than that`, async ({
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
		// A failure of its own, whose wait can be ended too.
		await expect.poll(async () => (await fired(tab)).length).toBe(FAILURES + 1);
		await comeBack(tab);
		await expect.poll(() => fired(tab)).toContain("a");
		expect(await lastWait(tab)).toBeGreaterThanOrEqual(R - 1);
		await close(tab);
	});
}

test("Retry-After is kept to though the page is visible again", async ({ tab }) => {
	const url = tab.script("status=503|header=Retry-After:3|type=text/plain", ONE_THEN_HANG);
	await start(tab, url, { reconnect: { delay: 1 } });
	await expect.poll(() => fired(tab)).toEqual(["error"]);
	await hide(tab.page);
	await show(tab.page);
	await expect.poll(() => fired(tab)).toContain("a");
	// The server's clock starts when it has the request, and its 3 seconds when we have the answer.
	expect(await lastWait(tab)).toBeGreaterThanOrEqual(2990);
	await close(tab);
});

// behavior 7.4
test("a silence that ends while the page is hidden is given another silenceTimeout, once", async ({ tab }) => {
	// The first silence is longer than silenceTimeout, and shorter than two.
	const quiet = eventStream(send("id: 7\ndata: a\n\n"), "wait=1700", send("id: 8\ndata: b\n\n"), "hang");
	await hide(tab.page);
	await start(tab, tab.script(quiet), { silenceTimeout: 1200, reconnect: false });
	await expect.poll(() => fired(tab), { timeout: 15_000 }).toEqual(["open", "a", "b", "error"]);
	expect(await tab.ours(async ({ kept }) => (await kept.source.closed).reason)).toBe("silence");
	await show(tab.page);
	await start(tab, tab.script(quiet), { silenceTimeout: 1200, reconnect: false });
	await expect.poll(() => fired(tab), { timeout: 15_000 }).toContain("error");
	expect(await fired(tab), "in a visible page it is not").toEqual(["open", "a", "error"]);
});
