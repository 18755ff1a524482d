// Helpers for the tests of the packed package. They install projects, serve their pages, and check
// the text that a page shows.

import { createServer } from "node:http";
import type { Page } from "@playwright/test";
import sirv from "sirv";
import { install, runInstalled } from "../../scripts/lib/packed.mjs";
import { expect, test } from "../support/browser.ts";
import { listen, type Served } from "../support/listen.ts";

export { expect, install, runInstalled, type Served, test };

/** Serves the files of a folder, with these headers. */
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
 * Opens a page of a project that does the same as tests/package/apps/plain/app.js: it sends a POST
 * to the server in its query, and shows the text of the events and the reason of the end.
 */
export async function expectAnswer(page: Page, url: string, scenario: { origin: string }): Promise<void> {
	await page.goto(`${url}?server=${encodeURIComponent(scenario.origin)}`);
	await expect(page.locator("output")).toHaveText("token 1 token 2 token 3 (until)", { timeout: 60_000 });
}
