// Owns how a page is really hidden, frozen and cut off from the network, as far as each engine can
// be made to do it.
//
// - Chromium and Firefox hide a page behind another tab, WebKitGTK with its window. Playwright has
// Chromium take every page for visible, so there it takes a browser of `startHidingChromium`. -
// Only Chromium freezes a page when told to, and only a hidden one. - Offline, requests fail and
// connections go on that are open; the page is told, and its workers are not. WebKitGTK, as it is
// driven here, cannot be cut off.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, expect, type LaunchOptions, type Page } from "@playwright/test";
import { serve } from "../../scripts/lib/process.mjs";
import { tied } from "../../scripts/lib/tied.mjs";
import { WebKitPage } from "./webkit.ts";

/** Says where it listens as an error. */
const WITH_ERRORS = 'exec "$0" "$@" 2>&1';

/** Chromium with one page, which it takes for visible only while it is. */
export async function startHidingChromium(options: LaunchOptions): Promise<{ page: Page; close(): Promise<void> }> {
	const folder = mkdtempSync(join(tmpdir(), "headwater-chromium-"));
	// A window of its own might be half made when it is connected to.
	const own = ["--headless", "--no-startup-window", "--remote-debugging-port=0", `--user-data-dir=${folder}`];
	const { program, args } = tied("sh", "-c", WITH_ERRORS, options.executablePath as string, ...own, ...options.args!);
	const { found, stop } = await serve(program, args, /DevTools listening on (\S+)/);
	const close = async () => {
		await stop();
		// The last of its processes may still be writing.
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

/** The tabs in front of hidden pages. */
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

/** Nothing to a page that is not hidden. */
export async function show(page: Page): Promise<void> {
	if (page instanceof WebKitPage) {
		await page.restore();
	} else {
		await covers.get(page)?.close();
		covers.delete(page);
	}
	await expect.poll(() => page.evaluate(() => document.visibilityState)).toBe("visible");
}

/** Only in Chromium, and only a hidden page. Playwright can still look into it. */
export async function freeze(page: Page): Promise<void> {
	await setLifecycleState(page, "frozen");
}

/** It stays hidden. */
export async function thaw(page: Page): Promise<void> {
	await setLifecycleState(page, "active");
}

async function setLifecycleState(page: Page, state: "frozen" | "active"): Promise<void> {
	const session = await page.context().newCDPSession(page);
	await session.send("Page.setWebLifecycleState", { state });
	await session.detach();
}

/** Not in WebKitGTK. */
export async function goOffline(page: Page): Promise<void> {
	await page.context().setOffline(true);
	await expect.poll(() => page.evaluate(() => navigator.onLine)).toBe(false);
}

/** Nothing to a page that is not offline. */
export async function goOnline(page: Page): Promise<void> {
	await page.context().setOffline(false);
	await expect.poll(() => page.evaluate(() => navigator.onLine)).toBe(true);
}
