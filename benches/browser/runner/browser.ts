// The browser of a run, with the benchmark's page, and the functions that it provides to the page.

import type { LaunchOptions, Page, PlaywrightWorkerArgs } from "@playwright/test";
import { hide, show } from "../../../tests/support/visibility.ts";
import type { FirstEvent } from "../host.ts";
import type { Options, RowResult } from "../result.ts";
import { DevTools, type Tab } from "./devtools.ts";
import { tracing } from "./tasks.ts";

/** A browser whose page is the benchmark's. */
export interface Bench {
	readonly version: string;
	/** Opens the page again. */
	fresh(): Promise<void>;
	evaluate<T>(expression: string): Promise<T>;
	close(): Promise<void>;
}

/** Opens the benchmark's page in a browser. */
export async function openBench(
	playwright: PlaywrightWorkerArgs["playwright"],
	name: "chromium" | "firefox" | "webkit",
	options: LaunchOptions,
	origin: string,
): Promise<Bench> {
	return name === "chromium" ? openChromium(options, origin) : openOther(playwright, name, origin);
}

/** Runs rows in a fresh page. */
export async function runRows(bench: Bench, wanted: Options): Promise<RowResult[]> {
	await bench.fresh();
	// An Error from the page would contain the stack of a minified script.
	const found = await bench.evaluate<RowResult[] | string>(
		`bench.run(${JSON.stringify(wanted)}).catch((error) => error.message)`,
	);
	if (typeof found === "string") throw new Error(found);
	return found;
}

const READY = `"bench" in globalThis`;

async function openChromium(options: LaunchOptions, origin: string): Promise<Bench> {
	const devTools = new DevTools(options);
	const { product } = await devTools.send("Browser.getVersion");
	const tab = await devTools.open("about:blank");
	const { start, stop } = tracing(devTools);
	const functions = {
		...covering(devTools, tab),
		benchFirstEvent: (wanted: FirstEvent) => firstInTab(devTools, origin, wanted),
		benchSlowsDown: () => {},
		benchHeap: () => heapOf(tab),
		benchTrace: start,
		benchLongestTask: stop,
	};
	return {
		version: `${product}`.replace(/.*\//, ""),
		async fresh() {
			await tab.go(`${origin}/bench/`);
			await tab.waitFor(READY);
			await tab.expose(functions);
		},
		evaluate: (expression) => tab.evaluate(expression),
		close: () => devTools.close(),
	};
}

/** Hides the page behind another tab. */
function covering(devTools: DevTools, tab: Tab) {
	let cover: Tab | undefined;
	return {
		async benchHide(): Promise<void> {
			cover = await devTools.open("about:blank");
			await tab.waitFor("document.hidden");
		},
		async benchShow(): Promise<void> {
			await cover?.close();
			await tab.waitFor("!document.hidden");
		},
	};
}

async function firstInTab(devTools: DevTools, origin: string, wanted: FirstEvent): Promise<number> {
	const tab = await devTools.open("about:blank");
	if (wanted.slowdown) await tab.send("Emulation.setCPUThrottlingRate", { rate: wanted.slowdown });
	await tab.go(firstUrl(origin, wanted));
	const milliseconds = await tab.waitFor<number>("globalThis.firstEvent");
	await tab.close();
	return milliseconds;
}

/** Measures JavaScript values, DOM objects and array buffers, but not WebAssembly memory. */
async function heapOf(tab: Tab): Promise<number> {
	// A second collection frees the objects that the first collection has finalized.
	for (let round = 0; round < 4; round++) {
		await tab.send("HeapProfiler.collectGarbage");
	}
	const usage = (await tab.send("Runtime.getHeapUsage")) as Record<string, number>;
	return usage.usedSize! + usage.embedderHeapUsedSize! + usage.backingStorageSize!;
}

async function openOther(
	playwright: PlaywrightWorkerArgs["playwright"],
	name: "firefox" | "webkit",
	origin: string,
): Promise<Bench> {
	// Uses the options of the project, which Playwright supplies.
	const browser = await playwright[name].launch();
	const page = await (await browser.newContext()).newPage();
	await page.exposeFunction("benchHide", () => hide(page));
	await page.exposeFunction("benchShow", () => show(page));
	await page.exposeFunction("benchFirstEvent", (wanted: FirstEvent) => firstInPage(page, origin, wanted));
	return {
		version: browser.version(),
		async fresh() {
			await page.goto(`${origin}/bench/`);
			await page.waitForFunction(READY);
		},
		evaluate: (expression) => page.evaluate(expression),
		close: () => browser.close(),
	};
}

async function firstInPage(page: Page, origin: string, wanted: FirstEvent): Promise<number> {
	const fresh = await page.context().newPage();
	await fresh.goto(firstUrl(origin, wanted));
	const found = await fresh.waitForFunction("globalThis.firstEvent");
	const milliseconds = (await found.jsonValue()) as number;
	await fresh.close();
	return milliseconds;
}

function firstUrl(origin: string, { contender, delay, init }: FirstEvent): string {
	const query = new URLSearchParams({ contender, delay: `${delay}`, ...(init && { init: "" }) });
	return `${origin}/bench/first.html?${query}`;
}
