// Runs the examples of docs/guide/, copied unchanged.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { run, serve } from "../../scripts/lib/process.mjs";
import { root } from "../../scripts/lib/tools.mjs";
import { freePort } from "../support/free-port.ts";
import { type Asked, bundle, event, open, prepareProject, serveRecipe, shown } from "./recipes.ts";
import { expect, test } from "./support.ts";

const QUESTION = "Where does a river begin?";
const GUIDE = "docs/guide";

/** These pages have tests elsewhere: www/server/tests/it/guide.rs checks the server's page. */
const ELSEWHERE = ["migrating.md", "testing.md", "running-the-server.md"];

const pages = readdirSync(join(root, GUIDE)).map((name) => `${GUIDE}/${name}`);

/** Runs a program, which has to succeed, and returns its output. */
async function outputOf(cwd: string, env: Record<string, string>, ...args: string[]): Promise<string> {
	const { code, output } = await run(process.execPath, args, {
		cwd,
		env: { CI: "1", NODE_ENV: "", ...env },
		capture: true,
	});
	expect(code, output).toBe(0);
	return stripVTControlCharacters(output);
}

test("every code block of the pages has a title, so that a test runs it", () => {
	const recipes = readdirSync(join(root, "docs/recipes")).map((name) => `docs/recipes/${name}`);
	const found = ["README.md", ...pages, ...recipes].flatMap((path) => {
		const text = readFileSync(join(root, path), "utf8");
		const blocks = [...text.matchAll(/(<!-- title="[^"]+" -->\n)?^```(\w+)([^\n]*)\n.*?^```$/gms)];
		const code = blocks.filter(([, , language]) => /^([jt]sx?|mjs|svelte|vue)$/.test(language!));
		return code
			.filter(([, before, , info]) => !before && !/ title="/.test(info!))
			.map(([block]) => `${path}: ${block}`);
	});
	expect(found).toEqual([]);
});

test.describe("docs/guide/", () => {
	let folder: string;
	test.beforeAll(async () => {
		const tested = pages.filter((path) => !ELSEWHERE.some((name) => path.endsWith(name)) && !path.endsWith("rust.md"));
		folder = await prepareProject("examples/guide", tested, "class.ts");
	});

	/** Replaces texts of a file, and returns the name of the edited copy. */
	function rewrite(file: string, into: string, ...edits: [string, string][]): string {
		let code = readFileSync(join(folder, file), "utf8");
		for (const [from, to] of edits) {
			expect(code, `${file} has ${from}`).toContain(from);
			code = code.replaceAll(from, to);
		}
		writeFileSync(join(folder, into), code);
		return into;
	}

	test("getting started: the server and the client print the question, word by word", async () => {
		const port = `${await freePort()}`;
		const server = rewrite("server.mjs", "own-server.mjs", ["8000", port]);
		const client = rewrite("ask.mjs", "own-ask.mjs", ["8000", port]);
		const served = await serve(process.execPath, [join(folder, server)], /(listening) on/);
		const output = await outputOf(folder, {}, client);
		expect(output.trim().split("\n")).toEqual(["You", "asked:", "Where", "does", "a", "river", "begin?"]);
		await served.stop();
	});

	test("getting started: each form gets the events, and reports how the stream ended", async ({ page }) => {
		const price = event("7", "event: price\n");
		const one = await open(page, folder, "class.ts", ({ headers, send, response }) => {
			expect(headers.authorization).toBe("Bearer 1234");
			send(price);
			response.end();
		});
		await one.kitchen.nth(0);
		await expect.poll(() => one.said).toEqual(["open 200", "end true"]);
		expect(await shown(page)).toBe("7");
		await one.kitchen.stop();

		const two = await open(page, folder, "iterator.ts", ({ send }) => send(price + event("", "event: closing\n")));
		await expect.poll(() => two.said).toEqual(["left"]);
		expect(await shown(page)).toBe("7");
		await expect.poll(two.kitchen.asked[0]!.gone, "leaving the loop ends the request").toBe(true);
		await two.kitchen.stop();

		let requests = 0;
		const three = await open(page, folder, "callbacks.ts", ({ send, response }) => {
			send(price);
			if (++requests === 1) {
				setTimeout(() => response.destroy(), 100);
			} else {
				response.end();
			}
		});
		await three.kitchen.nthSoon(page, 1);
		await expect.poll(() => three.said).toEqual(["interrupted true", "over"]);
		expect(await shown(page)).toBe("77");
		await three.kitchen.stop();
	});

	test("getting started: a map of events types the listeners and the loop", async ({ page }) => {
		const price = event(JSON.stringify({ symbol: "HW", price: 1.5 }), "event: price\n");
		const { kitchen, said } = await open(page, folder, "types.ts", ({ send }) => {
			send(price + event("null", "event: closing\n"));
		});
		await expect.poll(() => said).toEqual(["1.50"]);
		await expect.poll(() => shown(page)).toBe("HW");
		for (const asked of kitchen.asked) {
			await expect.poll(asked.gone, "closing ends the request").toBe(true);
		}
		await kitchen.stop();
	});

	test("getting started: the smaller entry point loads its module from the given location", async ({ page }) => {
		mkdirSync(join(folder, "site", "assets"), { recursive: true });
		copyFileSync(
			join(folder, "node_modules/headwater/dist/headwater.wasm"),
			join(folder, "site/assets/headwater.wasm"),
		);
		const { kitchen } = await open(page, folder, "slim.ts", ({ send, response }) => {
			send(event("slim"));
			response.end();
		});
		await expect.poll(() => shown(page)).toBe("slim");
		expect(kitchen.lines()).toEqual(["GET /feed"]);
		await kitchen.stop();
	});

	test("options: the last event ends the source, and so does the signal", async ({ page }) => {
		const { kitchen, said } = await open(page, folder, "options.ts");
		const asked = await kitchen.nth(0);
		const { line, body, headers } = asked;
		expect([line, body, headers.authorization]).toEqual([
			"POST /api/chat",
			JSON.stringify({ prompt: QUESTION }),
			"Bearer 1234",
		]);
		asked.send(event("In the hills.") + event("[DONE]"));
		await expect.poll(() => said).toEqual(["until"]);
		await page.reload();
		(await kitchen.nth(1)).response.writeHead(503).end();
		(await kitchen.nthSoon(page, 2)).send(event("In"));
		await expect.poll(() => shown(page)).toBe("In");
		await page.keyboard.press("Escape");
		await expect.poll(() => said).toEqual(["until", "signal"]);
		await kitchen.stop();
	});

	test("options: each mistake causes an error at once", async ({ page }) => {
		const { kitchen, said } = await open(page, folder, "mistakes.ts");
		await expect.poll(() => said.length).toBe(4);
		expect(said).toEqual([
			expect.stringMatching(/^SyntaxError: /),
			expect.stringMatching(/^TypeError: .*silenceTimeout/),
			expect.stringMatching(/^TypeError: .*body/),
			expect.stringMatching(/^TypeError: .*json/),
		]);
		expect(kitchen.lines()).toEqual([]);
		await kitchen.stop();
	});

	test("reconnecting: a permitted POST is repeated twice, and each answer begins on a clear page", async ({ page }) => {
		const { kitchen, said } = await open(page, folder, "reconnect.ts");
		(await kitchen.nth(0)).response.writeHead(503, { "retry-after": "7" }).end();
		await expect.poll(() => said).toEqual(["status: next request in 7000 ms"]);
		const cut = await kitchen.nthSoon(page, 1);
		cut.send(event("In the"));
		await expect.poll(() => shown(page)).toBe("In the");
		cut.response.destroy();
		await expect.poll(() => said.at(-1)).toMatch(/^interrupted: next request in [1-4]\d\d\d ms$/);
		const again = await kitchen.nthSoon(page, 2);
		again.send(event("A river"));
		await expect.poll(() => shown(page)).toBe("A river");
		again.response.destroy();
		await expect.poll(() => said.at(-1)).toBe("attempts: the end");
		expect(kitchen.lines()).toEqual(Array(3).fill("POST /api/chat"));
		await kitchen.stop();
	});

	test("errors: the event, the promise and the exception have the fields of the failure", async ({ page }) => {
		const { kitchen, said } = await open(page, folder, "errors.ts");
		const json = { "content-type": "application/json" };
		(await kitchen.nth(0)).response.writeHead(422, json).end(JSON.stringify({ error: "no question" }));
		await expect.poll(() => said).toEqual(["422: no question false", "status 422 undefined"]);
		await page.reload();
		(await kitchen.nth(1)).response.writeHead(401).end();
		await expect.poll(() => said.slice(2)).toEqual(["Please log in. false", "status 401 undefined"]);
		await kitchen.stop();

		const caught = await open(page, folder, "caught.ts", ({ send, response }) => {
			send(event("before"));
			setTimeout(() => response.destroy(), 100);
		});
		await expect.poll(() => caught.said.at(-1)).toBe("interrupted 200 1");
		expect(await shown(page)).toBe("before");
		await caught.kitchen.stop();
	});

	test("chat over POST: the answer is shown, a refusal has its text, and the button stops the request", async ({
		page,
	}) => {
		const { kitchen, said } = await open(page, folder, "chat.ts");
		const output = page.locator("body > output").last();
		const token = (text: string) => event(JSON.stringify({ text }));
		const asked = await kitchen.nth(0);
		expect([asked.line, asked.body]).toEqual(["POST /api/chat", JSON.stringify({ prompt: QUESTION })]);
		asked.send(token("In the ") + token("hills.") + event("[DONE]"));
		await expect.poll(() => said).toEqual(["over"]);
		await expect(output).toHaveText("In the hills.");

		await page.reload();
		(await kitchen.nth(1)).response.writeHead(429).end("too many rivers");
		await expect(output).toHaveText("[status: 429 too many rivers]");

		await page.reload();
		const stopped = await kitchen.nth(2);
		stopped.send(token("In"));
		await expect(output).toHaveText("In");
		await page.getByRole("button", { name: "Stop" }).click();
		await expect.poll(stopped.gone).toBe(true);
		await expect(output).toHaveText("In");
		expect(kitchen.lines()).toEqual(Array(3).fill("POST /api/chat"));
		await kitchen.stop();
	});

	for (const [what, holds, chats] of [
		["is renewed after a 401", 2, 2],
		["that is refused each time is renewed three times", Number.POSITIVE_INFINITY, 4],
	] as const) {
		test(`tokens: a token ${what}`, async ({ page }) => {
			let issued = 0;
			const { kitchen } = await open(page, folder, "token.ts", ({ line, headers, response, send }) => {
				if (line === "POST /token") {
					response.end(String(++issued));
				} else if (headers.authorization === `Bearer ${holds}`) {
					send(event("welcome"));
					response.end();
				} else {
					response.writeHead(401).end();
				}
			});
			const attempt = (n: number) => ["POST /token", `POST /api/chat Bearer ${n + 1}`];
			const expected = Array.from({ length: chats }, (_, n) => attempt(n)).flat();
			const requests = () => kitchen.asked.map(({ line, headers }) => `${line} ${headers.authorization ?? ""}`.trim());
			await expect.poll(requests).toEqual(expected);
			await page.clock.fastForward(60_000);
			await page.evaluate(() => void fetch("/done"));
			await kitchen.nth(expected.length);
			expect(requests()).toEqual([...expected, "GET /done"]);
			await kitchen.stop();
		});
	}

	test("an answer is complete after refusals and cuts, and GETs continue it after an event", async ({ page }) => {
		const { kitchen, said } = await open(page, folder, "go-on.ts");
		(await kitchen.nth(0)).response.writeHead(503).end();
		const cutBefore = await kitchen.nthSoon(page, 1);
		cutBefore.send(": nothing yet\n\n");
		cutBefore.response.destroy();
		(await kitchen.nthSoon(page, 2)).send(event("In the ", "id: 1\n"));
		await expect.poll(() => shown(page)).toBe("In the");
		kitchen.asked[2]!.response.destroy();
		(await kitchen.nthSoon(page, 3)).response.writeHead(503).end();
		const ended = await kitchen.nthSoon(page, 4);
		ended.send(event("hills", "id: 2\n"));
		ended.response.end();
		(await kitchen.nthSoon(page, 5)).send(event(".", "id: 3\n") + event("[DONE]", "id: 4\n"));
		await expect.poll(() => said.at(-1)).toBe("until");
		expect(await shown(page)).toBe("In the hills.[DONE]");

		const { id, prompt } = JSON.parse(kitchen.asked[0]!.body);
		expect([id, prompt]).toEqual([expect.stringMatching(/^[\da-f-]{36}$/), QUESTION]);
		const requests = kitchen.asked.map(({ line, body, headers }) => [line, body, headers["last-event-id"]]);
		const post = ["POST /api/answers", kitchen.asked[0]!.body, undefined];
		const get = (last: string) => [`GET /api/answers/${id}`, "", last];
		expect(requests).toEqual([post, post, post, get("1"), get("1"), get("2")]);
		await kitchen.stop();
	});

	test("a chat gives up after five tries without progress", async ({ page }) => {
		const refuse = ({ response }: Asked) => response.writeHead(503).end();
		const { kitchen, said } = await open(page, folder, "go-on.ts", refuse);
		await kitchen.nthSoon(page, 5);
		await expect.poll(() => said.at(-1)).toBe("attempts");
		expect(kitchen.lines()).toEqual(Array(6).fill("POST /api/answers"));
		await kitchen.stop();
	});

	test("workers: a worker posts the events and the last failure to its page", async ({ page }) => {
		await bundle(folder, "worker.ts", "worker.js");
		const { kitchen } = await open(page, folder, "page.ts");
		const feed = await kitchen.nth(0);
		expect(feed.line).toBe("GET /feed");
		feed.send(event("one ") + event("two "));
		await expect.poll(() => shown(page)).toBe("one two");
		await page.reload();
		(await kitchen.nth(1)).response.writeHead(404).end();
		await expect.poll(() => shown(page)).toBe("status");
		await kitchen.stop();
	});

	test("workers: two tabs share the connection of a shared worker", async ({ page, context }) => {
		await bundle(folder, "shared.ts", "shared.js");
		const { kitchen } = await open(page, folder, "tab.ts");
		const feed = await kitchen.nth(0);
		feed.send(event("one "));
		await expect.poll(() => shown(page)).toBe("one");
		const other = await context.newPage();
		await other.goto(kitchen.origin);
		const both = async () => {
			feed.send(event("more "));
			return [await shown(page), await shown(other)].every((text) => text.includes("more"));
		};
		await expect.poll(both).toBe(true);
		expect(kitchen.lines()).toEqual(["GET /feed"]);
		await other.close();
		await kitchen.stop();
	});

	for (const [what, needed] of [
		["works under the policy of its server", "'wasm-unsafe-eval'"],
		["fails under a policy without 'wasm-unsafe-eval'", ""],
	] as const) {
		test(`CSP and CORS: a page ${what}`, async ({ page }) => {
			const port = `${await freePort()}`;
			const file = rewrite("feeds.mjs", "own-feeds.mjs", ["8000", port], ["'wasm-unsafe-eval'", needed]);
			const served = await serve(process.execPath, [join(folder, file)], /(listening) on/);
			await bundle(folder, "feed.ts");
			const script = readFileSync(join(folder, "site/main.js"), "utf8");
			await page.route("**/main.js", (route) => route.fulfill({ contentType: "text/javascript", body: script }));
			const said: string[] = [];
			page.on("console", (message) => message.type() !== "error" && said.push(message.text()));
			await page.goto(`http://127.0.0.1:${port}/`);
			await expect.poll(() => said).toEqual([needed ? "caller" : "internal"]);
			expect(await shown(page)).toBe(needed ? "event 1 event 2" : "");
			await served.stop();
		});
	}

	for (const [what, header] of [
		["continues after the first event", "Last-Event-ID"],
		["gets no more than the first event if the server does not allow Last-Event-ID", "X-Other"],
	] as const) {
		test(`CSP and CORS: a page of the allowed origin ${what}`, async ({ page }) => {
			await bundle(folder, "feed.ts");
			const kitchen = await serveRecipe(folder);
			const port = `${await freePort()}`;
			const edits: [string, string][] = [
				["8000", port],
				["https://app.example", kitchen.origin],
				["Content-Type, Last-Event-ID", `Content-Type, ${header}`],
			];
			const file = rewrite("feeds.mjs", "own-feeds.mjs", ...edits);
			const served = await serve(process.execPath, [join(folder, file)], /(listening) on/);
			const preflights: string[] = [];
			page.on("requestfailed", (request) => preflights.push(request.url()));
			await page.goto(`${kitchen.origin}/?feed=${encodeURIComponent(`http://127.0.0.1:${port}/feed`)}`);
			if (header === "Last-Event-ID") {
				await expect.poll(() => shown(page)).toBe("event 1 event 2");
			} else {
				await expect.poll(() => preflights.length).toBeGreaterThan(0);
				expect(await shown(page)).toBe("event 1");
			}
			await page.goto("about:blank");
			await served.stop();
			await kitchen.stop();
		});
	}
});

test.describe("docs/guide/testing.md", () => {
	let folder: string;
	test.beforeAll(async () => {
		folder = await prepareProject("examples/testing", "docs/guide/testing.md", "chat.ts");
	});

	for (const environment of ["node", "jsdom", "happy-dom"]) {
		test(`its tests pass in vitest, environment ${environment}`, async () => {
			const output = await outputOf(folder, {}, "node_modules/vitest/vitest.mjs", "run", "--environment", environment);
			expect(output).toMatch(/^ +Tests +8 passed \(8\)$/m);
		});
	}

	for (const environment of ["node", "jest-fixed-jsdom"]) {
		test(`its test passes in Jest, environment ${environment}`, async () => {
			const code = readFileSync(join(folder, "chat.jest.js"), "utf8");
			writeFileSync(
				join(folder, "chat.jest.js"),
				code.replace(/@jest-environment \S+/, `@jest-environment ${environment}`),
			);
			const env = { NODE_OPTIONS: "--experimental-vm-modules" };
			expect(await outputOf(folder, env, "node_modules/jest/bin/jest.js")).toMatch(/^Tests: +1 passed, 1 total$/m);
		});
	}
});
