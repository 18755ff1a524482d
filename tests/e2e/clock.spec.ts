// Tutorial 3: a clock on the page.

import { PATIENCE } from "./chat-page.ts";
import { expect, test } from "./fixtures.ts";

test("every line of the clock appears in order when it is sent, and the page closes on the end event", async ({
	page,
	chat,
}) => {
	let requests = 0;
	page.on("request", (request) => {
		if (request.url().includes("/stream")) requests += 1;
	});
	await page.goto(`${chat.origin}/tutorials/clock.html?interval=40`);
	await page.evaluate(() => {
		const times: number[] = [];
		Object.assign(globalThis, { times });
		const log = document.querySelector('[data-testid="t3-log"]')!;
		new MutationObserver(() => times.push(performance.now())).observe(log, { childList: true });
	});
	const start = page.getByTestId("t3-start");
	const lines = page.getByTestId("t3-log").locator("li");
	await start.click();
	await expect(start).toBeDisabled();
	await expect(lines.last()).toHaveText("Connection closed", PATIENCE);
	await expect(start).toBeEnabled();

	const date = "[A-Z][a-z]{2}, \\d{2} [A-Z][a-z]{2} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT";
	const counts = Array.from({ length: 20 }, (_, count) => new RegExp(`^Data: ${date} count:${count}$`));
	await expect(lines).toHaveText([
		"Connection opened",
		new RegExp(`^Event Type: start, Data: ${date}$`),
		...counts,
		new RegExp(`^Event Type: end, Data: ${date}$`),
		"Connection closed",
	]);
	// Forty milliseconds pass between two ticks. A client that waits for the whole body would print
	// all lines at once.
	const pauses = await page.evaluate(() => {
		const { times } = globalThis as unknown as { times: number[] };
		return times.filter((time, index) => index > 0 && time - times[index - 1]! >= 15).length;
	});
	expect(pauses).toBeGreaterThanOrEqual(10);
	expect(requests).toBe(1);
});
