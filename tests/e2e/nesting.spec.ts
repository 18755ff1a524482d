// Tests malformed Markdown, with unlimited nesting or with brackets that are not links. All its
// text is shown, and the page and the conversation continue to work.

import type { Locator } from "@playwright/test";
import { ChatPage, text } from "./chat-page.ts";
import { expect, test } from "./fixtures.ts";
import type { Upstream } from "./upstream.ts";

/**
 * The depth limit of Markdown, plus the number of elements that a table or a block of code may need
 * inside the deepest element.
 */
const DEEPEST = 32;
const INNERMOST = 8;

interface Kin {
	readonly of: string;
	readonly markdown: string;
	/** The shown text without white space, or texts that it must contain in this order. */
	readonly shown: string | readonly string[];
	/** Whether the parser or the highlighter creates no deep elements from it anyway. */
	readonly shallow?: true;
}

const times = <T>(count: number, one: (index: number) => T): T[] => Array.from({ length: count }, (_, k) => one(k));
const words = (count: number): string[] => times(count, (k) => `w${k}.`);
/** Returns one line for each word, each indented further than the previous one. */
const staircase = (count: number, step: number, mark: (k: number) => string): string =>
	times(count, (k) => `${" ".repeat(step * k)}${mark(k)} w${k}.\n`).join("");
const inTurn = (count: number, ...marks: string[]): string =>
	times(count, (k) => `${marks[k % marks.length]}w${k}. `).join("");

const KIN: readonly Kin[] = [
	{ of: "quotes", markdown: `${">".repeat(3000)}end`, shown: `${">".repeat(3000 - DEEPEST)}end` },
	{
		of: "quotes on each of many lines",
		markdown: times(20, (k) => `${"> ".repeat(200)}w${k}.\n`).join(""),
		shown: times(20, (k) => `${">".repeat(200 - DEEPEST)}w${k}.`).join(""),
	},
	{ of: "lists", markdown: staircase(100, 2, (k) => "-*+"[k % 3] as string), shown: words(100) },
	{
		of: "numbered lists with tasks, in a quote",
		markdown: staircase(80, 4, (k) => `${k + 2}. [${k % 2 ? "x" : " "}]`).replace(/^/gm, "> "),
		shown: [...words(15), ...times(60, (k) => `${k + 20}.w${k + 18}.`)],
	},
	{
		of: "strong and struck text",
		markdown: `${inTurn(400, "**", "~~")}\n\nend`,
		shown: [...words(400), "end"],
	},
	{ of: "emphasis of all kinds", markdown: inTurn(400, "_", "~~", "__", "~~", "*", "~~"), shown: words(400) },
	{
		of: "links and images in strong text",
		markdown: `${inTurn(300, "[", "**", "![", "~~")}${"](https://example.com/a)".repeat(50)}`,
		shown: words(300),
		shallow: true,
	},
	{
		of: "links that are closed",
		markdown: `${inTurn(200, "[", "~~")}${"~~](https://example.com/a)".repeat(100)} end`,
		shown: [...words(200), "](https://example.com/a)", "end"],
	},
	{
		of: "a table in quotes",
		markdown: ["| h1 | h2 |", "| --- | --- |", "| **c1** | `c2` |"].map((row) => `${">".repeat(60)}${row}\n`).join(""),
		shown: ["h1", "h2", "c1", "c2"],
	},
	{
		of: "a heading and a block of code in a list",
		markdown: `${staircase(50, 2, () => "-")}${" ".repeat(100)}# heading\n${" ".repeat(100)}\`\`\`js\ncode()\n\`\`\`\n\nend`,
		shown: [...words(50), "heading", "code()", "end"],
	},
	{
		of: "struck text in LaTeX",
		markdown: `${inTurn(400, "$", "~~", "\\(", "~~")}\n\n$$\nw400.\n$$\n\n\\[\nw401.\n\\]\n`,
		shown: words(402),
		shallow: true,
	},
	{
		of: "comments in code",
		markdown: `\`\`\`rust\n${"/*".repeat(3000)}\n\`\`\`\nend`,
		shown: `rustCopy${"/*".repeat(3000)}end`,
		shallow: true,
	},
];

/**
 * Sends a question, and lets the model's server respond in these pieces. Returns the complete
 * message.
 */
async function hear(chat: ChatPage, upstream: Upstream, question: string, pieces: Iterable<string>): Promise<Locator> {
	const index = await chat.answers.count();
	await chat.ask(question);
	const asked = await upstream.next();
	for (const piece of pieces) asked.say(piece);
	asked.finish();
	await chat.readAnswer(index);
	return chat.answers.nth(index);
}

/** Returns the depth of the most deeply nested element below the message's own. */
function depth(answer: Locator): Promise<number> {
	return answer.locator(".prose").evaluate((root) => {
		const depths = new Map<Element | null, number>([[root, 0]]);
		for (const element of root.querySelectorAll("*")) {
			depths.set(element, (depths.get(element.parentElement) ?? 0) + 1);
		}
		return Math.max(...depths.values());
	});
}

for (const kin of KIN) {
	test(`endlessly nested ${kin.of} are shown with all their text, and the next question works`, async ({
		page,
		upstream,
		startServer,
	}) => {
		const server = await startServer(upstream.environment);
		const chat = await ChatPage.open(page, server.origin);
		for (const [manner, pieces] of [
			["whole", [kin.markdown]],
			["by character", kin.markdown],
		] as const) {
			const answer = await hear(chat, upstream, manner, pieces);
			const shown = (await text(answer)).replaceAll(/\s/g, "");
			if (typeof kin.shown === "string") expect(shown, manner).toBe(kin.shown);
			else {
				let from = 0;
				for (const part of kin.shown) {
					const at = shown.indexOf(part, from);
					expect(at, `${part} of an answer sent ${manner}`).toBeGreaterThanOrEqual(0);
					from = at + part.length;
				}
			}
			expect(await depth(answer), manner).toBeLessThanOrEqual(DEEPEST + INNERMOST);
			if (!kin.shallow) expect(await depth(answer), manner).toBeGreaterThanOrEqual(DEEPEST);
		}

		const last = await hear(chat, upstream, "And now?", ["Still **here**."]);
		expect(await text(last)).toBe("Still here.");
		await expect(chat.questions).toHaveText([/whole/, /by character/, /And now\?/]);
		await expect(chat.answers).toHaveCount(3);
	});
}

test("deep nesting leaves room for its text on a phone", async ({ page, upstream, startServer }) => {
	await page.setViewportSize({ width: 390, height: 800 });
	const server = await startServer(upstream.environment);
	const chat = await ChatPage.open(page, server.origin);
	for (const [markdown, innermost] of [
		[`${"> ".repeat(DEEPEST)}quoted`, "p"],
		[staircase(DEEPEST / 2, 2, () => "-"), "li"],
		[staircase(DEEPEST / 2, 6, () => "1. [ ]"), "li"],
	] as const) {
		const answer = await hear(chat, upstream, "And?", [markdown]);
		const deepest = answer.locator(`.prose ${innermost}:not(:has(${innermost}))`);
		const { left, right } = await deepest.evaluate((element) => element.getBoundingClientRect().toJSON());
		expect(right - left).toBeGreaterThan(80);
		expect(left).toBeGreaterThan(0);
		expect(right).toBeLessThanOrEqual(390);
	}
});

test("brackets that are not part of a link are shown, also if the text arrives in pieces; brackets of links are not", async ({
	page,
	upstream,
	startServer,
}) => {
	const server = await startServer(upstream.environment);
	const chat = await ChatPage.open(page, server.origin);
	for (const [markdown, shown] of [
		["a[0] = b[i] + c[*x*] as in [1].", "a[0] = b[i] + c[x] as in [1]."],
		["![none] and [**strong**] and [open", "![none] and [strong] and [open"],
		["- [left open\n- [x] done [2]\n\nThe [end](https://example.com/).", "[left open done [2]The end."],
		["![seen](https://example.com/a.png) [](u)", "seen [](u)"],
	] as const) {
		for (const pieces of [[markdown], markdown]) {
			const answer = await hear(chat, upstream, "And?", pieces);
			expect((await text(answer)).replaceAll("\n", "").trim()).toBe(shown);
		}
	}
	await expect(chat.answers.locator("a:not([href])")).toHaveCount(0);
});
