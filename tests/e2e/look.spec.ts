// Tests the look of the pages: saves screenshots in test-results/screenshots/ for people, and
// checks the layout at all widths.

import { join } from "node:path";
import type { Page, TestInfo } from "@playwright/test";
import { root } from "../../scripts/lib/tools.mjs";
import { ChatPage, PATIENCE } from "./chat-page.ts";
import { expect, test } from "./fixtures.ts";

const WIDE = { width: 1100, height: 800 };
const PHONE = { width: 360, height: 740 };

async function picture(page: Page, info: TestInfo, name: string): Promise<void> {
	const path = join(root, "test-results", "screenshots", `${info.project.name}-${name}.png`);
	await page.screenshot({ path });
}

/** Expects that nothing is wider than the page. */
async function expectNoSidewaysScroll(page: Page): Promise<void> {
	await expect
		.poll(() => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth))
		.toBeLessThanOrEqual(0);
}

test("the chat page fits the window in both color schemes and on a phone, even with an error shown", async ({
	page,
	chat: server,
}, info) => {
	await page.setViewportSize(WIDE);
	const chat = await ChatPage.open(page, server.origin, null);
	await picture(page, info, "chat-empty");
	await chat.setPace();
	await chat.askAndRead("markdown");
	await page.getByTestId("conversation").evaluate((log) => log.scrollTo(0, 0));
	await picture(page, info, "chat-light");

	// Over WebDriver BiDi, Playwright cannot set Firefox to the dark color scheme.
	if (info.project.name === "chromium") {
		const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
		const light = await background();
		await page.emulateMedia({ colorScheme: "dark" });
		await expect.poll(background).not.toBe(light);
		await picture(page, info, "chat-dark");
		await page.getByTestId("jump").click();
		await picture(page, info, "chat-dark-end");
		await page.emulateMedia({ colorScheme: "light" });
	}

	await page.setViewportSize(PHONE);
	await expectNoSidewaysScroll(page);
	await picture(page, info, "chat-phone");
	await chat.ask("error 401");
	await expect(chat.alert).toBeVisible();
	await expectNoSidewaysScroll(page);
	await picture(page, info, "error-phone");
	await page.setViewportSize(WIDE);
	await picture(page, info, "error");
	await chat.newChat.click();
	await page.setViewportSize(PHONE);
	await expectNoSidewaysScroll(page);
	await picture(page, info, "chat-empty-phone");
});

test("each tutorial's page fits on a wide screen and on a phone", async ({ page, chat: server }, info) => {
	const tutorials = [
		{ name: "spring", run: "t1-send", log: "t1-log", last: "closed: caller" },
		{ name: "subscribe", run: "t2-connect", log: "t2-log", last: /^Start time/ },
		{ name: "clock", run: "t3-start", log: "t3-log", last: "Connection closed" },
	];
	for (const { name, run, log, last } of tutorials) {
		await page.setViewportSize(WIDE);
		await page.goto(`${server.origin}/tutorials/${name}.html?interval=10`);
		const question = page.getByTestId("t1-input");
		if (await question.isVisible()) await question.fill("Where does it begin?");
		await page.getByTestId(run).click();
		await expect(page.getByTestId(log).locator("li").last()).toHaveText(last, PATIENCE);
		await picture(page, info, name);
		await page.setViewportSize(PHONE);
		await expectNoSidewaysScroll(page);
		await picture(page, info, `${name}-phone`);
	}
});
