// Runs the examples of README.md and docs/guide/migrating.md, copied unchanged.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { root } from "../../scripts/lib/tools.mjs";
import { event, type Opened, open, prepareProject, serveRecipe, shown, takeUncaught } from "./recipes.ts";
import { expect, test } from "./support.ts";

const QUESTION = "Where does a river begin?";

test.describe("README.md", () => {
	let folder: string;
	test.beforeAll(async () => {
		folder = await prepareProject("examples/readme", "README.md", "ask.ts");
	});

	test("the first example sends a POST, shows each event, and reports how the stream ended and why", async ({
		page,
	}) => {
		const { kitchen, said } = await open(page, folder, "ask.ts");
		const asked = await kitchen.nth(0);
		expect([asked.line, asked.body, asked.headers.authorization]).toEqual([
			"POST /api/chat",
			JSON.stringify({ prompt: QUESTION }),
			"Bearer 1234",
		]);
		asked.send(event("In the "));
		await expect.poll(() => shown(page)).toBe("In the");
		asked.send(event("hills."));
		asked.response.end();
		await expect.poll(() => said).toEqual(["end"]);
		expect(await shown(page)).toBe("In the hills.");

		await page.reload();
		const refused = await kitchen.nth(1);
		refused.response.writeHead(503, { "content-type": "text/plain" }).end("Too many rivers");
		const refusal = "the server responded with status 503 Too many rivers";
		await expect
			.poll(() => said.filter((text) => !text.includes("Failed to load")))
			.toEqual(["end", refusal, "status"]);

		await page.reload();
		const cut = await kitchen.nth(2);
		cut.send(event("In"));
		await expect.poll(() => shown(page)).toBe("In");
		cut.response.destroy();
		await expect.poll(() => said.at(-1)).toBe("interrupted");
		expect(kitchen.lines()).toEqual(Array(3).fill("POST /api/chat"));
		await kitchen.stop();
	});

	test("the iterator example shows the tokens before the stop event, and throws if that event does not come", async ({
		page,
		uncaught,
	}) => {
		const { kitchen } = await open(page, folder, "iterate.ts");
		const token = (text: string) => event(JSON.stringify({ text }), "event: token\n");
		const asked = await kitchen.nth(0);
		asked.send(token("In the ") + token("hills.") + event("null", "event: stop\n") + token(" Or not."));
		await expect.poll(() => shown(page)).toBe("In the hills.");
		await expect.poll(asked.gone, "the stop ends the request").toBe(true);
		expect(uncaught).toEqual([]);

		await page.reload();
		const cut = await kitchen.nth(1);
		cut.send(token("In"));
		cut.response.end();
		await takeUncaught(uncaught, /ended too early/);
		expect(await shown(page)).toBe("In");
		expect(kitchen.lines()).toEqual(Array(2).fill("POST /api/chat"));
		await kitchen.stop();
	});
});

test.describe("docs/guide/migrating.md", () => {
	let folder: string;
	test.beforeAll(async () => {
		folder = await prepareProject("examples/migrating", "docs/guide/migrating.md", "ask.ts");
	});

	/** Writes an edited copy of one of the page's files. Returns its name. */
	function rewrite(file: string, into: string, edit: (code: string) => string): string {
		const code = readFileSync(join(folder, file), "utf8");
		const edited = edit(code);
		expect(edited, "the edit changes the file").not.toBe(code);
		writeFileSync(join(folder, into), edited);
		return into;
	}

	for (const [what, option, preflight] of [
		["continues with the ID in the URL", true, 404],
		["continues if the server allows the header", false, 204],
		["reports lastEventIdParam if it has neither the option nor the server's permission", false, 404],
	] as const) {
		test(`after a cut, a feed of another origin ${what}`, async ({ page }) => {
			const feed = await serveRecipe(folder, ({ line, headers, response, send }) => {
				response.setHeader("Access-Control-Allow-Origin", "*");
				if (line.startsWith("OPTIONS")) {
					response.setHeader("Access-Control-Allow-Headers", preflight === 204 ? "Last-Event-ID" : "");
					response.writeHead(preflight).end();
				} else if (headers["last-event-id"] === "1" || line.endsWith("?lastEventId=1")) {
					send(event("two", "id: 2\n"));
				} else {
					send(event("one", "id: 1\n"));
					response.end();
				}
			});
			const file = rewrite("feed.ts", "own-feed.ts", (code) => {
				const own = code.replace("https://feeds.example", feed.origin);
				return option ? own : own.replace(', { lastEventIdParam: "lastEventId" }', "");
			});
			const { kitchen, said } = await open(page, folder, file);
			await feed.nthSoon(page, 1);
			if (option || preflight === 204) {
				await expect.poll(() => shown(page)).toBe("onetwo");
				const lines = option ? ["GET /feed", "GET /feed?lastEventId=1"] : ["GET /feed", "OPTIONS /feed", "GET /feed"];
				expect(feed.lines()).toEqual(lines);
			} else {
				await expect.poll(() => said.find((text) => text.startsWith("cors"))).toMatch(/lastEventIdParam/);
				expect(await shown(page)).toBe("one");
			}
			await page.goto("about:blank");
			await feed.stop();
			await kitchen.stop();
		});
	}

	/**
	 * Returns the example in the README of the other package's installed version, with our import.
	 */
	const theirs = () => {
		const readme = readFileSync(join(root, "node_modules/@microsoft/fetch-event-source/README.md"), "utf8");
		const [, sample] = /```ts\n(class RetriableError .*?)```/s.exec(readme)!;
		return `import { EventStreamContentType, fetchEventSource } from "headwater";\n${sample}`;
	};
	const POST = "    method: 'POST',\n    body: 'foo=bar',\n";

	test("the example of the other package's README, with GET, continues after a 503, an end and a cut, until a FatalError", async ({
		page,
		uncaught,
	}) => {
		writeFileSync(join(folder, "theirs.ts"), theirs());
		await expectRetries(page, await open(page, folder, "theirs.ts"), uncaught, "GET /api/sse");
	});

	test("the same example with POST ends at the first failure, because onerror returns no number", async ({
		page,
		uncaught,
	}) => {
		writeFileSync(join(folder, "theirs.ts"), theirs().replace("'/api/sse', {\n", `$&${POST}`));
		const { kitchen } = await open(page, folder, "theirs.ts");
		(await kitchen.nth(0)).response.writeHead(503).end();
		await takeUncaught(uncaught, /Error/);
		await page.clock.fastForward(60_000);
		await page.evaluate(() => void fetch("/done"));
		await kitchen.nth(1);
		expect(kitchen.lines()).toEqual(["POST /api/sse", "GET /done"]);
		await kitchen.stop();
	});

	test("the page's example, with POST, continues after a 503, an end and a cut, until a FatalError", async ({
		page,
		uncaught,
	}) => {
		const opened = await open(page, folder, "ask.ts");
		await expectRetries(page, opened, uncaught, "POST /api/sse");
		expect(opened.kitchen.asked.map(({ body }) => body)).toEqual(Array(5).fill('{"foo":"bar"}'));
	});

	test("the page's example, with GET, does the same", async ({ page, uncaught }) => {
		const byGet = rewrite("ask.ts", "get.ts", (code) => code.replace(/ {2}method: .*?\n {2}body: .*?\n/s, ""));
		await expectRetries(page, await open(page, folder, byGet), uncaught, "GET /api/sse");
	});

	async function expectRetries(page: Page, opened: Opened, uncaught: string[], line: string): Promise<void> {
		const { kitchen } = opened;
		(await kitchen.nth(0)).response.writeHead(503).end();
		const ended = await kitchen.nthSoon(page, 1);
		ended.send(event("one"));
		ended.response.end();
		const cut = await kitchen.nthSoon(page, 2);
		cut.send(event("two"));
		cut.response.destroy();
		(await kitchen.nthSoon(page, 3)).response.writeHead(429).end();
		(await kitchen.nthSoon(page, 4)).send(event("the end", "event: FatalError\n"));
		await takeUncaught(uncaught, /the end/);
		await page.clock.fastForward(60_000);
		expect(kitchen.lines()).toEqual(Array(5).fill(line));
		await kitchen.stop();
	}
});
