// The browser of a run, with the benchmark's page, and the functions that it provides to the page.

import type { Browser, LaunchOptions, Page, PlaywrightWorkerArgs } from "@playwright/test";
import { hide, show, startHidingChromium } from "../../../tests/support/visibility.ts";
import type { FirstEvent } from "../host.ts";
import type { Options, RowResult } from "../result.ts";
import { tracing } from "./tasks.ts";

interface Bench {
	rows: string[];
	versions: Record<string, string>;
	run(options: Options): Promise<RowResult[]>;
}

type WithBench = typeof globalThis & { bench: Bench };

export async function openBrowser(
	playwright: PlaywrightWorkerArgs["playwright"],
	name: "chromium" | "firefox" | "webkit",
	options: LaunchOptions,
	origin: string,
) {
	const { page, close } = name === "chromium" ? await startHidingChromium(options) : await launch(playwright, name);
	await page.exposeFunction("benchHide", () => hide(page));
	await page.exposeFunction("benchShow", () => show(page));
	await page.exposeFunction("benchFirstEvent", (wanted: FirstEvent) => firstEvent(page, origin, wanted));
	if (name === "chromium") {
		const { start, stop } = tracing(page);
		await page.exposeFunction("benchSlowsDown", () => {});
		await page.exposeFunction("benchHeap", await heapOf(page));
		await page.exposeFunction("benchTrace", start);
		await page.exposeFunction("benchLongestTask", stop);
	}
	const fresh = async () => {
		await page.goto(`${origin}/bench/`);
		await page.waitForFunction(() => "bench" in globalThis);
	};
	return {
		close,
		version: (page.context().browser() as Browser).version(),
		/** Opens a separate page for a picture. */
		newPage: () => page.context().newPage(),
		async about(): Promise<Pick<Bench, "rows" | "versions">> {
			await fresh();
			return page.evaluate(() => {
				const { rows, versions } = (globalThis as WithBench).bench;
				return { rows, versions };
			});
		},
		async run(wanted: Options): Promise<RowResult[]> {
			await fresh();
			const found = await page.evaluate(async (wanted) => {
				const { bench } = globalThis as WithBench;
				return bench.run(wanted).catch((error: Error) => `${error.message}`);
			}, wanted);
			// An Error of the page would come with the stack of a minified script.
			if (typeof found === "string") throw new Error(found);
			return found;
		},
	};
}

async function launch(
	playwright: PlaywrightWorkerArgs["playwright"],
	name: "firefox" | "webkit",
): Promise<{ page: Page; close(): Promise<void> }> {
	// Uses the options of the project, which Playwright supplies.
	const browser = await playwright[name].launch();
	const context = await browser.newContext();
	return { page: await context.newPage(), close: () => browser.close() };
}

/** In a new tab. */
async function firstEvent(
	page: Page,
	origin: string,
	{ contender, delay, init, slowdown }: FirstEvent,
): Promise<number> {
	const query = new URLSearchParams({ contender, delay: `${delay}`, ...(init && { init: "" }) });
	const fresh = await page.context().newPage();
	if (slowdown) {
		const session = await page.context().newCDPSession(fresh);
		await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
	}
	await fresh.goto(`${origin}/bench/first.html?${query}`);
	const found = await fresh.waitForFunction(() => (globalThis as { firstEvent?: number }).firstEvent);
	const milliseconds = (await found.jsonValue()) as number;
	await fresh.close();
	return milliseconds;
}

/** Measures JavaScript values, DOM objects and array buffers, but not WebAssembly memory. */
async function heapOf(page: Page): Promise<() => Promise<number>> {
	const session = await page.context().newCDPSession(page);
	return async () => {
		// The next collection frees the objects that one collection finalizes.
		for (let round = 0; round < 4; round++) {
			await session.send("HeapProfiler.collectGarbage");
		}
		const usage = await session.send("Runtime.getHeapUsage");
		return usage.usedSize + usage.embedderHeapUsedSize + usage.backingStorageSize;
	};
}
