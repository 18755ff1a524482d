// The pages of examples/leptos and examples/yew show events as they arrive, and the source ends
// with its component.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildExample } from "./rust.ts";
import { expect, type Served, serveFiles, test } from "./support.ts";

for (const name of ["leptos", "yew"]) {
	test.describe(name, () => {
		let page: string;
		let served: Served;

		test.beforeAll(async () => {
			const project = await buildExample(name);
			page = join(project, "index.html");
			served = await serveFiles(project);
		});

		test.afterAll(() => served?.stop());

		/** Makes the page listen to this URL. */
		const listenTo = (url: string) => {
			const html = readFileSync(page, "utf8");
			writeFileSync(page, html.replace(/data-url="[^"]*"/, `data-url="${url.replaceAll("&", "&amp;")}"`));
		};

		test("events are shown as they arrive, until the last one", async ({ page, scenario }) => {
			const events = encodeURIComponent("event: token\ndata: <b>1</b>\n\nevent: done\ndata: 2\n\n");
			listenTo(`${scenario.origin}/script?do=type=text/event-stream|chunked|send=${events}`);
			await page.goto(`${served.origin}/index.html`);
			await expect(page.getByRole("status")).toHaveText("done", { timeout: 30_000 });
			await expect(page.getByRole("listitem")).toHaveText(["<b>1</b>", "2"]);
		});

		test("the source ends with its component, and a new component opens a new source", async ({ page, scenario }) => {
			listenTo(`${scenario.origin}/trickle?count=100000&pause=20&key=${name}`);
			const open = async () => (await (await fetch(`${scenario.origin}/log?key=${name}`)).json()).open;
			await page.goto(`${served.origin}/index.html`);
			await expect(page.getByRole("listitem").nth(3)).toBeVisible({ timeout: 30_000 });
			await expect(page.getByRole("status")).toHaveText("listening");
			await page.getByRole("button", { name: "Stop" }).click();
			await expect.poll(open, "the socket is closed").toBe(0);
			await expect(page.getByRole("listitem")).toHaveCount(0);
			await page.getByRole("button", { name: "Listen" }).click();
			await expect(page.getByRole("listitem").nth(3)).toBeVisible();
			expect(await open()).toBe(1);
		});
	});
}
