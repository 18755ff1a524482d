// Tutorial 1: a question, then ten pieces of an answer and a `stop`.

import type { Page } from "@playwright/test";
import { PATIENCE } from "./chat-page.ts";
import { expect, kill, test } from "./fixtures.ts";

const parts = (page: Page) => ({
	input: page.getByTestId("t1-input"),
	send: page.getByTestId("t1-send"),
	mode: page.getByTestId("t1-mode"),
	question: page.getByTestId("t1-question"),
	answer: page.getByTestId("t1-answer"),
	cursor: page.getByTestId("t1-cursor"),
	lines: page.getByTestId("t1-log").locator("li"),
});

/** A record of the page, in order. */
interface Seen {
	/** The text after each time it grew. */
	readonly texts: string[];
	/** The texts that were shown while a new question could have been sent. */
	readonly sendable: string[];
	/** The texts that were shown while the cursor blinked although the text grew. */
	readonly blinking: string[];
	/** The states of the cursor after each change. */
	readonly cursor: string[];
}

/** Opens the page and records the text, the button and the cursor. */
async function open(page: Page, origin: string, interval: number): Promise<ReturnType<typeof parts>> {
	await page.goto(`${origin}/tutorials/spring.html?interval=${interval}`);
	await page.evaluate(() => {
		const seen: Seen = { texts: [], sendable: [], blinking: [], cursor: [] };
		Object.assign(globalThis, { seen });
		const part = (name: string) => document.querySelector<HTMLElement>(`[data-testid="${name}"]`)!;
		const answer = part("t1-answer");
		new MutationObserver(() => {
			const text = answer.textContent ?? "";
			if (!text) return;
			seen.texts.push(text);
			if (!(part("t1-send") as HTMLButtonElement).disabled) seen.sendable.push(text);
			if (part("t1-cursor").dataset.blinking !== "false") seen.blinking.push(text);
		}).observe(answer, { childList: true, characterData: true, subtree: true });
		const { dataset } = part("t1-cursor");
		new MutationObserver(() => {
			seen.cursor.push(dataset.blinking === "true" ? "blinks" : `stands at ${answer.textContent}`);
		}).observe(part("t1-cursor"), { attributeFilter: ["data-blinking"] });
	});
	return parts(page);
}

const seen = (page: Page) => page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen);

for (const { mode, requests } of [
	{ mode: "two-requests", requests: ["POST /chat/send", "GET /chat/conversation/N?interval=40"] },
	{ mode: "one-post", requests: ["POST /chat/stream?interval=40"] },
]) {
	test(`in the mode ${mode} the answer grows by its ten pieces, the button is disabled meanwhile, and stop ends it`, async ({
		page,
		chat,
	}) => {
		const asked: string[] = [];
		page.on("request", (request) => {
			const { pathname, search } = new URL(request.url());
			if (!pathname.startsWith("/chat/")) return;
			asked.push(`${request.method()} ${pathname.replace(/\d+$/, "N")}${search}`);
		});
		const { input, send, mode: modes, question, answer, cursor, lines } = await open(page, chat.origin, 40);
		await modes.selectOption(mode);
		await input.fill("What <b>next</b>?");
		await input.press("Enter");
		await expect(question).toHaveText("What <b>next</b>?");
		await expect(input).toHaveValue("");

		await expect(lines).toHaveText(["open", "stop", "closed: caller"], PATIENCE);
		await expect(answer).toHaveText("0123456789");
		await expect(send).toBeEnabled();
		const { texts, sendable, blinking } = await seen(page);
		expect(texts).toEqual([..."0123456789"].map((_, index, digits) => digits.slice(0, index + 1).join("")));
		expect(sendable).toEqual([]);
		// The cursor does not blink while text arrives. It begins to blink a short time after the
		// last piece.
		expect(blinking).toEqual([]);
		await expect(cursor).toHaveAttribute("data-blinking", "true");
		expect(asked).toEqual(requests);

		// A second question starts over.
		await input.fill("Again");
		await input.press("Enter");
		await expect(question).toHaveText("Again");
		await expect(lines).toHaveCount(6, PATIENCE);
		await expect(answer).toHaveText("0123456789");
	});
}

test("the cursor blinks between pieces that are far apart, and is steady again with each", async ({ page, chat }) => {
	const { input, answer } = await open(page, chat.origin, 700);
	await input.fill("Slowly");
	await input.press("Enter");
	await expect(answer).toHaveText(/^012/, PATIENCE);
	const { cursor } = await seen(page);
	expect(cursor.slice(0, 6)).toEqual(["blinks", "stands at 0", "blinks", "stands at 01", "blinks", "stands at 012"]);
});

test("a broken connection is shown as CONNECTING when a GET retries, and as CLOSED once the server refuses", async ({
	page,
	startServer,
}) => {
	await page.clock.install();
	const server = await startServer();
	const { input, send, answer, lines } = await open(page, server.origin, 300);
	await input.fill("Will it hold?");
	await input.press("Enter");
	await expect(answer).toHaveText(/^01/, PATIENCE);
	kill(server);
	await expect(lines).toHaveText(["open", "error: CONNECTING, retrying"], PATIENCE);
	await expect(send).toBeDisabled();
	// The new server does not know the question.
	await startServer({ PORT: new URL(server.origin).port });
	await page.clock.fastForward(30_000);
	const refused = ["error: CLOSED", "closed: status"];
	await expect(lines).toHaveText(["open", "error: CONNECTING, retrying", ...refused], PATIENCE);
	await expect(send).toBeEnabled();
});

test("a POST whose connection breaks is shown as CLOSED at once and not repeated", async ({ page, startServer }) => {
	const server = await startServer();
	let posts = 0;
	page.on("request", (request) => {
		if (request.method() === "POST") posts += 1;
	});
	const { input, send, mode, answer, lines } = await open(page, server.origin, 300);
	await mode.selectOption("one-post");
	await input.fill("Will it hold?");
	await input.press("Enter");
	await expect(answer).toHaveText(/^01/, PATIENCE);
	kill(server);
	await expect(lines).toHaveText(["open", "error: CLOSED", "closed: interrupted"], PATIENCE);
	await expect(send).toBeEnabled();
	expect(posts).toBe(1);
});
