// Tests the renderer with random and with long Markdown and HTML. Nothing fails, nothing dangerous
// is created, and nothing is requested. The result does not depend on where the text is split into
// pieces.

import { expect, test } from "../support/browser.ts";
import { FORBIDDEN, watchForbidden } from "./forbidden.ts";
import { cut, markdown, numbers } from "./random-markdown.ts";
import { describe, openRendering, type Rendering } from "./rendering-page.ts";

const TEXTS = Number(process.env.HEADWATER_TEXTS ?? 60);

/** Texts that are rendered at the same time. */
const AT_ONCE = 2;

test("random Markdown and HTML is rendered alike wherever it is cut, with no dangerous element and no request", async ({
	page,
}) => {
	const seed = Number(process.env.HEADWATER_SEED ?? Math.floor(Math.random() * 1e9));
	console.log(`seed ${seed}: repeat with HEADWATER_SEED=${seed}`);
	const foreign = await openRendering(page);
	await page.evaluate(watchForbidden, ["#answers", FORBIDDEN] as const);
	await page.evaluate(`globalThis.describe_ = ${describe}`);
	const draw = numbers(seed);
	let characters = 0;

	for (let done = 0; done < TEXTS; done += AT_ONCE) {
		const texts = Array.from({ length: AT_ONCE }, () => markdown(draw));
		const manners = texts.map((text) => [[text], cut(text, draw)]);
		const shown = await page.evaluate(renderAll, manners);
		for (const [index, [whole, pieces]] of shown.entries()) {
			const text = texts[index] as string;
			expect(pieces, `text ${done + index} of seed ${seed}: ${JSON.stringify(text.slice(0, 300))}`).toEqual(whole);
			characters += whole!.join("").length;
		}
	}
	expect(await page.evaluate(() => [...(globalThis as unknown as { found: Set<string> }).found])).toEqual([]);
	expect(await page.evaluate(() => "attacked" in globalThis)).toBe(false);
	expect(foreign).toEqual([]);
	expect(characters).toBeGreaterThan(1000 * TEXTS);
});

/** Renders each text in each manner, all at the same time. Runs in the page. */
async function renderAll(texts: readonly (readonly (readonly string[])[])[]): Promise<string[][][]> {
	const { MarkdownStream, describe_ } = globalThis as unknown as Rendering & { describe_: typeof describe };
	const answers = document.querySelector("#answers")!;
	const render = async (pieces: readonly string[]): Promise<string[]> => {
		const answer = document.createElement("div");
		answer.className = "prose";
		answers.append(answer);
		const stream = new MarkdownStream(answer);
		for (const [index, piece] of pieces.entries()) {
			stream.write(piece);
			// Some pieces share a frame, as they do in the page.
			if (index < 6 || index % 100 === 0) await new Promise(requestAnimationFrame);
		}
		await stream.finish();
		return describe_(answer);
	};
	const shown = await Promise.all(texts.map((manners) => Promise.all(manners.map(render))));
	answers.replaceChildren();
	return shown;
}

const GROWING: Record<string, (count: number) => string> = {
	"a paragraph": (count) => "some words of it ".repeat(count),
	"one word": (count) => "wordwordwordword".repeat(count),
	"lines of a paragraph": (count) => "some words here\n".repeat(count),
	"a line of code": (count) => `\`\`\`js\n${"some words of it ".repeat(count)}`,
	"lines of code": (count) => `\`\`\`\n${"const a = f(b);\n".repeat(count)}`,
	"a table": (count) => `| a | b |\n|---|---|\n${"| cell | *b* |\n".repeat(count)}`,
	"an address": (count) => `[a](https://e.test/${"some/words/of/it".repeat(count)})`,
	"an info string": (count) => `\`\`\`${"some-words-of-it".repeat(count)}`,
	"brackets without an address": (count) => "some [words] [x] ".repeat(count),
	"an open bracket": (count) => `[${"some words of it ".repeat(count)}`,
};

for (const [name, make] of Object.entries(GROWING)) {
	test(`the time to render ${name} is linear in its length`, async ({ page }) => {
		await openRendering(page);
		const session = await page.context().newCDPSession(page);
		await session.send("Performance.enable");
		// The thread's time does not include the time of other programs.
		const threadTime = async () => {
			const { metrics } = await session.send("Performance.getMetrics");
			return metrics.find(({ name }) => name === "ThreadTime")!.value;
		};
		const timed = async (text: string) => {
			const before = await threadTime();
			await page.evaluate(renderOne, text);
			return (await threadTime()) - before;
		};
		const ratios: number[] = [];
		for (let round = 0; round < 5; round += 1) {
			const short = await timed(make(2000));
			ratios.push((await timed(make(8000))) / short);
		}
		ratios.sort((a, b) => a - b);
		// If the time is quadratic, four times as much text takes sixteen times as long.
		expect(ratios[2]).toBeLessThan(9);
	});
}

/** Renders a text, waits for it, and leaves it in the page. Runs in the page. */
async function renderOne(text: string): Promise<void> {
	const { MarkdownStream } = globalThis as unknown as Rendering;
	const answer = document.createElement("div");
	answer.className = "prose";
	document.querySelector("#answers")!.replaceChildren(answer);
	const stream = new MarkdownStream(answer);
	stream.write(text);
	await stream.finish();
}

const LONG: Record<string, string> = {
	"a paragraph": "Some words, **strong ones** and `code`, 日本語。and *more of it* é👩‍🚀. ".repeat(300),
	"strong text": `**${"some words of it, ".repeat(1500)}**`,
	"one word": "wordwordwordword".repeat(1500),
	"Japanese text": "行く川の流れは絶えずして、しかももとの水にあらず。".repeat(800),
	"an item of a list": `- ${"some words of it ".repeat(1500)}\n- next`,
	"lines of a paragraph": "some words here\n".repeat(1500),
	"lines of code": `\`\`\`\n${"const a = f(b);\n\n\tb\n".repeat(2400)}\`\`\``,
	"short and long lines of code": `\`\`\`\n${`${"a = f(b);\n".repeat(900)}${"some words of it ".repeat(600)}\n`.repeat(3)}\`\`\``,
	"a line of code": `\`\`\`\n${"some words of it ".repeat(1500)}\nend\n\`\`\``,
};

for (const [name, text] of Object.entries(LONG)) {
	test(`a long answer of ${name} looks the same as one that is not split, and its copy has the same text`, async ({
		page,
	}) => {
		await openRendering(page);
		await page.evaluate(renderOne, text);
		const [split, whole] = await page.evaluate(async () => {
			const answer = document.querySelector<HTMLElement>(".prose")!;
			const look = () => {
				getSelection()!.selectAllChildren(answer);
				const copied = getSelection()!.toString();
				const { width, height } = answer.getBoundingClientRect();
				return { pieces: answer.querySelectorAll(".piece").length, copied, width, height: Math.round(height) };
			};
			await new Promise(requestAnimationFrame);
			// Once a piece has been in view, the browser remembers its size.
			for (const piece of answer.querySelectorAll<HTMLElement>(".piece")) piece.style.contentVisibility = "visible";
			const split = look();
			for (const piece of answer.querySelectorAll(".piece")) piece.replaceWith(...piece.childNodes);
			answer.normalize();
			return [split, look()];
		});
		expect(split!.pieces).toBeGreaterThan(2);
		expect({ ...split, pieces: 0 }).toEqual({ ...whole, pieces: 0 });
	});
}

test("a paragraph that was split is whole again at another width", async ({ page }) => {
	await openRendering(page);
	await page.evaluate(renderOne, LONG["a paragraph"] as string);
	expect(await page.locator(".piece").count()).toBeGreaterThan(2);
	const text = await page.locator(".prose").textContent();
	await page.setViewportSize({ width: 500, height: 700 });
	await expect(page.locator(".piece")).toHaveCount(0);
	expect(await page.locator(".prose").textContent()).toBe(text);
});

test("a bare address is shown once", async ({ page }) => {
	await openRendering(page);
	await page.evaluate(renderOne, "See https://e.test/a and\nhttps://e.test/b");
	await expect(page.locator("a")).toHaveText(["https://e.test/a", "https://e.test/b"]);
});

test("a tab without animation frames shows all text", async ({ page }) => {
	await openRendering(page);
	await page.evaluate(() => {
		globalThis.requestAnimationFrame = () => 0;
	});
	await page.evaluate(renderOne, "# Title\n\nThe **text** of a hidden tab.");
	await expect(page.locator(".prose")).toHaveText("TitleThe text of a hidden tab.");
});

test("text that the renderer fails on is shown as it is, with everything after it", async ({ page, uncaught }) => {
	await openRendering(page);
	await page.evaluate(() => {
		const create = document.createElement.bind(document);
		document.createElement = ((name: string) => {
			if (name === "em") throw new Error("no emphasis today");
			return create(name);
		}) as typeof document.createElement;
	});
	await page.evaluate(renderOne, `Before it. *Emphasis* and ${"all the rest ".repeat(100)}end.`);
	const shown = (await page.locator(".prose").textContent()) ?? "";
	for (const part of ["Before it.", "Emphasis", "all the rest", "end."]) expect(shown).toContain(part);
	expect(uncaught.splice(0)).toEqual([expect.stringContaining("no emphasis today")]);
});
