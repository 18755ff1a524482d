// The text in the box is kept in every situation until it is sent.

import { ChatPage, PATIENCE } from "./chat-page.ts";
import { expect, test } from "./fixtures.ts";

const DRAFT = "  a draft of two lines\n続き 🌊";

test("the text in the box survives a refusal, Stop, New chat and a suggestion, and is removed only when it is sent itself", async ({
	page,
	chat: server,
}) => {
	const chat = await ChatPage.open(page, server.origin, 20);
	await chat.ask("error 404");
	await chat.input.fill(DRAFT);
	await expect(chat.alert).toBeVisible(PATIENCE);
	await expect(chat.input).toHaveValue(DRAFT);
	await chat.retry.click();
	await expect(chat.alert).toBeVisible(PATIENCE);
	await expect(chat.input).toHaveValue(DRAFT);

	await chat.newChat.click();
	await expect(chat.input).toHaveValue(DRAFT);
	await page.getByTestId("suggestions").getByRole("button", { name: "Markdown tour" }).click();
	await chat.waitForText(10);
	await expect(chat.input).toHaveValue(DRAFT);
	await chat.stop.click();
	await expect(chat.input).toHaveValue(DRAFT);
	await chat.newChat.click();
	await expect(chat.input).toHaveValue(DRAFT);

	await chat.setPace();
	await chat.input.press("Enter");
	await expect(chat.input).toHaveValue("");
	await expect(chat.questions).toHaveText(DRAFT.trim());
});

test("the text in the box survives a reload in its tab, with Send ready, and a sent text does not come back", async ({
	page,
	context,
	chat: server,
}) => {
	const chat = await ChatPage.open(page, server.origin);
	await chat.input.fill(DRAFT);
	const { height } = (await chat.input.boundingBox())!;
	await page.reload();
	await expect(chat.input).toHaveValue(DRAFT);
	await expect(chat.send).toBeEnabled();
	// Firefox rounds the height before and after a font is loaded in different ways.
	expect((await chat.input.boundingBox())!.height).toBeGreaterThan(height - 4);

	const other = await ChatPage.open(await context.newPage(), server.origin);
	await expect(other.input).toHaveValue("");

	await chat.input.press("Enter");
	await chat.readAnswer(0);
	await page.reload();
	await expect(chat.input).toHaveValue("");
});

test("when the browser has no room for the draft, it asks before it leaves the page; when there is room again, it does not", async ({
	page,
	chat: server,
}) => {
	const chat = await ChatPage.open(page, server.origin);
	const fill = () =>
		page.evaluate(() => {
			for (let size = 2 ** 24; size >= 1; size /= 2) {
				const text = (sessionStorage.getItem("filler") ?? "") + "x".repeat(size);
				try {
					sessionStorage.setItem("filler", text);
				} catch {
					// This text is too long for the storage.
				}
			}
		});
	await fill();
	await chat.input.pressSequentially("a draft");
	const asked: string[] = [];
	page.on("dialog", async (dialog) => {
		asked.push(dialog.type());
		await dialog.dismiss();
	});
	await page.close({ runBeforeUnload: true });
	await expect.poll(() => asked).toEqual(["beforeunload"]);
	await expect(chat.input).toHaveValue("a draft");

	await page.evaluate(() => sessionStorage.removeItem("filler"));
	await chat.input.press("End");
	await chat.input.pressSequentially("!");
	await page.reload();
	await expect(chat.input).toHaveValue("a draft!");
	expect(asked).toHaveLength(1);
});
