// The renderer with random Markdown and HTML: nothing fails, nothing dangerous is created, nothing is
// requested, and the result does not depend on the places where the text was cut.

import { expect, test } from "../support/browser.ts";
import { FORBIDDEN, watchForbidden } from "./forbidden.ts";
import { cut, markdown, numbers } from "./random-markdown.ts";
import { describe, openRendering, type Rendering } from "./rendering-page.ts";

const TEXTS = Number(process.env.HEADWATER_TEXTS ?? 60);

/** Texts that are rendered at the same time. */
const AT_ONCE = 2;

test("random Markdown and HTML, cut anywhere, is rendered as in one piece, without danger and without a request", async ({
	page,
}) => {
	test.setTimeout(120_000);
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
