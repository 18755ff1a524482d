// A page that tests hide, freeze or disconnect. It is restored after each test.

import type { Page } from "@playwright/test";
import { guard } from "../support/browser.ts";
import { goOnline, show, startHidingChromium, thaw } from "../support/visibility.ts";
import { test as base, expect, Lab } from "./support.ts";

export const test = base.extend<{ tab: Lab }, { hiding: Page }>({
	hiding: [
		async ({ browserName, launchOptions, shared }, use) => {
			if (browserName !== "chromium") {
				await use(shared.page);
				return;
			}
			const { page, close } = await startHidingChromium(launchOptions);
			await guard(page, shared.uncaught);
			await use(page);
			await close();
		},
		{ scope: "worker" },
	],
	tab: async ({ hiding, scenario, browserName, shared }, use) => {
		const lab = new Lab(hiding, scenario.origin, browserName);
		await lab.open();
		await hiding.evaluate(() => {
			const states: string[] = [];
			for (const name of ["visibilitychange", "freeze", "resume"]) {
				document.addEventListener(name, () => states.push(`${name} ${document.visibilityState}`));
			}
			for (const name of ["online", "offline"]) {
				addEventListener(name, () => states.push(name));
			}
			Object.assign(globalThis, { states });
		});
		await use(lab);
		if (browserName === "chromium") {
			await thaw(hiding);
		}
		if (browserName !== "webkit") {
			await goOnline(hiding);
		}
		await show(hiding);
		expect(shared.uncaught, "nothing may be uncaught on the page").toEqual([]);
	},
});

/** Skips a test in browsers that cannot do it. */
export const onlyChromium = (browserName: string) =>
	test.skip(browserName !== "chromium", "only Chromium can freeze a page on command");
export const notInWebKit = (browserName: string) =>
	test.skip(browserName === "webkit", "WebKitGTK's driver cannot disconnect the network");
