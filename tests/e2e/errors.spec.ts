// Tests the chat page when the server refuses a request, closes the connection too early, or dies.
// The streams of the embedded model can be resumed.

import { ChatPage, fixChance, PATIENCE, text } from "./chat-page.ts";
import { expect, kill, test } from "./fixtures.ts";

/** The number of attempts before the page gives up. */
const ATTEMPTS = 5;

/**
 * Tests advance a page's clock by this time, in milliseconds. Apart from that, the clock runs as
 * usual.
 */
const LONGEST_WAIT = 30_000;

const REFUSALS = [
	[401, "The server does not allow this request (401). You asked for an error, and this is it: 401 Unauthorized."],
	[404, "The server does not know this address (404). You asked for an error, and this is it: 404 Not Found."],
	[422, "The server refused the request (422). You asked for an error, and this is it: 422 Unprocessable Entity."],
] as const;

test("a refusal is shown in words with the server's reason, and Retry sends the same question again", async ({
	page,
	wire,
}) => {
	const chat = await ChatPage.open(page, wire.origin);
	const asked = () => wire.requests("POST", "/api/chat");
	for (const [status, words] of REFUSALS) {
		const earlier = asked().length;
		await chat.ask(`error ${status}`);
		await expect(chat.alert).toHaveText(words, PATIENCE);
		await expect(chat.state).toHaveText(`Closed: refused with ${status}`);
		await expect(chat.answers).toHaveCount(0);
		expect(asked()).toHaveLength(earlier + 1);

		await chat.retry.click();
		await expect.poll(() => asked().length, PATIENCE).toBe(earlier + 2);
		await expect(chat.alert).toHaveText(words, PATIENCE);
		await expect(chat.questions).toHaveCount(1);
		expect(asked().at(-1)!.body).toBe(asked().at(-2)!.body);
		await chat.newChat.click();
	}
});

test("status 503 is shown at once and retried; after the last attempt the page closes, says why, and Retry starts over", async ({
	page,
	wire,
}) => {
	await page.clock.install();
	const chat = await ChatPage.open(page, wire.origin);
	const asked = () => wire.requests("POST", "/api/chat").length;
	await chat.ask("error 503");
	const words = "You asked for an error, and this is it: 503 Service Unavailable.";
	for (let tries = 1; tries <= ATTEMPTS; tries++) {
		await chat.waitForState("reconnecting");
		expect(asked()).toBe(tries);
		await expect(chat.alert).toHaveText(`The server has a problem (503). ${words} Retrying…`);
		await expect(chat.state).toHaveText(/^Reconnecting in \d+ s$/);
		await expect(chat.retry).toBeHidden();
		await page.clock.fastForward(LONGEST_WAIT);
		await expect.poll(asked, PATIENCE).toBe(tries + 1);
	}
	await chat.waitForState("closed");
	await expect(chat.alert).toHaveText(`The server has a problem (503), even after several retries. ${words}`);
	await expect(chat.state).toHaveText("Closed: gave up retrying");
	await chat.retry.click();
	await expect.poll(asked, PATIENCE).toBe(ATTEMPTS + 2);
});

test("a model's answer that was cut resumes after a countdown and ends like one that was not cut", async ({
	page,
	wire,
}) => {
	await fixChance(page, 0.5);
	const chat = await ChatPage.open(page, wire.origin);
	const whole = await chat.askAndRead("hello");
	await chat.newChat.click();

	await chat.setPace(200);
	await chat.ask("hello, but cut it");
	await chat.waitForState("reconnecting");
	await expect(chat.alert).toHaveText("The connection was lost. Retrying…");
	await expect(chat.answers.last()).toHaveAttribute("data-done", "false");
	expect(await chat.readAnswer(0)).toBe(whole);
	await expect(chat.state).toHaveText("Closed: answer complete");
	await expect(chat.alert).toBeHidden();

	const { states } = await chat.record();
	expect(states.slice(-7)).toEqual([
		["connecting", "Connecting…"],
		["open", "Open"],
		["reconnecting", "Reconnecting in 2 s"],
		["reconnecting", "Reconnecting in 1 s"],
		["connecting", "Connecting…"],
		["open", "Open"],
		["closed", "Closed: answer complete"],
	]);
	const [, cut, resumed, ...others] = wire.requests("POST", "/api/chat");
	expect(others).toEqual([]);
	expect(cut!.headers.has("last-event-id")).toBe(false);
	expect(Number(resumed!.headers.get("last-event-id"))).toBeGreaterThan(100);
	expect(resumed!.body).toBe(cut!.body);
});

test("a model's answer survives a restart of the server without a gap or a repetition", async ({
	page,
	startServer,
}) => {
	await fixChance(page, 0.5);
	const server = await startServer();
	const chat = await ChatPage.open(page, server.origin);
	const whole = await chat.askAndRead("hello");
	await chat.newChat.click();

	await chat.setPace(150);
	await chat.ask("hello");
	await chat.waitForText(80);
	kill(server);
	await chat.waitForState("reconnecting");
	await expect(chat.state).toHaveText(/^Reconnecting in \d s$/);
	await expect(chat.alert).toHaveText(/^The connection was lost\. Retrying…$/);
	const before = await text(chat.answers.first());
	expect(before.length).toBeLessThan(whole.length);

	await startServer({ PORT: new URL(server.origin).port });
	expect(await chat.readAnswer(0)).toBe(whole);
	await expect(chat.alert).toBeHidden();
	await expect(chat.state).toHaveText("Closed: answer complete");
});

test("when the server stays dead the page closes after its attempts, says why, and Retry works once it is back", async ({
	page,
	startServer,
}) => {
	await page.clock.install();
	const server = await startServer();
	const chat = await ChatPage.open(page, server.origin, 100);
	await chat.ask("hello");
	await chat.waitForText(40);
	kill(server);
	await chat.waitForState("reconnecting");
	await expect(async () => {
		await page.clock.fastForward(LONGEST_WAIT);
		await expect(chat.state).toHaveAttribute("data-state", "closed", { timeout: 200 });
	}).toPass(PATIENCE);
	await expect(chat.state).toHaveText("Closed: gave up retrying");
	await expect(chat.alert).toHaveText("The answer was cut off. The connection failed several times in a row.");
	await expect(chat.answers.first().locator(".remark")).toHaveText("Incomplete");

	await startServer({ PORT: new URL(server.origin).port });
	await chat.retry.click();
	await expect(chat.alert).toBeHidden();
	await expect(chat.answers.last().getByRole("heading", { name: "Hello!" })).toBeVisible(PATIENCE);
});

test("Stop during the countdown ends it without another request", async ({ page, wire }) => {
	await page.clock.install();
	const chat = await ChatPage.open(page, wire.origin);
	await chat.ask("error 503");
	await chat.waitForState("reconnecting");
	await page.keyboard.press("Escape");
	await expect(chat.state).toHaveText("Closed: stopped");
	await expect(chat.alert).toBeHidden();
	await page.clock.fastForward(LONGEST_WAIT);
	await chat.askAndRead("hello");
	expect(wire.requests("POST", "/api/chat")).toHaveLength(2);
});
