// Tests the chat page in small windows: at 400 % zoom, on phones, and with an on-screen keyboard.
// Saves screenshots in test-results/screenshots/ for people.

import { join } from "node:path";
import type { TestInfo } from "@playwright/test";
import { root } from "../../scripts/lib/tools.mjs";
import { ChatPage, PATIENCE } from "./chat-page.ts";
import { expect, test } from "./fixtures.ts";

/**
 * The first is a window of 1280 × 1024 at 400 % zoom (WCAG 2.2, 1.4.10). The last two are a phone
 * in landscape orientation, without and with an on-screen keyboard.
 */
const WINDOWS = {
	"400 % zoom": { width: 320, height: 256 },
	phone: { width: 390, height: 844 },
	"phone with a keyboard": { width: 390, height: 420 },
	"phone on its side": { width: 844, height: 390 },
	"phone on its side with a keyboard": { width: 844, height: 190 },
};

/** Text in which no line can break, in every kind of block. */
const LONG = "x".repeat(300);
const ANSWER = [
	`# ${LONG}`,
	`${LONG} and \`${LONG}\` and [${LONG}](https://example.com/${LONG}) and **${LONG}**`,
	`- ${LONG}\n  - ${LONG}`,
	`> ${LONG}`,
	`| a | ${LONG} |\n|---|---|\n| ${LONG} | b |`,
	`\`\`\`js\nconst ${LONG} = 1;\n\`\`\``,
	"The end.",
].join("\n\n");

for (const [name, size] of Object.entries(WINDOWS)) {
	test(`in a window of ${size.width} × ${size.height} (${name}) the chat is usable and nothing scrolls sideways`, async ({
		page,
		upstream,
		startServer,
	}, info: TestInfo) => {
		await page.setViewportSize(size);
		const server = await startServer(upstream.environment);
		const chat = await ChatPage.open(page, server.origin);
		const log = page.getByTestId("conversation");
		const picture = (moment: string) =>
			page.screenshot({
				path: join(root, "test-results/screenshots", `${info.project.name}-${size.width}x${size.height}-${moment}.png`),
			});
		const expectFit = async () => {
			const wide = () =>
				page.evaluate(() =>
					[document.documentElement, document.body, document.querySelector(".log")!].map(
						(element) => element.scrollWidth - element.clientWidth,
					),
				);
			await expect.poll(wide).toEqual([0, 0, 0]);
			expect((await log.boundingBox())!.height).toBeGreaterThanOrEqual(Math.min(100, size.height * 0.38));
		};
		await expectFit();
		await picture("empty");

		await chat.input.fill(`${LONG} ${LONG}`);
		await expectFit();
		await chat.input.fill(LONG);
		await chat.input.press("Enter");
		const asked = await upstream.next();
		await expect(chat.stop).toBeInViewport({ ratio: 1 });
		for (let start = 0; start < ANSWER.length; start += 40) asked.say(ANSWER.slice(start, start + 40));
		asked.finish();
		await chat.readAnswer(0);
		await expectFit();
		await expect(chat.answers.getByText("The end.")).toBeInViewport();
		await picture("answer");

		// A failure and its remedy fit into the conversation.
		await chat.ask("again");
		(await upstream.next()).refuse(429, {});
		await expect(chat.alert).toBeInViewport(PATIENCE);
		await expectFit();
		await picture("refusal");
		await chat.retry.click();
		(await upstream.next()).finish();
		await expect(chat.state).toHaveText("Closed: answer complete");

		await page.getByRole("button", { name: "Tutorials" }).click();
		const last = page.locator("#tutorials a").last();
		await last.scrollIntoViewIfNeeded();
		await expect(last).toBeInViewport({ ratio: 0.9 });
		await expectFit();
		await picture("menu");
		await page.keyboard.press("Escape");
		await expect(page.locator("#tutorials")).toBeHidden();

		// The box has room for the text, and Send is beside it.
		await chat.input.fill("the next question\nin two lines");
		await expect(chat.input).toBeInViewport({ ratio: 0.9 });
		await expect(chat.send).toBeInViewport({ ratio: 1 });
		await picture("box");
		await chat.send.click();
		await upstream.next();
		await chat.stop.click();
		await expect(chat.state).toHaveText("Closed: stopped");
	});
}

test("at 400 % zoom every part of the page with the built-in model can be reached", async ({
	page,
	chat: server,
}, info: TestInfo) => {
	await page.setViewportSize(WINDOWS["400 % zoom"]);
	const chat = await ChatPage.open(page, server.origin, null);
	await page.screenshot({ path: join(root, "test-results/screenshots", `${info.project.name}-320x256-pace.png`) });
	const parts = ["model", "state", "new-chat", "bench-link", "suggestions", "pace", "pace-value", "composer-input"];
	for (const name of [...parts, "send", "numbers"]) {
		if (name === "numbers") {
			await chat.setPace();
			await chat.askAndRead("hello");
		}
		const part = page.getByTestId(name);
		await part.scrollIntoViewIfNeeded();
		await expect(part).toBeInViewport({ ratio: 0.5 });
		expect((await part.boundingBox())!.width).toBeGreaterThanOrEqual(24);
	}
	await page.screenshot({ path: join(root, "test-results/screenshots", `${info.project.name}-320x256-done.png`) });
});
