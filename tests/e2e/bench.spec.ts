// Tests the benchmark's page as a visitor of the chat page would use it.

import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";

/** A row takes some seconds, and longer on a busy machine. */
const ROW = { timeout: 60_000 };

/** The result that the page returns to the runner. */
interface Found {
	name: string;
	cases: { measures: { contender: string; median: number }[]; comparisons: { median: number }[] }[];
	absent: string[];
}

async function runRow(page: Page, name: string): Promise<void> {
	await page.getByTestId(`bench-row-${name}`).getByRole("button", { name: "Run" }).click();
}

test("the chat page links to the benchmark, whose page has a precise clock and every row", async ({ page, chat }) => {
	await page.goto(chat.origin);
	await page.getByTestId("bench-link").click();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Benchmark");
	expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
	await expect(page.getByTestId("bench-rows").locator("section")).toHaveCount(12);
	await expect(page.getByTestId("bench-machine")).toContainText(/\d cores · .*eventsource \d/);
});

test("a row shows a bar for every contender and their ratios", async ({ page, chat, browserName }) => {
	await page.goto(`${chat.origin}/bench/?only=bursts`);
	const row = page.getByTestId("bench-row-bursts");
	await runRow(page, "bursts");
	await expect(page.getByTestId("bench-run")).toBeDisabled();
	await expect(page.getByTestId("bench-progress")).toHaveText("Done", ROW);
	await expect(row.locator("rect")).toHaveCount(12);
	await expect(row.getByRole("img")).toHaveAccessibleName(/LLM chunks, 170 B: headwater EventSource .* events\/s/);
	const lines = row.getByRole("row");
	await expect(lines).toHaveCount(5);
	// The goals apply only to Chromium.
	const goal = browserName === "chromium" ? "; (met|missed): at least 1\\.00×" : "";
	for (const line of (await lines.all()).slice(1)) {
		await expect(line.getByRole("cell").first()).toHaveText(new RegExp(`^[\\d.]+×[\\d.]+ to [\\d.]+${goal}$`));
	}
	await expect(page.getByTestId("bench-run")).toBeEnabled();

	await page.setViewportSize({ width: 360, height: 740 });
	const tooWide = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
	await expect.poll(() => page.evaluate(tooWide)).toBeLessThanOrEqual(0);
});

test("the page says which rows need the runner", async ({ page, chat }) => {
	await page.goto(`${chat.origin}/bench/?only=memory,sources,first-event`);
	await page.getByTestId("bench-run").click();
	await expect(page.getByTestId("bench-progress")).toHaveText("Done", ROW);
	for (const name of ["memory", "sources", "first-event"]) {
		await expect(page.getByTestId(`bench-row-${name}`)).toContainText(
			/Not run: .* can only be .* by the runner \(npm run bench\)/,
		);
	}
});

test("a missing event ends the run with an error that names the contender", async ({ page, chat }) => {
	await page.route(/\/bench\/expected/, async (route) => {
		const response = await fetch(route.request().url());
		const expected = (await response.json()) as { events: number };
		await route.fulfill({ json: { ...expected, events: expected.events + 1 } });
	});
	await page.goto(`${chat.origin}/bench/?only=bursts`);
	await runRow(page, "bursts");
	const sentence = 'headwater EventSource on LLM chunks, 170 B: "events" is 2000, not 2001, at the end of the stream';
	await expect(page.getByRole("alert")).toHaveText(sentence, ROW);
	await expect(page.getByTestId("bench-progress")).toHaveText("Failed");
});

test("the runner receives the figures of a row as data", async ({ page, chat }) => {
	await page.goto(`${chat.origin}/bench/`);
	const found = await page.evaluate(async () => {
		const { bench } = globalThis as unknown as { bench: { run(options: object): Promise<Found[]> } };
		return bench.run({ only: ["worst"], quick: true });
	});
	expect(found.map(({ name }) => name)).toEqual(["worst"]);
	for (const { measures, comparisons } of found[0]!.cases) {
		expect(measures.map(({ contender }) => contender)).toContain("headwater events(), end to end");
		for (const { median } of [...measures, ...comparisons]) expect(median).toBeGreaterThan(0);
	}
});

test("the error for an unknown row names it and lists the existing rows", async ({ page, chat }) => {
	await page.goto(`${chat.origin}/bench/`);
	const message = await page.evaluate(async () => {
		const { bench } = globalThis as unknown as { bench: { run(options: object): Promise<unknown> } };
		return bench.run({ only: ["flods"] }).catch((error: Error) => error.message);
	});
	expect(message).toMatch(/^There is no row "flods"; the rows are throughput, microsoft, floods, /);
});
