// The package works without a build tool in pages with a Content-Security-Policy, in workers of
// each kind and in the background of an extension.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type LaunchOptions, type Page } from "@playwright/test";
import { expect, expectAnswer, install, runInstalled, type Served, serveFiles, test } from "./support.ts";

const WITH_WASM = "script-src 'self' 'wasm-unsafe-eval'";

/**
 * The expected result: one error without a retry, which names the directive and the value that it
 * needs, and then the end.
 */
const REFUSED =
	/^\(error internal false: (?!.*\(error).*script-src 'self'.*needs script-src 'wasm-unsafe-eval'\)\(internal\)$/;

let folder: string;

test.beforeAll(async () => {
	folder = await install("apps/platform");
	const bundling = ["service-worker-unbundled.js", "--bundle", "--format=iife", "--outfile=service-worker-classic.js"];
	await runInstalled(folder, "esbuild", ...bundling);
});

/** Serves the project while a function uses it. */
async function served(headers: Record<string, string>, use: (served: Served) => Promise<void>): Promise<void> {
	const files = await serveFiles(folder, headers);
	try {
		await use(files);
	} finally {
		await files.stop();
	}
}

const WORKERS = {
	dedicated: "a dedicated module worker",
	shared: "a shared module worker",
	service: "a module service worker",
	"service-classic": "a classic service worker that esbuild has bundled",
};

for (const [html, name] of Object.entries(WORKERS)) {
	test(`${name} streams a POST`, async ({ page, scenario }) => {
		await served({}, ({ origin }) => expectAnswer(page, `${origin}/${html}.html`, scenario));
	});
}

test("a page streams a POST without DecompressionStream", async ({ page, scenario }) => {
	await page.addInitScript(() => {
		Reflect.deleteProperty(globalThis, "DecompressionStream");
	});
	await served({}, async ({ origin }) => {
		await expectAnswer(page, `${origin}/index.html`, scenario);
		expect(await page.evaluate(() => "DecompressionStream" in globalThis)).toBe(false);
	});
});

for (const [entry, file] of Object.entries({ headwater: "index.html", "headwater/slim": "slim.html" })) {
	test(`${entry} streams a POST under script-src 'self' 'wasm-unsafe-eval'`, async ({ page, scenario }) => {
		const policy = `default-src 'none'; ${WITH_WASM}; connect-src 'self' ${scenario.origin}`;
		await served({ "Content-Security-Policy": policy }, ({ origin }) =>
			expectAnswer(page, `${origin}/${file}`, scenario),
		);
	});

	test(`under script-src 'self', ${entry} reports once which directive forbids it`, async ({ page, scenario }) => {
		const policy = `default-src 'none'; script-src 'self'; connect-src 'self' ${scenario.origin}`;
		await served({ "Content-Security-Policy": policy }, async ({ origin }) => {
			await page.goto(`${origin}/${file}?server=${scenario.origin}`);
			await expect(page.locator("output")).toHaveText(REFUSED);
		});
	});
}

/** Loads this folder as an extension, and calls `use` with a new page and the URL of the popup. */
async function withExtension(
	{ args, ...options }: LaunchOptions,
	extension: string,
	use: (page: Page, popup: string) => Promise<void>,
): Promise<void> {
	const profile = mkdtempSync(join(tmpdir(), "headwater-extension-"));
	const loading = [`--disable-extensions-except=${extension}`, `--load-extension=${extension}`];
	const context = await chromium.launchPersistentContext(profile, { ...options, args: [...args!, ...loading] });
	try {
		const background = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"));
		await use(await context.newPage(), new URL("popup.html", background.url()).href);
	} finally {
		await context.close();
		// A process of the browser may still be writing to the folder.
		await expect(() => rmSync(profile, { recursive: true, force: true })).toPass({ timeout: 10_000 });
	}
}

test("the background of an extension streams a POST if its policy has 'wasm-unsafe-eval'", async ({
	launchOptions,
	scenario,
}) => {
	await withExtension(launchOptions, folder, (page, popup) => expectAnswer(page, popup, scenario));
});

test("under the default policy, the background of an extension reports once which directive forbids it", async ({
	launchOptions,
	scenario,
}, testInfo) => {
	const extension = testInfo.outputPath("extension");
	cpSync(folder, extension, { recursive: true });
	const manifest = join(extension, "manifest.json");
	const { content_security_policy: _, ...byDefault } = JSON.parse(readFileSync(manifest, "utf8"));
	writeFileSync(manifest, JSON.stringify(byDefault));
	await withExtension(launchOptions, extension, async (page, popup) => {
		await page.goto(`${popup}?server=${scenario.origin}`);
		await expect(page.locator("output")).toHaveText(REFUSED);
	});
});
