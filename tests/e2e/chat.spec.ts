// The chat with the embedded model, without any failures.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/tools.mjs";
import { ChatPage, PATIENCE, text } from "./chat-page.ts";
import { expect, test } from "./fixtures.ts";
import type { Wire } from "./wire.ts";

const reply = (name: string): string => readFileSync(join(root, "www/server/src/replies", `${name}.md`), "utf8");

/** The questions that were sent, as parsed JSON. */
const sent = (wire: Wire) => wire.requests("POST", "/api/chat").map((request) => JSON.parse(request.body));

test("Enter sends one POST, and the model's answer grows piece by piece while the state goes from connecting through open to closed", async ({
	page,
	wire,
}) => {
	const chat = await ChatPage.open(page, wire.origin, 200);
	await expect(chat.state).toHaveText("Idle");
	await expect(chat.send).toBeDisabled();

	const release = wire.holdAfter("id: 30\n");
	await chat.ask("hello");
	await expect(chat.questions).toHaveText("hello");
	await expect(chat.input).toHaveValue("");
	await expect(chat.stop).toBeVisible();
	await expect(chat.send).toBeHidden();

	// A page that waits for the whole body shows no text before the release.
	await chat.waitForText(50);
	const early = await text(chat.answers.last());
	release();
	const answer = await chat.readAnswer(0);
	expect(answer.startsWith(early)).toBe(true);
	expect(early.length).toBeLessThan(answer.length / 2);
	await expect(chat.state).toHaveText("Closed: answer complete");
	await expect(chat.stop).toBeHidden();
	await expect(chat.status).toHaveText("Answer complete");

	const { states, growth } = await chat.record();
	expect(states.map(([state]) => state)).toEqual(["idle", "connecting", "open", "closed"]);
	expect(growth).toEqual([...growth].sort((a, b) => a - b));

	const [request, ...others] = wire.requests("POST", "/api/chat");
	expect(others).toEqual([]);
	expect(JSON.parse(request!.body)).toEqual({ messages: [{ role: "user", content: "hello" }], pace: 200 });
	expect(request!.headers.get("content-type")).toBe("application/json");
	expect(request!.headers.get("accept")).toBe("text/event-stream");
	expect(request!.headers.has("last-event-id")).toBe(false);
});

test("Markdown and CJK text are rendered correctly, and the next question contains the whole conversation", async ({
	page,
	wire,
}) => {
	const chat = await ChatPage.open(page, wire.origin);
	await chat.askAndRead("markdown");
	const first = chat.answers.nth(0);
	await expect(first.getByRole("heading", { name: "A little of everything" })).toBeVisible();
	await expect(first.getByRole("heading")).toHaveText([
		"A little of everything",
		"Lists",
		"Quotation",
		"Table",
		"Code",
		"Small print",
	]);
	await expect(first.locator("strong").first()).toHaveText("Markdown");
	await expect(first.locator("ul ul ul li")).toHaveText("a spring");
	await expect(first.locator("ol").first().locator("> li")).toHaveCount(3);
	await expect(first.locator("blockquote blockquote")).toContainText("the quotation in the quotation");
	await expect(first.getByRole("columnheader")).toHaveText(["Piece", "Bytes", "Note"]);
	await expect(first.getByRole("row").nth(2).getByRole("cell")).toHaveText(["\\n\\n", "2", "the event ends here"]);
	await expect(first.locator(".code-language")).toHaveText(["ts", "rust"]);
	await expect(first.locator("pre code").first().locator(".hljs-keyword").first()).toHaveText("const");
	await expect(first.locator("pre code").last()).toContainText('println!("5 < 7 && 7 > 5");');
	await expect(first.getByRole("link", { name: "link to the HTML Standard" })).toHaveAttribute("href", /^https:/);
	const address = "https://developer.mozilla.org/";
	await expect(first.getByRole("link", { name: address })).toHaveAttribute("href", address);
	// No Markdown syntax is left in rendered text.
	expect(await text(first)).not.toMatch(/\*\*|^#|```|\|:/m);

	const japanese = await chat.askAndRead("日本語で");
	for (const phrase of [
		"流れる文字 · 流动的文字 · 흐르는 글자",
		"行く川の流れは絶えずして",
		"三个字节，网络",
		"𠮷",
		"👩‍🚀",
		"👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇯🇵",
		"강물은 작은 샘에서",
	]) {
		expect(japanese).toContain(phrase);
	}
	expect(japanese).not.toContain("\uFFFD");

	// The history of a third question contains the earlier messages, byte for byte.
	await chat.ask("hello");
	await chat.waitForState("open");
	expect(sent(wire)[2].messages).toEqual([
		{ role: "user", content: "markdown" },
		{ role: "assistant", content: reply("markdown") },
		{ role: "user", content: "日本語で" },
		{ role: "assistant", content: reply("cjk") },
		{ role: "user", content: "hello" },
	]);
});

test("Shift+Enter makes a new line, and an empty question is not sent", async ({ page, wire }) => {
	const chat = await ChatPage.open(page, wire.origin);
	await chat.input.press("Enter");
	await chat.input.fill("  \n ");
	await chat.input.press("Enter");
	await expect(chat.send).toBeDisabled();

	await chat.input.fill("one");
	await chat.input.press("Shift+Enter");
	await chat.input.pressSequentially("two");
	await expect(chat.input).toHaveValue("one\ntwo");
	await chat.input.press("Enter");
	await chat.waitForState("open");
	expect(sent(wire).map(({ messages }) => messages)).toEqual([[{ role: "user", content: "one\ntwo" }]]);
	await expect(chat.questions).toHaveText("one\ntwo");
	await expect(chat.questions.locator(".bubble")).toHaveCSS("white-space", /pre/);
});

test("Escape stops the answer, its text stays as it is, and the next question can be asked", async ({ page, wire }) => {
	const chat = await ChatPage.open(page, wire.origin, 50);
	await chat.ask("markdown");
	await chat.waitForText(60);
	await page.keyboard.press("Escape");
	await expect(chat.state).toHaveText("Closed: stopped");
	await expect(chat.state).toHaveAttribute("data-reason", "caller");
	await expect(chat.answers.first()).toHaveAttribute("data-done", "true");
	await expect(chat.answers.first().locator(".remark")).toHaveText("Stopped");
	const kept = await text(chat.answers.first());
	expect(kept.length).toBeGreaterThanOrEqual(60);

	await chat.setPace();
	await chat.askAndRead("hello");
	expect(await text(chat.answers.first())).toBe(kept);
	const requests = sent(wire);
	expect(requests).toHaveLength(2);
	// The model receives the text that the user has seen.
	const [, stopped] = requests[1].messages;
	expect(stopped.role).toBe("assistant");
	expect(reply("markdown").startsWith(stopped.content)).toBe(true);
});

test("New chat stops the model and clears the conversation", async ({ page, wire }) => {
	const chat = await ChatPage.open(page, wire.origin, 50);
	await chat.ask("markdown");
	await chat.waitForText(20);
	await chat.newChat.click();
	await expect(chat.answers).toHaveCount(0);
	await expect(chat.questions).toHaveCount(0);
	await expect(page.getByTestId("welcome")).toBeVisible();
	await expect(chat.state).toHaveText("Idle");
	await expect(chat.input).toBeFocused();

	await chat.setPace();
	await chat.askAndRead("hello");
	await expect(chat.answers).toHaveCount(1);
	expect(sent(wire)[1].messages).toEqual([{ role: "user", content: "hello" }]);
});

test("the chosen pace is sent with the question, and a click sends a suggestion", async ({ page, wire }) => {
	const chat = await ChatPage.open(page, wire.origin, 195);
	await chat.pace.press("ArrowRight");
	await expect(page.getByTestId("pace-value")).toHaveText("200 tokens/s");
	await page.getByTestId("suggestions").getByRole("button", { name: "A table, please" }).click();
	await expect(chat.answers.last().locator("table").first()).toBeVisible(PATIENCE);
	expect(sent(wire)).toEqual([{ messages: [{ role: "user", content: "A table, please" }], pace: 200 }]);
});
