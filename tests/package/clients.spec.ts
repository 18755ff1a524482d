// Libraries that take an EventSource class accept ours. Each library is installed from npm, uses
// our class at its own hook, and talks to its own kind of server.

import type { Page } from "@playwright/test";
import { expect, test, typeErrors } from "./clients.ts";
import { Feed } from "./feed.ts";

const items = (page: Page) => page.locator("li");
const press = (page: Page, name: string) => page.getByRole("button", { name }).click();

// SignalR's types have no option for the class.
for (const name of ["trpc", "htmx", "turbo", "reconnecting"]) {
	test(`${name}: strict TypeScript accepts headwater's class where the library takes one`, async () => {
		expect(await typeErrors(name)).toBe("");
	});
}

test.describe("tRPC", () => {
	const posts = (...texts: string[]) => texts.map((text, index) => JSON.stringify([String(index + 1), text]));

	async function add(page: Page, ...texts: string[]): Promise<void> {
		for (const text of texts) {
			await page.getByLabel("Post").fill(text);
			const added = page.waitForResponse(/trpc\/add/);
			await press(page, "Add");
			expect((await added).status()).toBe(200);
		}
	}

	test("tracked events arrive in order, and a cut neither loses nor repeats one", async ({ page, serve }) => {
		const site = await serve("trpc");
		// The page is from another origin, as if tRPC had its own server.
		await page.goto(`${site.origin.replace("127.0.0.1", "localhost")}?server=${site.origin}`);
		await expect(page.locator("#states")).toHaveText("connecting; pending;");
		await add(page, "one", "two");
		await expect(items(page)).toHaveText(posts("one", "two"));
		site.cut();
		await add(page, "three", "four", "five");
		await expect(items(page)).toHaveText(posts("one", "two", "three", "four", "five"));
		site.cut();
		await expect.poll(() => site.asked.length).toBe(3);
		await add(page, "six");
		await expect(items(page)).toHaveText(posts("one", "two", "three", "four", "five", "six"));
		expect(site.asked.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "2", "5"]);
		await expect(page.locator("#states")).toHaveText(/^connecting; (pending; connecting \([^)]+\); ){2}pending; $/);
		await press(page, "Unsubscribe");
		await expect.poll(() => site.streams).toBe(0);
		await expect(items(page).last()).toHaveText('"complete"');
	});

	test("a stream that falls silent is replaced by one that continues", async ({ page, serve }) => {
		const site = await serve("trpc");
		await page.goto(site.origin);
		await add(page, "one");
		await expect(items(page)).toHaveText(posts("one"));
		site.stall();
		await add(page, "two");
		await expect(items(page)).toHaveText(posts("one", "two"), { timeout: 30_000 });
		// tRPC creates a new source, and its input contains the ID after which the stream
		// continues.
		const inputs = site.asked.map(({ url }) => url.searchParams.get("input"));
		expect(inputs).toEqual([null, '{"lastEventId":"1"}']);
		await expect.poll(() => site.streams).toBe(1);
		await press(page, "Unsubscribe");
	});

	test("the headers of each attempt reach the server, and so do connectionParams", async ({ page, serve }) => {
		const site = await serve("trpc");
		await page.goto(`${site.origin}?subscribe=caller`);
		const caller = (attempt: number) => {
			return JSON.stringify({ authorization: `for caller, ${attempt}`, tenant: "blue", room: "lobby" });
		};
		await expect(items(page)).toHaveText([caller(1)]);
		site.cut();
		await expect(items(page)).toHaveText([caller(1), caller(2)]);
		await press(page, "Unsubscribe");
	});

	test("a subscription that returns is complete, and is not requested again", async ({ page, serve }) => {
		const site = await serve("trpc");
		await page.goto(`${site.origin}?subscribe=three`);
		await expect(items(page)).toHaveText(["1", "2", "3", '"complete"']);
		await expect.poll(() => site.streams).toBe(0);
		await expect(page.locator("#states")).toHaveText("connecting; pending; idle;");
		expect(site.asked).toHaveLength(1);
	});

	test("an error that the procedure throws ends the subscription", async ({ page, serve }) => {
		const site = await serve("trpc");
		await page.goto(`${site.origin}?subscribe=forbidden`);
		await expect(items(page)).toHaveText(['"before"', '"failed: not for you"']);
		await expect.poll(() => site.streams).toBe(0);
		expect(site.asked).toHaveLength(1);
	});

	test("a refused request ends the subscription with an error that has the status", async ({ page, serve }) => {
		const site = await serve("trpc");
		site.refusals = 1;
		await page.goto(site.origin);
		await expect(items(page)).toHaveText([/^"failed: .*503/]);
		expect(site.asked).toHaveLength(1);
	});
});

test.describe("SignalR", () => {
	test("messages go both ways until the connection is stopped", async ({ page, serve }) => {
		const site = await serve("signalr");
		await page.goto(site.origin);
		await press(page, "Start");
		await press(page, "Add");
		await expect(items(page)).toHaveText(["started", "sum 5"]);
		await press(page, "Say");
		await expect(items(page).last()).toHaveText("said grüß 你 🚀\nsecond line");
		await press(page, "Count");
		await expect(items(page).last()).toHaveText("counted 300 true");
		const [{ url, headers }] = site.asked;
		expect([url.searchParams.get("access_token"), headers["x-tenant"]]).toEqual(["secret", "lobby"]);
		await press(page, "Stop");
		await expect(items(page).last()).toHaveText("closed");
		await expect.poll(() => site.streams).toBe(0);
		expect(site.asked).toHaveLength(1);
	});

	test("after a cut SignalR negotiates again, and the old source does not reconnect", async ({ page, serve }) => {
		const site = await serve("signalr");
		await page.goto(site.origin);
		await press(page, "Start");
		await expect(items(page)).toHaveText(["started"]);
		site.cut();
		await expect(items(page)).toHaveText(["started", "reconnecting", "reconnected"]);
		await press(page, "Say");
		await expect(items(page)).toHaveText(["started", "reconnecting", "reconnected", /^said/]);
		const ids = site.asked.map(({ url }) => url.searchParams.get("id"));
		expect(new Set(ids).size).toBe(2);
		expect(ids).toHaveLength(2);
		await press(page, "Stop");
		await expect(items(page).last()).toHaveText("closed");
	});

	test("pings keep an idle connection open, and a connection without pings is replaced", async ({ page, serve }) => {
		const site = await serve("signalr");
		await page.goto(site.origin);
		await press(page, "Start");
		// Pings arrive for more than 4 seconds. Without them, the page's connection would time out
		// after 3 seconds.
		await expect.poll(() => site.application.pings, { timeout: 30_000 }).toBeGreaterThan(20);
		await expect(items(page)).toHaveText(["started"]);
		site.stall();
		await expect(items(page)).toHaveText(["started", "reconnecting", "reconnected"], { timeout: 30_000 });
		expect(site.asked).toHaveLength(2);
		await press(page, "Stop");
	});

	test("a refused start fails, and leaves nothing behind", async ({ page, serve }) => {
		const site = await serve("signalr");
		site.refusals = 1;
		await page.goto(site.origin);
		await press(page, "Start");
		await expect(items(page)).toHaveText([/EventSource failed to connect/]);
		await press(page, "Start");
		await expect(items(page).last()).toHaveText("started");
		expect(site.asked).toHaveLength(2);
		await press(page, "Stop");
	});
});

test.describe("htmx", () => {
	const log = (page: Page) => page.locator("output");

	test("named events are swapped in, triggers fire, and the closing event closes the source", async ({
		page,
		serve,
	}) => {
		const feed = new Feed();
		const site = await serve("htmx", feed);
		await page.goto(site.origin);
		await expect(log(page)).toHaveText("open;");
		feed.send("headline", "<b>first</b>");
		feed.send("headline", "<b>second</b>\n<i>line</i>");
		feed.send("message", "<li>one</li>");
		feed.send("news", "<li>two</li>");
		await expect(page.locator("p")).toHaveText("second line");
		await expect(page.locator("p b")).toHaveText("second");
		await expect(items(page)).toHaveText(["one", "two"]);
		feed.send("refresh", "");
		await expect(page.locator("em")).toHaveText("fetched");
		await expect(log(page)).toHaveText("open; headline 1; headline 2; message 3; news 4; refresh 5;");
		feed.send("done", "");
		await expect(log(page)).toHaveText(/ close: message; $/);
		await expect.poll(() => site.streams).toBe(0);
		expect(site.asked.map(({ headers }) => headers["x-tenant"])).toEqual(["lobby"]);
	});

	test("a cut loses nothing, and after a refusal htmx makes a new source", async ({ page, serve }) => {
		const feed = new Feed();
		const site = await serve("htmx", feed);
		await page.goto(site.origin);
		await expect(log(page)).toHaveText("open;");
		feed.send("message", "<li>1</li>");
		await expect(items(page)).toHaveText(["1"]);
		site.cut();
		feed.send("message", "<li>2</li>");
		await expect(items(page)).toHaveText(["1", "2"]);
		expect(site.asked.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "1"]);
		site.refusals = 1;
		site.cut();
		await expect.poll(() => site.asked.length).toBe(4);
		await expect(log(page)).toHaveText(/(open; .*){3}/);
		feed.send("message", "<li>3</li>");
		await expect(items(page)).toHaveText(["1", "2", "3"]);
		feed.send("done", "");
	});

	test("the source closes with its element", async ({ page, serve }) => {
		const site = await serve("htmx", new Feed());
		await page.goto(site.origin);
		await expect(log(page)).toHaveText("open;");
		await press(page, "Leave");
		await expect(page.locator("main")).toHaveCount(0);
		await expect(log(page)).toHaveText("open; close: nodeReplaced;");
		await expect.poll(() => site.streams).toBe(0);
		expect(site.asked).toHaveLength(1);
	});
});

test.describe("Turbo", () => {
	const append = (feed: Feed, text: string) => {
		const item = `<template>\n<li>${text}</li>\n</template>`;
		feed.send("message", `<turbo-stream action="append" target="posts">\n${item}\n</turbo-stream>`);
	};

	const state = (element: Element) => {
		const { streamSource } = element as unknown as { streamSource: EventSource };
		return { readyState: streamSource.readyState, ours: "closed" in streamSource };
	};

	test("a source that is connected to the session appends the streamed elements, also after a cut", async ({
		page,
		serve,
	}) => {
		const feed = new Feed();
		const site = await serve("turbo", feed);
		await page.goto(`${site.origin}/connected.html`);
		await expect.poll(() => site.streams).toBe(1);
		append(feed, "one");
		append(feed, "two");
		await expect(items(page)).toHaveText(["one", "two"]);
		site.cut();
		append(feed, "three");
		await expect(items(page)).toHaveText(["one", "two", "three"]);
		expect(site.asked.map(({ headers }) => [headers["x-tenant"], headers["last-event-id"]])).toEqual([
			["lobby", undefined],
			["lobby", "2"],
		]);
		await press(page, "Leave");
		await expect.poll(() => site.streams).toBe(0);
	});

	test("<turbo-stream-source> uses headwater's class as the global one, and closes the source when Turbo leaves the page", async ({
		page,
		serve,
	}) => {
		const feed = new Feed();
		const site = await serve("turbo", feed);
		await page.goto(`${site.origin}/element.html`);
		await expect.poll(() => site.streams).toBe(1);
		append(feed, "one");
		await expect(items(page)).toHaveText(["one"]);
		await page.getByRole("link", { name: "Elsewhere" }).click();
		await expect(page.getByRole("heading")).toHaveText("Elsewhere");
		await expect.poll(() => site.streams).toBe(0);
		await page.getByRole("link", { name: "Back" }).click();
		// Turbo first shows a preview of the page. It closes the preview's source when the page has
		// loaded.
		const fresh = page.locator("html:not([data-turbo-preview]) turbo-stream-source");
		await expect(items(page)).toHaveCount(0);
		await expect.poll(() => fresh.evaluate(state)).toEqual({ readyState: 1, ours: true });
		await expect.poll(() => site.streams).toBe(1);
		append(feed, "two");
		await expect(items(page)).toHaveText(["two"]);
		await page.getByRole("link", { name: "Elsewhere" }).click();
		await expect.poll(() => site.streams).toBe(0);
	});
});

test.describe("reconnecting-eventsource", () => {
	test("a source that headwater's class has closed is replaced by one that continues after the last event ID", async ({
		page,
		serve,
	}) => {
		const feed = new Feed();
		const site = await serve("reconnecting", feed);
		await page.goto(site.origin);
		await expect(items(page)).toHaveText(["open"]);
		feed.send("message", "1");
		feed.send("news", "2");
		await expect(items(page)).toHaveText(["open", "message 1", "news 2"]);
		site.refusals = 1;
		site.cut();
		feed.send("message", "3");
		await expect(items(page)).toHaveText(["open", "message 1", "news 2", "error", "open", "message 3"]);
		site.cut();
		feed.send("news", "4");
		await expect(items(page)).toHaveText([
			...["open", "message 1", "news 2", "error", "open", "message 3", "error", "open", "news 4"],
		]);
		const asked = site.asked.map(({ url, headers }) => {
			return [url.searchParams.get("lastEventId"), headers["last-event-id"], headers["x-tenant"]];
		});
		expect(asked).toEqual([
			[null, undefined, "lobby"],
			// Our class reconnects and is refused. Then the library creates a new source with the
			// ID in its URL, and this source reconnects.
			[null, "2", "lobby"],
			["2", undefined, "lobby"],
			["2", "3", "lobby"],
		]);
		await press(page, "Close");
		await expect.poll(() => site.streams).toBe(0);
	});
});
