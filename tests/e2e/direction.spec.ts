// Tests text from right to left in answers, in questions and in the box. The positions of letters
// are measured, because attributes alone say nothing about the layout.

import { join } from "node:path";
import type { Locator } from "@playwright/test";
import { root } from "../../scripts/lib/tools.mjs";
import { ChatPage } from "./chat-page.ts";
import { expect, test } from "./fixtures.ts";

const ARABIC = "مرحبا بالعالم!";
const HEBREW = "שלום עולם.";

const ANSWER = [
	`## ${ARABIC}`,
	`${ARABIC} The word HTML is Latin.`,
	`English first, then ${HEBREW}`,
	`- ${HEBREW}\n- English item.\n  - ${ARABIC}`,
	`> ${HEBREW}`,
	`| ${HEBREW} | ${ARABIC} |\n|---|---|\n| one | ${HEBREW} |`,
	`\`let\` ${ARABIC}`,
	`\`\`\`js\nconst a = "${HEBREW}";\n\`\`\``,
	"1. One.\n2. Two.",
].join("\n\n");

/**
 * Returns the horizontal position of the first occurrence of a text, as the distances of its sides
 * from those of the element.
 */
function place(element: Locator, text: string): Promise<{ left: number; right: number }> {
	return element.evaluate((element, text) => {
		const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
		for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
			const start = node.data.indexOf(text);
			if (start < 0) continue;
			const range = document.createRange();
			range.setStart(node, start);
			range.setEnd(node, start + text.length);
			const inner = range.getBoundingClientRect();
			const outer = element.getBoundingClientRect();
			return { left: inner.left - outer.left, right: outer.right - inner.right };
		}
		throw new Error(`There is no "${text}".`);
	}, text);
}

async function expectFromRight(element: Locator, text: string): Promise<void> {
	const { left, right } = await place(element, text);
	expect(right).toBeLessThan(left);
}

async function expectFromLeft(element: Locator, text: string): Promise<void> {
	const { left, right } = await place(element, text);
	expect(left).toBeLessThan(right);
}

test("each block of a model's answer runs in the direction of its own text, while it arrives and afterwards, and code from left to right", async ({
	page,
	upstream,
	startServer,
}, info) => {
	const server = await startServer(upstream.environment);
	const chat = await ChatPage.open(page, server.origin);
	await chat.ask("مرحبا");
	const asked = await upstream.next();
	const answer = chat.answers.first().locator(".prose");
	const check = async () => {
		await expectFromRight(answer.locator("h3"), ARABIC);
		const mixed = answer.locator("> p").first();
		await expectFromRight(mixed, ARABIC);
		// The punctuation mark at the end of the Arabic part is to the left of it, not at the right
		// edge.
		expect((await place(mixed, "!")).right).toBeGreaterThan((await place(mixed, "مرحبا")).right);
		await expectFromLeft(answer.locator("> p").nth(1), "English");

		const items = answer.locator("ul").first().locator("> li");
		await expectFromRight(items.first(), "שלום");
		// The English item begins beside its list marker too, and its punctuation mark follows its
		// last word.
		await expectFromRight(items.nth(1), "English");
		expect((await place(items.nth(1), "item")).right).toBeGreaterThan((await place(items.nth(1), ".")).right);
		await expectFromRight(items.nth(1).locator("li"), "مرحبا");
		// The markers are in the padding, at the right.
		await expect(answer.locator("ul").first()).toHaveCSS("padding-right", "24px");
		await expect(answer.locator("ul").first()).toHaveCSS("padding-left", "0px");
		await expectFromRight(answer.locator("blockquote"), "שלום");
		await expect(answer.locator("blockquote")).toHaveCSS("border-right-width", "3px");
		await expect(answer.locator("blockquote")).toHaveCSS("border-left-width", "0px");

		// The first column is the one at the right.
		const head = answer.locator("th");
		expect((await head.first().boundingBox())!.x).toBeGreaterThan((await head.nth(1).boundingBox())!.x);
		await expectFromRight(answer.locator("> p").nth(2), ARABIC.slice(0, 5));

		await expectFromLeft(answer.locator("pre code"), "const");
		await expect(answer.locator("pre")).toHaveCSS("direction", "ltr");
		await expect(answer.locator("ol")).toHaveCSS("padding-left", "24px");
		await expectFromLeft(answer.locator("ol li").first(), "One");
	};
	for (let start = 0; start < ANSWER.length; start += 7) asked.say(ANSWER.slice(start, start + 7));
	await expect(answer.locator("ol")).toContainText("Two");
	await check();
	asked.finish();
	await chat.readAnswer(0);
	await check();
	await page.screenshot({ path: join(root, "test-results/screenshots", `${info.project.name}-direction.png`) });
});

test("a block has no direction before its first letter, so that the browser does not search it for each piece", async ({
	page,
	upstream,
	startServer,
}) => {
	const server = await startServer(upstream.environment);
	const chat = await ChatPage.open(page, server.origin);
	await chat.ask("Count");
	const asked = await upstream.next();
	const block = chat.answers.locator(".prose > p");
	asked.say("12 34 ");
	await expect(block).toContainText("34");
	// With dir="auto", 20,000 pieces without a letter took 13 seconds.
	expect(await block.getAttribute("dir")).toBeNull();
	asked.say(ARABIC);
	await expect(block).toHaveAttribute("dir", "rtl");
	await expectFromRight(block, "12");
	asked.finish();
	await chat.readAnswer(0);
	await expect(block).toHaveAttribute("dir", "rtl");
});

test("each paragraph of a question and of the text in the box runs in its own direction", async ({
	page,
	chat: server,
}) => {
	const chat = await ChatPage.open(page, server.origin);
	const question = `${HEBREW}\nEnglish.\n${ARABIC}\n\na line that is much longer than the others`;
	await chat.input.fill(question);
	await expect(chat.input).toHaveCSS("direction", "rtl");
	await expect(chat.input).toHaveCSS("unicode-bidi", "plaintext");
	await chat.input.fill("English");
	await expect(chat.input).toHaveCSS("direction", "ltr");

	await chat.askAndRead(question);
	const bubble = chat.questions.first().locator(".bubble");
	await expectFromRight(bubble, HEBREW);
	await expectFromLeft(bubble, "English.");
	await expectFromRight(bubble, ARABIC);
	// The message itself stays on the user's side.
	const { x, width } = (await bubble.boundingBox())!;
	const { x: left, width: all } = (await chat.questions.first().boundingBox())!;
	expect(x + width).toBe(left + all);
});
