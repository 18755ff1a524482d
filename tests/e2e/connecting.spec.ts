// Tests the hint that the chat page shows when connecting takes long.

import { ChatPage, PATIENCE } from "./chat-page.ts";
import { expect, test } from "./fixtures.ts";

const SLOW = "The server has not responded for five seconds. The page is still waiting. Press Stop to cancel.";
const CROWDED = /^6 other tabs of this page are receiving answers\. .* HTTP\/1\.1, .* close its tab\.$/;

test("after five seconds without a response a hint appears (aria-live polite), and disappears when the server responds", async ({
	page,
	startServer,
}) => {
	const server = await startServer();
	const chat = await ChatPage.open(page, server.origin);
	await expect(chat.hint).toHaveAttribute("aria-live", "polite");
	process.kill(server.pid, "SIGSTOP");
	await chat.ask("hello");
	await chat.waitForState("connecting");
	await expect(chat.hint).toBeEmpty();
	await expect(chat.hint).toHaveText(SLOW, PATIENCE);
	await expect(page.getByRole("status").filter({ hasText: SLOW })).toBeInViewport();
	await expect(chat.state).toHaveText("Connecting…");

	process.kill(server.pid, "SIGCONT");
	await chat.readAnswer(0);
	await expect(chat.hint).toBeEmpty();

	// Stop ends the wait and hides the hint.
	process.kill(server.pid, "SIGSTOP");
	await chat.ask("hello");
	await expect(chat.hint).toHaveText(SLOW, PATIENCE);
	await chat.stop.click();
	await expect(chat.state).toHaveText("Closed: stopped");
	await expect(chat.hint).toBeEmpty();
	process.kill(server.pid, "SIGCONT");
});

test("no hint appears when the server responds, however long the model then takes", async ({
	page,
	upstream,
	startServer,
}) => {
	await page.clock.install();
	const server = await startServer(upstream.environment);
	const chat = await ChatPage.open(page, server.origin);
	await chat.ask("hello");
	const asked = await upstream.next();
	asked.say("One");
	await chat.waitForState("open");
	await page.clock.fastForward(60_000);
	await expect(chat.hint).toBeEmpty();
	asked.finish();
	await chat.readAnswer(0);
	await page.clock.fastForward(60_000);
	await expect(chat.hint).toBeEmpty();
});

test("a seventh tab over HTTP/1.1 is notified that six others are receiving answers, and connects when one of them closes", async ({
	page,
	context,
	browserName,
	upstream,
	startServer,
}) => {
	const server = await startServer(upstream.environment);
	const last = await ChatPage.open(page, server.origin);
	const others: ChatPage[] = [];
	for (let count = 0; count < 6; count++) others.push(await ChatPage.open(await context.newPage(), server.origin));
	for (const other of others) {
		await other.ask("hello");
		(await upstream.next()).say("One");
		await other.waitForState("open");
	}
	await last.page.bringToFront();
	await last.ask("hello");
	await expect(last.hint).toHaveText(CROWDED, PATIENCE);
	// Firefox opens a few more connections for the tab that is visible.
	if (browserName === "chromium") expect(upstream.asked).toHaveLength(6);

	// A closed tab is no longer counted, and its connection becomes free.
	await others[0]!.page.close();
	const asked = await upstream.next();
	asked.say("Two");
	await last.waitForState("open");
	await expect(last.hint).toBeEmpty();
	asked.finish();
	await last.readAnswer(0);
});
