// Owns how Playwright runs the tests of facade and page: Debian's own Chromium and Firefox, found on PATH.

import { defineConfig } from "@playwright/test";
import { findChromium, findFirefox } from "./scripts/lib/tools.mjs";

/** Quiet: without these, Chromium tries to reach servers of its maker at every start. */
const CHROMIUM_ARGUMENTS = [
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
];

export default defineConfig({
	testDir: "tests",
	testMatch: ["facade/**/*.spec.ts", "e2e/**/*.spec.ts"],
	outputDir: "test-results/playwright",
	fullyParallel: true,
	forbidOnly: true,
	workers: 2,
	reporter: [["list"], ["json", { outputFile: "test-results/playwright.json" }]],
	projects: [
		{
			name: "chromium",
			use: {
				browserName: "chromium",
				launchOptions: { executablePath: findChromium(), args: CHROMIUM_ARGUMENTS },
			},
		},
		{
			name: "firefox",
			use: {
				browserName: "firefox",
				// Debian's Firefox is driven over WebDriver BiDi; Playwright's own protocol needs its own build.
				channel: "moz-firefox",
				launchOptions: { executablePath: findFirefox() },
			},
		},
	],
});
