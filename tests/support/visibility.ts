// Really hides a page, freezes it and disconnects it from the network, as far as each engine
// supports that.
//
// - Chromium and Firefox hide a page behind another tab. WebKitGTK hides it together with its
//   window. Playwright makes Chromium treat every page as visible; `startHidingChromium` starts a
//   browser that does not.
// - Only Chromium can freeze a page, and only a hidden one.
// - When a page is offline, requests fail and open connections continue. The page receives the
//   event, but its workers do not. These tests cannot set WebKitGTK offline.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, expect, type LaunchOptions, type Page } from "@playwright/test";
import { serve } from "../../scripts/lib/process.mjs";
import { tied } from "../../scripts/lib/tied.mjs";
import { WebKitPage } from "./webkit.ts";

/** Redirects stderr, on which Chromium prints its address. */
const WITH_ERRORS = 'exec "$0" "$@" 2>&1';

/** Starts Chromium with one page, whose visibility is the real one. */
export async function startHidingChromium(options: LaunchOptions): Promise<{ page: Page; close(): Promise<void> }> {
	const folder = mkdtempSync(join(tmpdir(), "headwater-chromium-"));
	// The first window that Chromium opens by itself might not be ready when Playwright connects.
	const own = ["--headless", "--no-startup-window", "--remote-debugging-port=0", `--user-data-dir=${folder}`];
	const { program, args } = tied("sh", "-c", WITH_ERRORS, options.executablePath as string, ...own, ...options.args!);
	const { found, stop } = await serve(program, args, /DevTools listening on (\S+)/);
	const close = async () => {
		await stop();
		// The last of the browser's processes may still be writing to the folder.
		await expect(() => rmSync(folder, { recursive: true, force: true })).toPass({ timeout: 10_000 });
	};
	try {
		const browser = await chromium.connectOverCDP(found, { noDefaults: true });
		return { page: await browser.contexts()[0]!.newPage(), close };
	} catch (error) {
		await close();
		throw error;
	}
}

/** Maps each hidden page to the tab in front of it. */
const covers = new WeakMap<Page, Page>();

export async function hide(page: Page): Promise<void> {
	if (page instanceof WebKitPage) {
		await page.minimize();
	} else {
		const cover = page.context().waitForEvent("page");
		await page.evaluate(() => void open("about:blank", "_blank", "noopener"));
		covers.set(page, await cover);
	}
	await expect.poll(() => page.evaluate(() => document.visibilityState)).toBe("hidden");
}

/** Does nothing to a page that is not hidden. */
export async function show(page: Page): Promise<void> {
	if (page instanceof WebKitPage) {
		await page.restore();
	} else {
		await covers.get(page)?.close();
		covers.delete(page);
	}
	await expect.poll(() => page.evaluate(() => document.visibilityState)).toBe("visible");
}

/** Freezes a hidden page, in Chromium only. Playwright can still inspect it. */
export async function freeze(page: Page): Promise<void> {
	await setLifecycleState(page, "frozen");
}

/** Unfreezes the page, which stays hidden. */
export async function thaw(page: Page): Promise<void> {
	await setLifecycleState(page, "active");
}

async function setLifecycleState(page: Page, state: "frozen" | "active"): Promise<void> {
	const session = await page.context().newCDPSession(page);
	await session.send("Page.setWebLifecycleState", { state });
	await session.detach();
}

/** Disconnects the page; not supported in WebKitGTK. */
export async function goOffline(page: Page): Promise<void> {
	await page.context().setOffline(true);
	await expect.poll(() => page.evaluate(() => navigator.onLine)).toBe(false);
}

/** Does nothing to a page that is not offline. */
export async function goOnline(page: Page): Promise<void> {
	await page.context().setOffline(false);
	await expect.poll(() => page.evaluate(() => navigator.onLine)).toBe(true);
}
