// How Playwright runs the tests of facade and page: Debian's own Chromium, Firefox and WebKitGTK, found on PATH. `npm test` runs
// the projects that are named after a browser, `npm run test:all` the others.

import { defineConfig, type Project } from "@playwright/test";
import { plainFolder } from "./scripts/build.mjs";
import { findChromium, findFirefox } from "./scripts/lib/tools.mjs";
import type { WorkerOptions } from "./tests/support/browser.ts";

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

const facade = (...names: string[]) => names.map((name) => `facade/${name}.spec.ts`);

/** What takes long: `npm run test:all` runs it. */
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
		"readable-stream-ends",
		"realms",
		"refusals",
		"repeating",
		"timeouts",
		"visibility",
		"worker-ends",
		"workers",
	),
	...["errors", "leaving", "thrown"].flatMap((name) => facade(`fetch-event-source-${name}`)),
	...["bench", "errors", "nesting"].map((name) => `e2e/${name}.spec.ts`),
];

/**
 * No other engine, as it is driven here, can be asked to collect garbage, or reads sources behind the certificate of a test; and
 * two need no engine at all.
 */
const ONLY_IN_CHROMIUM = [
	...facade("conformance", "garbage", "http2", "leaks", "limits"),
	"e2e/bench-workloads.spec.ts",
];

/** Firefox, as it is driven here, reloads a page instead of keeping it. */
const NOT_IN_FIREFOX = facade("back-forward-cache");

/**
 * WebKitGTK takes a cut for the end of the body, encodes ids beyond ASCII twice, and buffers a whole
 * body: see docs/platform-notes.md.
 */
const NOT_IN_WEBKIT = facade("backpressure", "chaos", "chaos-long");

/** In other engines the rest is long, since the browser layer is tested there from Rust too. */
const SHORT_IN_WEBKIT = facade("standard-*", "deviations", "loading", "vectors");
const SHORT_IN_FIREFOX = [
	...SHORT_IN_WEBKIT,
	...facade("delivery", "events", "fetch-event-source", "until"),
	...["accessibility", "chat", "injection"].map((name) => `e2e/${name}.spec.ts`),
];

const ALL = [...facade("*"), "e2e/*.spec.ts"];

const FIREFOX: Project["use"] = {
	browserName: "firefox",
	// Debian's Firefox is driven over WebDriver BiDi; Playwright's own protocol needs its own build.
	channel: "moz-firefox",
	launchOptions: { executablePath: findFirefox() as string },
};

/** These load no package from the scenario server, and would test the default form again. */
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
		{ name: "firefox", testMatch: SHORT_IN_FIREFOX, use: FIREFOX },
		{
			name: "firefox-long",
			testMatch: ALL,
			testIgnore: [...SHORT_IN_FIREFOX, ...ONLY_IN_CHROMIUM, ...NOT_IN_FIREFOX],
			use: FIREFOX,
		},
		// WebKitGTK has only what the facade's tests use of Playwright: see tests/support/webkit.ts.
		{ name: "webkit", testMatch: SHORT_IN_WEBKIT, use: { browserName: "webkit" } },
		{
			name: "webkit-long",
			testMatch: facade("*"),
			testIgnore: [...SHORT_IN_WEBKIT, ...ONLY_IN_CHROMIUM, ...NOT_IN_WEBKIT],
			use: { browserName: "webkit" },
		},
	],
});
