// Owns what the tests of the packed package share: projects that are installed, their pages served,
// and what such a page is to show.

import { createServer } from "node:http";
import type { Page } from "@playwright/test";
import sirv from "sirv";
import { install, runInstalled } from "../../scripts/lib/packed.mjs";
import { expect, test } from "../support/browser.ts";
import { listen, type Served } from "../support/listen.ts";

export { expect, install, runInstalled, type Served, test };

/** Serves the files of a folder, as any web server would. */
export async function serveFiles(folder: string, headers: Record<string, string> = {}): Promise<Served> {
	const files = sirv(folder, {
		dev: true,
		setHeaders: (response) => {
			for (const [name, value] of Object.entries(headers)) {
				response.setHeader(name, value);
			}
		},
	});
	return listen(createServer((request, response) => files(request, response)));
}

/**
 * Opens a page of a project at this URL, which is to do what tests/package/apps/plain/app.js does: to POST, by a source of the
 * package's, to the server that its query names, and to show what came and how it ended.
 */
export async function expectAnswer(page: Page, url: string, scenario: { origin: string }): Promise<void> {
	await page.goto(`${url}?server=${encodeURIComponent(scenario.origin)}`);
	await expect(page.locator("output")).toHaveText("token 1 token 2 token 3 (until)", { timeout: 60_000 });
}
