// Rules for a page that the browser really hides, freezes or takes offline, as far as each engine
// supports it, without an option for this. pausing.spec.ts tests the options.

import type { EventSourceInit } from "headwater";
import { freeze, goOffline, goOnline, hide, show, thaw } from "../support/visibility.ts";
import { notInWebKit, onlyChromium, test } from "./hiding.ts";
import { eventStream, events, expect, type Lab, send } from "./support.ts";

// The tests of this file share one worker, so that only one browser is started.
test.describe.configure({ mode: "default" });

/** Returns the events of the page since the last call, in words. */
const states = (lab: Lab) => lab.page.evaluate(() => (globalThis as unknown as { states: string[] }).states.splice(0));

const NUMBERED = "/numbered?count=60000&pause=20";

/** Starts a source whose server numbers the events from 1, and waits for the first event. */
async function count(tab: Lab, init: EventSourceInit = {}): Promise<void> {
	await tab.ours(
		async ({ EventSource, kept, once, record }, { url, init }) => {
			kept.source = new EventSource(url, init);
			kept.fired = record(kept.source);
			await once(kept.source, "message");
		},
		{ url: tab.url(NUMBERED), init },
	);
}

/**
 * Waits for a time in which a frozen page runs no timer, and chunks arrive that it does not read.
 */
const passFrozen = () => new Promise((resolve) => setTimeout(resolve, 500));

const counted = (tab: Lab) => tab.ours(({ kept }) => kept.fired.length);

/**
 * Closes the source, and expects that it has fired every event once, in order, and no other event.
 */
async function expectWhole(tab: Lab): Promise<void> {
	const fired = await tab.ours(({ kept }) => {
		kept.source.close();
		return kept.fired.map(({ type, data }) => data ?? type);
	});
	expect(fired).toEqual(["open", ...fired.slice(1).map((_, index) => `${index + 1}`)]);
	expect(await tab.requests()).toHaveLength(1);
}

test("a page that is hidden and shown receives a visibilitychange event each time", async ({ tab }) => {
	for (let time = 0; time < 2; time++) {
		await hide(tab.page);
		expect(await tab.page.evaluate(() => document.hidden)).toBe(true);
		expect(await states(tab)).toEqual(["visibilitychange hidden"]);
		await show(tab.page);
		expect(await tab.page.evaluate(() => document.hidden)).toBe(false);
		expect(await states(tab)).toEqual(["visibilitychange visible"]);
	}
});

test("a hidden page receives one event when it is frozen and one when it is resumed", async ({ tab, browserName }) => {
	onlyChromium(browserName);
	await hide(tab.page);
	await tab.page.evaluate(() => {
		const page = globalThis as unknown as { ticks: number };
		page.ticks = 0;
		setInterval(() => page.ticks++, 10);
	});
	const ticks = () => tab.page.evaluate(() => (globalThis as unknown as { ticks: number }).ticks);
	await expect.poll(ticks).toBeGreaterThan(0);
	await freeze(tab.page);
	expect(await states(tab)).toEqual(["visibilitychange hidden", "freeze hidden"]);
	const before = await ticks();
	await passFrozen();
	expect(await ticks()).toBe(before);
	await thaw(tab.page);
	await expect.poll(ticks).toBeGreaterThan(before);
	expect(await states(tab)).toEqual(["resume hidden"]);
	await freeze(tab.page);
	await show(tab.page);
	expect(await states(tab)).toEqual(["freeze hidden", "resume hidden", "visibilitychange visible"]);
});

// behavior 13.7
test("a page that goes offline and online again receives both events: requests fail, and an open stream continues", async ({
	tab,
	browserName,
}) => {
	notInWebKit(browserName);
	const request = () =>
		tab.page.evaluate(() =>
			fetch("/blank").then(
				() => "answered",
				() => "failed",
			),
		);
	await count(tab);
	await goOffline(tab.page);
	expect(await states(tab)).toEqual(["offline"]);
	expect(await request()).toBe("failed");
	const before = await counted(tab);
	await expect.poll(() => counted(tab)).toBeGreaterThan(before);
	await goOnline(tab.page);
	expect(await states(tab)).toEqual(["online"]);
	expect(await request()).toBe("answered");
	await expectWhole(tab);
});

// behavior 13.7
test("a hidden page receives events like a visible one", async ({ tab }) => {
	await hide(tab.page);
	await count(tab);
	const before = await counted(tab);
	await expect.poll(() => counted(tab)).toBeGreaterThan(before + 10);
	await show(tab.page);
	await expectWhole(tab);
});

test("a read whose chunk arrives while the page is frozen never settles: Chromium does this to every reader of a body", async ({
	tab,
	browserName,
}) => {
	onlyChromium(browserName);
	const read = () => tab.page.evaluate(() => (globalThis as unknown as { read: number }).read);
	await tab.page.evaluate((url) => {
		const page = globalThis as unknown as { read: number };
		page.read = 0;
		const readAll = async () => {
			const { body } = await fetch(url);
			for await (const _ of body as unknown as AsyncIterable<Uint8Array>) {
				page.read++;
			}
		};
		void readAll();
		// The browser's own class reads the same stream.
		new EventSource(url).onmessage = () => (document.title += ".");
	}, tab.url(NUMBERED));
	await expect.poll(read).toBeGreaterThan(0);
	await hide(tab.page);
	await freeze(tab.page);
	const before = await read();
	await passFrozen();
	await thaw(tab.page);
	await show(tab.page);
	const events = () => tab.page.evaluate(() => document.title.length);
	const eventsBefore = await events();
	await expect.poll(events).toBeGreaterThan(eventsBefore + 50);
	expect(await read()).toBe(before);
});

// behavior 13.6
test("[non-spec] a source continues after its page was frozen, and no event is lost or repeated", async ({
	tab,
	browserName,
}) => {
	onlyChromium(browserName);
	await count(tab, { reconnect: { delay: 50 } });
	await hide(tab.page);
	await freeze(tab.page);
	const before = await counted(tab);
	await passFrozen();
	await thaw(tab.page);
	await show(tab.page);
	await expect.poll(() => counted(tab)).toBeGreaterThan(before + 20);
	const messages = await tab.ours(({ kept }) => {
		kept.source.close();
		return kept.fired.flatMap(({ type, data }) => (type === "message" ? [data] : []));
	});
	expect(messages).toEqual(messages.map((_, index) => `${index + 1}`));
});

test("a wait that begins while the page is hidden also ends while the page is hidden", async ({ tab }) => {
	await hide(tab.page);
	const url = tab.script(eventStream(send("retry: 300\nid: 7\ndata: a\n\n")), eventStream(send(events("b")), "hang"));
	const seen = await tab.ours(async ({ EventSource, record, once }, url) => {
		const source = new EventSource(url);
		const fired = record(source);
		await once(source, "error");
		await once(source, "message");
		source.close();
		return [document.visibilityState, ...fired.map(({ type, data }) => data ?? type)];
	}, url);
	expect(seen).toEqual(["hidden", "open", "a", "error", "open", "b"]);
});
