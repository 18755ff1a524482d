// The crate works as a dependency of a Rust front end: cargo and wasm-bindgen build examples/chat
// with the packaged crate.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { root } from "../../scripts/lib/tools.mjs";
import { buildExample } from "./rust.ts";
import { expect, type Served, serveFiles, test } from "./support.ts";

let project: string;
let served: Served;

test.beforeAll(async () => {
	project = await buildExample("chat");
	served = await serveFiles(project);
});

test.afterAll(() => served?.stop());

/** Opens the page, and sends a question to this URL. */
async function ask(page: Page, url: string) {
	await page.goto(`${served.origin}/index.html`);
	await page.locator("form").evaluate((form: HTMLFormElement, url) => {
		form.action = url;
	}, url);
	await page.getByLabel("Question").fill("What is <b>it</b>?");
	const button = page.getByRole("button", { name: "Ask" });
	await expect(button, "the module has loaded").toBeEnabled({ timeout: 30_000 });
	await button.click();
}

const log = async (origin: string, key: string) =>
	(await (await fetch(`${origin}/log?key=${key}`)).json()) as {
		open: number;
		requests: { method: string; headers: Record<string, string>; body: string }[];
	};

test("a question is sent by a POST with JSON, and the tokens are shown as text until the last event", async ({
	page,
	scenario,
}) => {
	await ask(page, `${scenario.origin}/post-llm?count=3&key=rust-whole`);
	await expect(page.getByRole("status")).toHaveText("done");
	await expect(page.locator("#answer")).toHaveText("token 1 token 2 token 3");
	const kinds = await page.locator("#answer").evaluate((answer) => [...answer.childNodes].map((node) => node.nodeType));
	expect(kinds, "a text node for each token").toEqual([3, 3, 3]);
	const posts = (await log(scenario.origin, "rust-whole")).requests.filter(({ method }) => method === "POST");
	expect(posts).toHaveLength(1);
	expect(posts[0]?.headers["content-type"]).toBe("application/json");
	expect(JSON.parse(posts[0]?.body ?? "")).toMatchObject({
		stream: true,
		messages: [{ role: "user", content: "What is <b>it</b>?" }],
	});
});

test("the text grows as the tokens arrive, and the Stop button ends it", async ({ page, scenario }) => {
	await ask(page, `${scenario.origin}/post-llm?count=100000&pause=20&key=rust-stopped`);
	const answer = page.locator("#answer");
	await expect(answer).toContainText("token 1 ");
	await expect(page.getByRole("status")).toHaveText("answering");
	await expect(answer).toContainText("token 10 ");
	await page.getByRole("button", { name: "Stop" }).click();
	await expect(page.getByRole("status")).toHaveText("stopped");
	const text = await answer.textContent();
	await expect.poll(async () => (await log(scenario.origin, "rust-stopped")).open, "the socket is closed").toBe(0);
	expect(await answer.textContent()).toBe(text);
	await expect(page.getByRole("button", { name: "Ask" })).toBeEnabled();
});

for (const [what, path, text] of [
	["a refused request", "/500-html", /^the server responded with status 500: <h1>Internal Server Error/],
	["a stream that was cut", "/trickle?count=0", /^the stream ended too early$/],
	[
		"an event with unexpected data",
		"/trickle?count=1",
		/^the data of the event "message" with the id "" is not JSON of the expected type: `1`: Error: invalid type/,
	],
] as const) {
	test(`${what} is shown with its reason`, async ({ page, scenario }) => {
		await ask(page, `${scenario.origin}${path}`);
		await expect(page.getByRole("status")).toHaveText(text);
	});
}

test("the module of a crate that depends on headwater has no exports or imports of the npm package", async () => {
	const module = new WebAssembly.Module(readFileSync(join(project, "pkg", "chat_bg.wasm")));
	const exported = WebAssembly.Module.exports(module).map(({ name }) => name);
	expect(exported.filter((name) => !/^(memory$|main$|__|wasm_bindgen__)/.test(name))).toEqual([]);
	const bindings = readFileSync(join(root, "src", "npm", "bindings.rs"), "utf8");
	const names = [...bindings.matchAll(/^pub fn (\w+)/gm)].map(([, name]) => name);
	expect(names, "the exports of the npm package").toEqual(["connect", "read", "poll"]);
	expect(exported.filter((name) => names.includes(name))).toEqual([]);
	const glue = readFileSync(join(project, "pkg", "chat.js"), "utf8");
	expect(glue).not.toMatch(/^import /m);
	expect(glue).not.toMatch(/callback-slot\.js|signal\.js|text\.js/);
});
