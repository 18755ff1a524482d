// Tests double clicks, double taps and held keys on the buttons of the chat page.

import type { Locator, Page } from "@playwright/test";
import { ChatPage, PATIENCE } from "./chat-page.ts";
import { expect, test } from "./fixtures.ts";
import type { Wire } from "./wire.ts";

const sent = (wire: Wire) => wire.requests("POST", "/api/chat");

/**
 * The pace is so slow that an answer of the embedded model is still running when a test checks it.
 */
const SLOW = 20;

/** The ways in which an impatient person presses a button at this place. */
const WAYS: Record<string, (page: Page, x: number, y: number) => Promise<void>> = {
	"a double click": (page, x, y) => page.mouse.click(x, y, { clickCount: 2 }),
	"a triple click": (page, x, y) => page.mouse.click(x, y, { clickCount: 3 }),
	"two clicks that the browser does not count as one gesture": async (page, x, y) => {
		await page.mouse.click(x, y);
		await page.mouse.click(x, y);
	},
};

/** Presses at the place where the button is now, even after the button has disappeared. */
async function press(button: Locator, way: string): Promise<void> {
	// Waits until the button no longer moves.
	await button.hover();
	const box = await button.boundingBox();
	if (!box) throw new Error("The button is not visible.");
	await WAYS[way]!(button.page(), box.x + box.width / 2, box.y + box.height / 2);
}

/** Expects that one question has been sent, and that its answer is still running. */
async function expectOneAnswer(chat: ChatPage, wire: Wire): Promise<void> {
	await chat.waitForText(30);
	await expect(chat.questions).toHaveCount(1);
	await expect(chat.answers).toHaveCount(1);
	expect(sent(wire)).toHaveLength(1);
}

for (const way of Object.keys(WAYS)) {
	test(`${way} on Send asks one question, and its answer runs until Stop is pressed`, async ({ page, wire }) => {
		const chat = await ChatPage.open(page, wire.origin, SLOW);
		await chat.input.fill("markdown");
		await press(chat.send, way);
		await expectOneAnswer(chat, wire);

		await chat.stop.click();
		await expect(chat.state).toHaveText("Closed: stopped");
	});

	test(`${way} on Stop stops the answer and leaves the next question in the box`, async ({ page, wire }) => {
		const chat = await ChatPage.open(page, wire.origin, SLOW);
		await chat.ask("markdown");
		await chat.input.fill("the next question");
		await expect(chat.stop).toBeEnabled();
		await press(chat.stop, way);
		await expect(chat.state).toHaveText("Closed: stopped");
		await expect(chat.send).toBeEnabled();
		await expect(chat.input).toHaveValue("the next question");
		expect(sent(wire)).toHaveLength(1);
	});

	test(`${way} on a suggestion asks one question`, async ({ page, wire }) => {
		const chat = await ChatPage.open(page, wire.origin, SLOW);
		await press(page.getByTestId("suggestions").getByRole("button", { name: "Markdown tour" }), way);
		await expectOneAnswer(chat, wire);
	});

	test(`${way} on Retry sends the question once more, also if the server refuses at once`, async ({ page, wire }) => {
		const chat = await ChatPage.open(page, wire.origin);
		await chat.ask("error 404");
		await expect(chat.retry).toBeVisible();
		await expect(chat.retry).toBeEnabled();
		await press(chat.retry, way);
		await expect.poll(() => sent(wire).length, PATIENCE).toBe(2);
		await expect(chat.retry).toBeEnabled();
		expect(sent(wire)).toHaveLength(2);
		await chat.retry.click();
		await expect.poll(() => sent(wire).length, PATIENCE).toBe(3);
	});

	test(`${way} on New chat clears once, keeps the box, and the next question is answered`, async ({ page, wire }) => {
		const chat = await ChatPage.open(page, wire.origin, SLOW);
		await chat.ask("markdown");
		await chat.waitForText(20);
		await chat.input.fill("hello");
		await press(chat.newChat, way);
		await expect(chat.questions).toHaveCount(0);
		await expect(chat.input).toHaveValue("hello");
		await expect(chat.input).toBeFocused();
		await chat.setPace();
		await chat.input.press("Enter");
		await chat.readAnswer(0);
		expect(sent(wire)).toHaveLength(2);
	});

	test(`${way} on Copy copies the code, and the button returns to its name`, async ({ page, wire }) => {
		await page.addInitScript(() => {
			const copied: string[] = [];
			const clipboard = { writeText: async (text: string) => copied.push(text) };
			Object.defineProperty(navigator, "clipboard", { value: clipboard });
			Object.assign(globalThis, { copied });
		});
		const chat = await ChatPage.open(page, wire.origin);
		await chat.askAndRead("show me some code");
		const block = chat.answers.locator(".code-block").first();
		const copy = block.getByRole("button", { name: "Copy code" });
		await copy.scrollIntoViewIfNeeded();
		await press(copy, way);
		await expect(copy).toHaveText("Copied");
		await expect(copy).toHaveText("Copy");
		const code = await block.locator("code").textContent();
		const copied = await page.evaluate(() => (globalThis as unknown as { copied: string[] }).copied);
		expect(new Set(copied)).toEqual(new Set([code]));
	});
}

test("a fourth click in a row on the place of Send stops the model", async ({ page, wire }) => {
	const chat = await ChatPage.open(page, wire.origin, SLOW);
	await chat.input.fill("markdown");
	await press(chat.send, "a triple click");
	await expect(chat.stop).toBeEnabled();
	await page.mouse.down({ clickCount: 4 });
	await page.mouse.up({ clickCount: 4 });
	await expect(chat.state).toHaveText("Closed: stopped");
});

test("Enter held down asks one question, in the box and on Send, and does not stop its answer", async ({
	page,
	wire,
}) => {
	const chat = await ChatPage.open(page, wire.origin, SLOW);
	const hold = async () => {
		// Without a keyup in between, each further keydown is a repetition.
		for (let count = 0; count < 5; count++) await page.keyboard.down("Enter");
		await page.keyboard.up("Enter");
	};
	await chat.input.fill("markdown");
	await hold();
	await expectOneAnswer(chat, wire);
	await chat.newChat.click();

	await chat.input.fill("markdown");
	await chat.send.focus();
	await hold();
	await expect(chat.stop).toBeFocused();
	await chat.waitForText(30);
	expect(sent(wire)).toHaveLength(2);

	// If the key is pressed again, that is intended, however soon it happens.
	await page.keyboard.press("Enter");
	await expect(chat.state).toHaveText("Closed: stopped");
});

test("Enter held down on Retry or New chat does not send the text in the box", async ({ page, wire }) => {
	const chat = await ChatPage.open(page, wire.origin);
	await chat.ask("error 404");
	await expect(chat.retry).toBeEnabled();
	await chat.input.fill("a draft");
	for (const button of [chat.retry, chat.newChat]) {
		await button.focus();
		for (let count = 0; count < 5; count++) await page.keyboard.down("Enter");
		await page.keyboard.up("Enter");
		await expect(chat.input).toBeFocused();
		await expect(chat.input).toHaveValue("a draft");
	}
	await expect(chat.questions).toHaveCount(0);
	await expect.poll(() => sent(wire).length, PATIENCE).toBe(2);
});

test("a double tap on Send asks one question, and its answer runs", async ({ browser, browserName, wire }) => {
	test.skip(browserName === "firefox", "Over WebDriver BiDi, Firefox makes no click of a tap.");
	const context = await browser.newContext({ hasTouch: true, viewport: { width: 390, height: 740 } });
	const page = await context.newPage();
	const chat = await ChatPage.open(page, wire.origin, SLOW);
	await chat.input.fill("markdown");
	const box = (await chat.send.boundingBox())!;
	await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
	await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
	await expectOneAnswer(chat, wire);
	await chat.stop.tap();
	await expect(chat.state).toHaveText("Closed: stopped");
	await context.close();
});
