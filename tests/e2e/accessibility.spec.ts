// Tests the chat page with a keyboard and with a screen reader.

import { ChatPage } from "./chat-page.ts";
import { expect, test } from "./fixtures.ts";

test("Tab from the box reaches pace and Send, and Shift+Tab reaches the conversation and New chat", async ({
	page,
	chat: server,
}) => {
	const chat = await ChatPage.open(page, server.origin, null);
	await expect(chat.input).toBeFocused();
	await page.keyboard.type("hello");
	await page.keyboard.press("Tab");
	await expect(chat.pace).toBeFocused();
	await page.keyboard.press("Tab");
	await expect(chat.send).toBeFocused();

	await chat.input.focus();
	const passed: (string | undefined)[] = [];
	const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.testid);
	while (passed.at(-1) !== "new-chat" && passed.length < 10) {
		await page.keyboard.press("Shift+Tab");
		passed.push(await focused());
	}
	expect(passed).toEqual([undefined, undefined, undefined, undefined, "conversation", "new-chat"]);
	await page.keyboard.press("Enter");
	await expect(chat.input).toBeFocused();
});

test("the roles log, status and alert announce the chat, and the focus returns to the box after the model's answer", async ({
	page,
	chat: server,
}) => {
	const chat = await ChatPage.open(page, server.origin, null);
	await expect(page.getByRole("log", { name: "Conversation" })).toBeVisible();
	await expect(page.getByRole("status").and(chat.status)).toHaveAttribute("aria-live", "polite");
	await expect(page.getByRole("textbox", { name: "Your question" })).toBeFocused();
	await expect(page.getByRole("textbox")).toHaveAccessibleDescription(/Enter to send/);
	await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
	const nameless = page.locator("button, a[href], input, textarea").filter({ visible: true });
	for (const control of await nameless.all()) await expect(control).toHaveAccessibleName(/\S/);

	await chat.setPace(200);
	await chat.input.fill("hello");
	await chat.send.click();
	await expect(chat.status).toHaveText("Waiting for the model");
	// The button that was pressed is hidden. The button in its place has the focus.
	await expect(page.getByRole("button", { name: "Stop" })).toBeFocused();
	await expect(chat.answers).toHaveAttribute("aria-busy", "true");
	await chat.readAnswer(0);
	await expect(chat.answers).toHaveAttribute("aria-busy", "false");
	await expect(chat.status).toHaveText("Answer complete");
	await expect(chat.input).toBeFocused();
	await expect(page.getByRole("article")).toHaveCount(2);

	await chat.ask("error 404");
	await expect(page.getByRole("alert")).toHaveText(/^The server does not know this address/);
	await expect(page.getByRole("button", { name: "Retry" })).toBeVisible();
	await expect(chat.input).toBeFocused();
});
