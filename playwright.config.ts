// Configures Playwright for the tests of the facade and the pages. It uses the Chromium, Firefox
// and WebKitGTK that are on PATH, for example Debian's. `npm test` runs the projects that are named
// after a browser, and `npm run test:all` runs the others.

import { defineConfig, type Project } from "@playwright/test";
import { plainFolder } from "./scripts/build.mjs";
import { findChromium, findFirefox } from "./scripts/lib/tools.mjs";
import type { WorkerOptions } from "./tests/support/browser.ts";

/** Without these flags, Chromium contacts servers of its vendor at every start. */
const CHROMIUM_ARGUMENTS = [
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
];

const facade = (...names: string[]) => names.map((name) => `facade/${name}.spec.ts`);

/** The files that take long. Only `npm run test:all` runs them. */
const LONG = [
	...facade(
		"back-forward-cache",
		"chaos",
		"chaos-long",
		"clones",
		"garbage",
		"leaks",
		"limits",
		"origins",
		"page-events",
		"pausing",
		"peers",
		"readable-stream-ends",
		"realms",
		"refusals",
		"repeating",
		"timeouts",
		"vectors",
		"visibility",
		"worker-ends",
		"workers",
	),
	...["errors", "leaving", "thrown"].flatMap((name) => facade(`fetch-event-source-${name}`)),
	...[
		"accessibility",
		"bench",
		"bench-workloads",
		"connecting",
		"direction",
		"drafts",
		"errors",
		"failures",
		"long-questions",
		"look",
		"nesting",
		"pass-through",
		"presses",
		"rendering",
		"spring",
		"subscribe",
		"zoom",
	].map((name) => `e2e/${name}.spec.ts`),
];

/**
 * The files that run only in Chromium. The other engines, with their drivers, cannot collect
 * garbage on request or accept a test's certificate. Two of the files need no browser engine. The
 * limits of the rendering tests are set for Chromium.
 */
const ONLY_IN_CHROMIUM = [
	...facade("conformance", "garbage", "http2", "leaks", "limits"),
	"e2e/bench-workloads.spec.ts",
	"e2e/rendering.spec.ts",
];

/**
 * The files that do not run in Firefox. With this driver, Firefox reloads a page instead of
 * restoring it from the back/forward cache.
 */
const NOT_IN_FIREFOX = facade("back-forward-cache");

/**
 * The files that do not run in WebKitGTK. It treats a lost connection as the end of the body,
 * encodes IDs beyond ASCII twice, and buffers a whole body: see docs/platform-notes.md.
 */
const NOT_IN_WEBKIT = facade("backpressure", "chaos", "chaos-long");

/**
 * The files that `npm test` runs in the other engines. They test that the package loads, reads a
 * stream and fires its events.
 */
const SHORT_IN_WEBKIT = facade("loading", "standard-stream");
const SHORT_IN_FIREFOX = [...SHORT_IN_WEBKIT, ...facade("delivery", "standard-events")];

const ALL = [...facade("*"), "e2e/*.spec.ts"];

const FIREFOX: Project["use"] = {
	browserName: "firefox",
	// An unmodified Firefox supports WebDriver BiDi. Playwright's own protocol needs Playwright's
	// build of Firefox.
	channel: "moz-firefox",
	launchOptions: { executablePath: findFirefox() as string },
};

/**
 * The files that do not load the package from the scenario server. They would only test the default
 * form again.
 */
const NOT_PLAIN = facade("conformance", "http2");

const CHROMIUM: Project["use"] = {
	browserName: "chromium",
	launchOptions: { executablePath: findChromium() as string, args: CHROMIUM_ARGUMENTS },
};

export default defineConfig<object, WorkerOptions>({
	testDir: "tests",
	outputDir: "test-results/playwright",
	fullyParallel: true,
	forbidOnly: true,
	workers: 2,
	// These limits end a test that hangs. They are long, because no test may fail only because the
	// machine is busy.
	timeout: 120_000,
	expect: { timeout: 20_000 },
	reporter: [["list"], ["json", { outputFile: "test-results/playwright.json" }]],
	projects: [
		{ name: "chromium", testMatch: ALL, testIgnore: LONG, use: CHROMIUM },
		{ name: "chromium-long", testMatch: LONG, use: CHROMIUM },
		{
			name: "chromium-plain",
			testMatch: facade("*"),
			testIgnore: [...LONG, ...NOT_PLAIN],
			use: { ...CHROMIUM, packageFolder: plainFolder },
		},
		{ name: "cluster", testMatch: "cluster/*.spec.ts", use: CHROMIUM },
		{ name: "docs", testMatch: "docs/*.spec.ts", use: CHROMIUM },
		{ name: "firefox", testMatch: SHORT_IN_FIREFOX, use: FIREFOX },
		{
			name: "firefox-long",
			testMatch: ALL,
			testIgnore: [...SHORT_IN_FIREFOX, ...ONLY_IN_CHROMIUM, ...NOT_IN_FIREFOX],
			use: FIREFOX,
		},
		// tests/support/webkit.ts implements the parts of Playwright's API that the facade's tests
		// use.
		{ name: "webkit", testMatch: SHORT_IN_WEBKIT, use: { browserName: "webkit" } },
		{
			name: "webkit-long",
			testMatch: facade("*"),
			testIgnore: [...SHORT_IN_WEBKIT, ...ONLY_IN_CHROMIUM, ...NOT_IN_WEBKIT],
			use: { browserName: "webkit" },
		},
	],
});
