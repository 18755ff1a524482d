// Tutorial 3: a clock on the page.

import { PATIENCE } from "./chat-page.ts";
import { expect, test } from "./fixtures.ts";

const DATE = "[A-Z][a-z]{2}, \\d{2} [A-Z][a-z]{2} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT";
const FIRST = ["Connection opened", new RegExp(`^Event Type: start, Data: ${DATE}$`)];
const TICKS = Array.from({ length: 20 }, (_, count) => new RegExp(`^Data: ${DATE} count:${count}$`));
const LAST = [new RegExp(`^Event Type: end, Data: ${DATE}$`), "Connection closed"];

test("every line of the clock appears in order when it is sent, and the page closes on the end event", async ({
	page,
	wire,
}) => {
	await page.goto(`${wire.origin}/tutorials/clock.html?interval=1`);
	const start = page.getByTestId("t3-start");
	const lines = page.getByTestId("t3-log").locator("li");
	// A client that waits for the whole body shows no line before the release.
	const release = wire.holdAfter("count:7\n\n");
	await start.click();
	await expect(start).toBeDisabled();
	await expect(lines).toHaveText([...FIRST, ...TICKS.slice(0, 8)], PATIENCE);

	release();
	await expect(lines).toHaveText([...FIRST, ...TICKS, ...LAST], PATIENCE);
	await expect(start).toBeEnabled();
	expect(wire.requests("GET", "/stream?interval=1")).toHaveLength(1);
});
