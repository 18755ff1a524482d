// Tutorial 2: one stream per user from another origin, pushing to it, and a server that reaches its
// limit of streams.

import type { Locator, Page } from "@playwright/test";
import { PATIENCE } from "./chat-page.ts";
import { expect, test } from "./fixtures.ts";

/** The page of one user. */
class SubscriberPage {
	readonly lines: Locator;
	readonly stats: Locator;
	readonly connect: Locator;
	/** The URLs of its subscriptions so far. */
	readonly requests: string[] = [];

	constructor(readonly page: Page) {
		this.lines = page.getByTestId("t2-log").locator("li");
		this.stats = page.getByTestId("t2-stats");
		this.connect = page.getByTestId("t2-connect");
		page.on("request", (request) => {
			if (request.url().includes("/subscribe?")) this.requests.push(request.url());
		});
	}

	static async open(page: Page, origin: string): Promise<SubscriberPage> {
		const subscriber = new SubscriberPage(page);
		await page.goto(`${origin}/tutorials/subscribe.html`);
		return subscriber;
	}

	async subscribe(user: string): Promise<void> {
		await this.page.getByTestId("t2-user").fill(user);
		await this.connect.click();
	}

	/** Subscribes and waits for the server's greeting. */
	async join(user: string): Promise<void> {
		const earlier = await this.lines.count();
		await this.subscribe(user);
		await expect(this.lines.nth(earlier + 2)).toHaveText(/^Start time: /, PATIENCE);
	}

	/** Pushes from this page, and expects this result on it. */
	async push(user: string, text: string, result: string | RegExp): Promise<void> {
		await this.page.getByTestId("t2-push-user").fill(user);
		await this.page.getByTestId("t2-push-text").fill(text);
		await this.page.getByTestId("t2-push").click();
		await expect(this.page.getByTestId("t2-push-result")).toHaveText(result, PATIENCE);
	}
}

/** Returns the server's statistics of its streams. */
const stats = async (origin: string): Promise<{ open: number; evicted: number }> =>
	(await fetch(`${origin}/message/sse/stats`)).json();

test("a subscriber across origins receives a greeting, the start time, and exactly the pushed texts", async ({
	page,
	startServer,
}) => {
	const server = await startServer();
	const ann = await SubscriberPage.open(page, server.origin);
	await ann.subscribe("ann");
	const greeting = [
		"Connection open ...",
		"message event: Welcome ann",
		/^Start time: \w{3}, \d{2} \w{3} \d{4} [\d:]+ GMT$/,
	];
	await expect(ann.lines).toHaveText(greeting, PATIENCE);
	await expect(ann.connect).toBeDisabled();
	await expect(ann.stats).toHaveText("1 of 100 places taken, 0 evicted so far");

	// The page uses one name of this server, and the stream uses the other.
	expect(new URL(server.origin).hostname).toBe("127.0.0.1");
	const [address, ...others] = ann.requests;
	expect(others).toEqual([]);
	expect(new URL(address!).hostname).toBe("localhost");

	await ann.push("ann", "Hello, <b>Ann</b> 源流", "Delivered to ann.");
	await ann.push("bob", "Anybody there?", "bob is not connected.");
	await ann.push("ann", "event: evicted\ndata: a lie", "Delivered to ann.");
	await expect(ann.lines).toHaveText([
		...greeting,
		"message event: Hello, <b>Ann</b> 源流",
		// A text box with one line turns the text into one line.
		/^message event: event: evicted\s?data: a lie$/,
	]);

	await page.getByTestId("t2-disconnect").click();
	await expect(ann.lines.last()).toHaveText("Disconnected.");
	await expect(ann.connect).toBeEnabled();
	await expect.poll(() => stats(server.origin), PATIENCE).toMatchObject({ open: 0, evicted: 0 });
	await ann.push("ann", "Are you gone?", "ann is not connected.");
});

test("when the limit is reached the least recently active subscriber receives an event, stays closed and does not reconnect", async ({
	page,
	context,
	startServer,
}) => {
	const server = await startServer({ MAX_STREAMS: "2" });
	const ann = await SubscriberPage.open(page, server.origin);
	const bobsPage = await context.newPage();
	await bobsPage.clock.install();
	const bob = await SubscriberPage.open(bobsPage, server.origin);
	const cat = await SubscriberPage.open(await context.newPage(), server.origin);

	await ann.join("ann");
	await bob.join("bob");
	// A push counts as activity. So bob is now the user who has been inactive for the longest time.
	await bob.push("ann", "Stay awake", "Delivered to ann.");
	await cat.join("cat");
	await expect(bob.lines.last()).toHaveText(
		"Evicted by the server: This server keeps at most 2 streams open, and yours was the least recently active. " +
			"Not reconnecting.",
		PATIENCE,
	);
	await expect(bob.connect).toBeEnabled();
	await bobsPage.clock.fastForward(60_000);

	// The users who stayed still receive pushes. The evicted user does not.
	await cat.push("ann", "You are still there", "Delivered to ann.");
	await expect(ann.lines.last()).toHaveText("message event: You are still there");
	await cat.push("bob", "And you?", "bob is not connected.");
	await expect(cat.stats).toHaveText("2 of 2 places taken, 1 evicted so far");
	expect(bob.requests).toHaveLength(1);
	await expect(bob.lines.last()).toHaveText(/^Evicted by the server: /);

	// The evicted user can return: ann leaves, and bob takes her place.
	await ann.page.getByTestId("t2-disconnect").click();
	await expect.poll(async () => (await stats(server.origin)).open, PATIENCE).toBe(1);
	await bob.join("bob");
	await expect(bob.stats).toHaveText("2 of 2 places taken, 1 evicted so far");
	expect([ann, bob, cat].map(({ requests }) => requests.length)).toEqual([1, 2, 1]);
});

test("a failed connection, and an eviction whose data is not JSON, are shown", async ({ page, startServer }) => {
	const { origin } = await startServer();
	const ann = await SubscriberPage.open(page, origin);
	await page.route("**/subscribe?*", (route) =>
		route.fulfill({
			headers: { "content-type": "text/event-stream", "access-control-allow-origin": "*" },
			body: "event: evicted\ndata: gone.\n\n",
		}),
	);
	await ann.subscribe("ann");
	await expect(ann.lines.last()).toHaveText("Evicted by the server: gone. Not reconnecting.", PATIENCE);
	await page.route("**/subscribe?*", (route) => route.abort());
	await ann.subscribe("ann");
	await expect(ann.lines.last()).toHaveText("Connection close.", PATIENCE);
});
