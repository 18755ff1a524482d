// Tests the built site of docs/, with the pages of the chat server behind it.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { serverPath } from "../../scripts/build-server.mjs";
import { buildDocs, serveDocs, siteFolder } from "../../scripts/docs.mjs";
import { root } from "../../scripts/lib/tools.mjs";

let site: Awaited<ReturnType<typeof serveDocs>>;

// The tests run in one worker, because they share a server.
test.describe.configure({ mode: "default" });
test.use({ viewport: { width: 1280, height: 900 } });

test.beforeAll(async () => {
	test.setTimeout(300_000);
	await buildDocs();
	site = await serveDocs(serverPath("headwater-chat"), 0);
});

test.afterAll(() => site?.stop());

/** Every page of the site, as a path. */
const pages = () =>
	readdirSync(siteFolder, { recursive: true, encoding: "utf8" }).filter(
		(file) => file.endsWith(".html") && file !== "404.html",
	);

test("the home page leads to the guide, and the guide to the options", async ({ page }) => {
	const errors: string[] = [];
	page.on("pageerror", (error) => errors.push(error.message));
	await page.goto(site.origin);
	await expect(page.getByRole("heading", { level: 1 })).toContainText("headwater");
	await page.getByRole("link", { name: "Get started" }).click();
	await expect(page.getByRole("heading", { level: 1, name: "Getting started" })).toBeVisible();
	await page.getByRole("complementary").getByRole("link", { name: "Options", exact: true }).click();
	await expect(page.getByRole("heading", { level: 1, name: "Options" })).toBeVisible();
	await expect(page.locator("pre.shiki").first()).toContainText("new EventSource(");
	expect(errors).toEqual([]);
});

test("the search finds an option and opens its section", async ({ page }) => {
	await page.goto(site.origin);
	await page.getByRole("button", { name: "Search" }).click();
	await page.getByRole("searchbox").fill("silenceTimeout");
	const results = page.getByRole("option");
	await expect(results.first()).toBeVisible();
	await results.filter({ hasText: "headwater" }).first().click();
	await expect(page).toHaveURL(/\/[\w/-]+(\.html)?#/);
});

test("the diagrams of the architecture are drawn in the light and the dark color scheme", async ({ page }) => {
	await page.goto(`${site.origin}/architecture.html`);
	const drawn = page.locator(".diagram svg");
	const count = readFileSync(join(root, "docs/architecture.md"), "utf8").match(/^```mermaid$/gm)?.length;
	await expect(drawn).toHaveCount(count!);
	await expect(page.locator(".diagram").getByText("Syntax error")).toHaveCount(0);
	const light = await drawn.first().getAttribute("id");
	await page.getByRole("switch", { name: /dark/i }).first().click();
	await expect(page.locator("html")).toHaveClass(/dark/);
	await expect(drawn.first()).not.toHaveAttribute("id", light!);
});

test("a page keeps braces and angle brackets of code as they are", async ({ page }) => {
	await page.goto(`${site.origin}/recipes/vue.html`);
	await expect(page.locator("main")).toContainText("{{ text }}");
});

test("no page scrolls horizontally on a phone", async ({ page }) => {
	test.setTimeout(180_000);
	await page.setViewportSize({ width: 390, height: 844 });
	const wide: string[] = [];
	for (const file of pages()) {
		await page.goto(`${site.origin}/${file}`, { waitUntil: "load" });
		if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) {
			wide.push(file);
		}
	}
	expect(wide).toEqual([]);
});

test("every link inside the site leads to a page and an anchor", async ({ request }) => {
	const fetched = new Map<string, Promise<{ status: number; anchors: Set<string>; html: string }>>();
	const fetchPage = (path: string) => {
		fetched.set(path, fetched.get(path) ?? readPage(path));
		return fetched.get(path)!;
	};
	async function readPage(path: string) {
		const response = await request.get(`${site.origin}${path}`);
		const html = (response.headers()["content-type"] ?? "").includes("html") ? await response.text() : "";
		const anchors = new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id!));
		return { status: response.status(), anchors, html };
	}
	const broken: string[] = [];
	for (const file of pages()) {
		const { html } = await fetchPage(`/${file}`);
		for (const [, link] of html.matchAll(/<a\b[^>]*?\shref="([^"]*)"/g)) {
			const url = new URL(link!.replaceAll("&amp;", "&"), `${site.origin}/${file}`);
			if (url.origin !== site.origin) {
				continue;
			}
			const { status, anchors } = await fetchPage(url.pathname);
			const anchor = decodeURIComponent(url.hash.slice(1));
			if (status !== 200 || (anchor !== "" && !anchors.has(anchor))) {
				broken.push(`${file}: ${link}`);
			}
		}
	}
	expect(pages().length).toBeGreaterThan(20);
	expect(broken).toEqual([]);
});

test("a tutorial whose stream comes from another origin works through the site's server", async ({ page }) => {
	await page.goto(`${site.origin}/live-pages.html`);
	await page.getByRole("main").getByRole("link", { name: "Push to a user" }).click();
	await expect(page).toHaveURL(/\/live\/tutorials\/subscribe\.html$/);
	await page.getByTestId("t2-connect").click();
	await page.getByTestId("t2-push-user").fill("alice");
	await page.getByTestId("t2-push-text").fill("through the site");
	await expect(page.getByTestId("t2-disconnect")).toBeEnabled();
	await page.getByTestId("t2-push").click();
	await expect(page.getByTestId("t2-log")).toContainText("through the site");
});
