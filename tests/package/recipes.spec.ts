// Runs the code of docs/recipes/, copied unchanged: components, tokens, and servers with their own
// formats.

import { join } from "node:path";
import type { Page } from "@playwright/test";
import { SERVERS, start } from "../../scripts/lib/interop.mjs";
import { run, serve } from "../../scripts/lib/process.mjs";
import { type Asked, bundle, type Kitchen, prepare, serveRecipe } from "./recipes.ts";
import { expect, runInstalled, serveFiles, test } from "./support.ts";

const event = (data: unknown, type?: string) =>
	`${type ? `event: ${type}\n` : ""}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
const piece = (text: string) => event({ text });

/** Tests the chat components of React and Vue. `before` is the number of earlier requests. */
async function chatAnswers(page: Page, kitchen: Kitchen, before: number): Promise<void> {
	const ask = async (prompt: string) => {
		await page.locator("input").fill(prompt);
		await page.getByRole("button", { name: "Ask" }).click();
	};
	const answer = page.locator("form output");
	const state = page.locator("form p");

	await ask("one");
	const first = await kitchen.nth(before);
	expect([first.line, first.body]).toEqual(["POST /chat", '{"prompt":"one"}']);
	first.send(piece("Hello "));
	first.send(piece("there"));
	await expect(answer).toHaveText("Hello there");
	await expect(state).toHaveText("streaming");

	await ask("two");
	const second = await kitchen.nth(before + 1);
	expect(second.body).toBe('{"prompt":"two"}');
	await expect.poll(first.gone, "a new question closes the previous stream").toBe(true);
	second.send(piece("Whole") + event("[DONE]"));
	await expect(answer).toHaveText("Whole");
	await expect(state).toHaveText("done");

	await ask("three");
	const third = await kitchen.nth(before + 2);
	third.send(piece("Half"));
	await expect(answer).toHaveText("Half");
	third.response.end();
	await expect(state).not.toHaveText(/idle|streaming|done/);
	await expect(answer).toHaveText("Half");

	await ask("four");
	const fourth = await kitchen.nth(before + 3);
	fourth.send(piece("And"));
	await expect(answer).toHaveText("And");
	await page.getByRole("button", { name: "Stop" }).click();
	await expect(state).toHaveText("stopped");
	await expect.poll(fourth.gone).toBe(true);

	await ask("five");
	const fifth = await kitchen.nth(before + 4);
	fifth.send(piece("Still"));
	await expect(answer).toHaveText("Still");
	await page.getByRole("button", { name: "Hide" }).click();
	await expect.poll(fifth.gone, "an unmounted component closes its stream").toBe(true);
}

test("React in StrictMode: each stream is one request, each question is one POST, and both are closed with their component", async ({
	page,
}) => {
	const folder = await prepare("react", "main.tsx");
	await bundle(folder, "main.tsx");
	const kitchen = await serveRecipe(folder);
	const mounts = ["GET /feed", "POST /greeting"];
	const streams = (since: number) =>
		mounts.map((line) => kitchen.asked.slice(since).find((asked) => asked.line === line) as Asked);
	await page.goto(kitchen.origin);

	await kitchen.nth(1);
	const [feed, greeting] = streams(0);
	feed!.send(event("one") + event("two"));
	greeting!.send(event("Good morning"));
	await expect(page.locator("li")).toHaveText(["one", "two"]);
	await expect(page.locator("ul")).toHaveAttribute("aria-label", "open");
	await expect(page.locator("#greeting")).toHaveText("Good morning (open)");
	expect(kitchen.lines().sort()).toEqual(mounts);

	await page.getByRole("button", { name: "Evening" }).click();
	const evening = await kitchen.nth(2);
	expect([evening.line, evening.body]).toEqual(["POST /greeting", '{"prompt":"evening"}']);
	await expect.poll(greeting!.gone, "another prompt closes the stream before").toBe(true);
	expect(feed!.gone()).toBe(false);
	evening.send(event(", and good evening"));
	evening.response.end();
	await expect(page.locator("#greeting")).toHaveText("Good morning, and good evening (closed)");

	await page.getByRole("button", { name: "Hide" }).click();
	await expect.poll(feed!.gone, "an unmounted component closes its stream").toBe(true);

	// By now, the module is loaded, so nothing else delays a request.
	await page.getByRole("button", { name: "Show" }).click();
	await kitchen.nth(4);
	const [feedAgain, greetingAgain] = streams(3);
	feedAgain!.send(event("three"));
	greetingAgain!.send(event("Welcome"));
	await expect(page.locator("li")).toHaveText(["three"]);
	await expect(page.locator("#greeting")).toHaveText("Welcome (open)");
	expect(kitchen.lines().slice(3).sort()).toEqual(mounts);

	await chatAnswers(page, kitchen, 5);
	expect(kitchen.lines().slice(5)).toEqual(Array(5).fill("POST /chat"));
	await kitchen.stop();
});

test("Vue: each question is one POST, closed by the next question and with its component", async ({ page }) => {
	const folder = await prepare("vue", "main.js");
	await runInstalled(folder, "vite", "build", "--outDir", "site");
	const kitchen = await serveRecipe(folder);
	await page.goto(kitchen.origin);
	await expect(page.locator("form p")).toHaveText("idle");
	await chatAnswers(page, kitchen, 0);
	expect(kitchen.lines()).toEqual(Array(5).fill("POST /chat"));
	await kitchen.stop();
});

test("Svelte: a store connects once for all its subscribers, closes with the last, and continues later", async ({
	page,
}) => {
	const folder = await prepare("svelte", "main.js");
	await runInstalled(folder, "vite", "build", "--outDir", "site");
	const kitchen = await serveRecipe(folder);
	await page.goto(kitchen.origin);

	const first = await kitchen.nth(0);
	first.send(`id: 1\n${event("one")}id: 2\n${event("two")}`);
	await expect(page.locator("li")).toHaveText(["one", "two", "one", "two"]);

	await page.getByRole("button", { name: "Left" }).click();
	first.send(`id: 3\n${event("three")}`);
	await expect(page.locator("li")).toHaveText(["one", "two", "three"]);
	expect(first.gone()).toBe(false);
	await page.getByRole("button", { name: "Right" }).click();
	await expect.poll(first.gone, "the last subscriber closes the stream").toBe(true);

	await page.getByRole("button", { name: "Right" }).click();
	const second = await kitchen.nth(1);
	expect(second.headers["last-event-id"]).toBe("3");
	second.send(`id: 4\n${event("four")}`);
	await expect(page.locator("li")).toHaveText(["one", "two", "three", "four"]);
	await expect(page.locator("ul")).toHaveAttribute("aria-label", "open");
	expect(kitchen.lines()).toEqual(["GET /news", "GET /news"]);

	second.response.end();
	const third = await kitchen.nth(2);
	await expect(page.locator("ul")).toHaveAttribute("aria-label", "connecting");
	third.response.writeHead(204).end();
	await expect(page.locator("ul")).toHaveAttribute("aria-label", "closed");
	await kitchen.stop();
});

/** Serves the recipe's page, a server that the test controls, and a mock of the provider's API. */
async function asker(page: Page, name: string, answer: (asked: Asked) => void) {
	const folder = await prepare(name, "main.ts");
	await bundle(folder, "main.ts");
	const kitchen = await serveRecipe(folder, answer);
	const aimock = await start("aimock", await SERVERS.aimock("aimock"));
	return {
		kitchen,
		mock: aimock.origin,
		async expectAnswer(prompt: string, answer: string | RegExp, { server = "", api = "" } = {}) {
			await page.goto(`${kitchen.origin}/?${new URLSearchParams({ prompt, server, api })}`);
			const output = page.locator("output");
			await expect(output).toHaveText(/\(over\)$/);
			expect((await output.textContent())?.replace(" (over)", "")).toMatch(answer);
		},
		async stop() {
			await aimock.stop();
			await kitchen.stop();
		},
	};
}

const exactly = (text: string) => new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
const HELLO = "Hello! How can I help you today? 你好";

test("OpenAI: chat completions and responses are complete at their last event, and any other end is reported", async ({
	page,
}) => {
	const chunk = (content: string) => event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
	const delta = (delta: string) => event({ type: "response.output_text.delta", delta }, "response.output_text.delta");
	const named = (data: { type: string; [more: string]: unknown }) => event(data, data.type);
	const { kitchen, mock, expectAnswer, stop } = await asker(page, "openai", (asked) => {
		const { messages, input } = JSON.parse(asked.body);
		const usage = event({ choices: [], usage: { total_tokens: 2 } });
		asked.send(
			{
				usage: `${chunk("Yes")}${usage}${event("[DONE]")}${chunk("too much")}`,
				"chat error": `${chunk("Ye")}${event({ error: { message: "overloaded", code: 500 } })}`,
				"chat without an end": chunk("Ye"),
				failed: delta("Ye") + named({ type: "response.failed", response: { error: { message: "no luck" } } }),
				incomplete:
					delta("Ye") +
					named({ type: "response.incomplete", response: { incomplete_details: { reason: "max_output_tokens" } } }),
				error: delta("Ye") + named({ type: "error", code: "server_error", message: "the model fell over" }),
				"response without an end": delta("Ye"),
			}[(messages?.[0].content ?? input) as string] ?? "",
		);
		asked.response.end();
	});

	for (const api of ["chat", "responses"]) {
		await expectAnswer("hello", exactly(HELLO), { api, server: mock });
		await expectAnswer("overloaded", /^ \[529: .*"Overloaded"/, { api, server: mock });
	}
	await expectAnswer("break", /^This.* \[interrupted: /, { api: "chat", server: mock });

	await expectAnswer("usage", exactly("Yes"), { api: "chat" });
	await expectAnswer("chat error", exactly("Ye [model: overloaded]"), { api: "chat" });
	await expectAnswer("chat without an end", /^Ye \[interrupted: /, { api: "chat" });
	await expectAnswer("failed", exactly("Ye [model: no luck]"), { api: "responses" });
	const incomplete = "Ye [model: the response is incomplete: max_output_tokens]";
	await expectAnswer("incomplete", exactly(incomplete), { api: "responses" });
	await expectAnswer("error", exactly("Ye [model: the model fell over]"), { api: "responses" });
	await expectAnswer("response without an end", /^Ye \[interrupted: /, { api: "responses" });
	const ours = [...Array(3).fill("POST /v1/chat/completions"), ...Array(4).fill("POST /v1/responses")];
	expect(kitchen.lines(), "each is requested once").toEqual(ours);
	await stop();
});

test("OpenAI: text that is cut begins again, and its first part is removed", async ({ page }) => {
	const chunk = (content: string) => event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
	const folder = await prepare("openai", "main.ts");
	await bundle(folder, "main.ts");
	const kitchen = await serveRecipe(folder);
	await page.clock.install();
	await page.goto(`${kitchen.origin}/?api=again&prompt=again`);
	const output = page.locator("output");

	(await kitchen.nth(0)).response.writeHead(503).end();
	const cut = await kitchen.nthSoon(page, 1);
	cut.send(chunk("The first ") + chunk("part"));
	await expect(output).toHaveText("The first part");
	cut.response.destroy();
	const whole = await kitchen.nthSoon(page, 2);
	whole.send(chunk("Another text"));
	await expect(output).toHaveText("Another text");
	whole.send(chunk(", whole") + event("[DONE]"));
	await expect(output).toHaveText("Another text, whole [until] (over)");
	expect(new Set(kitchen.asked.map(({ line, body }) => `${line} ${body}`)).size).toBe(1);
	await kitchen.stop();
});

test("Anthropic: a message has its text and stop reason, pings are ignored, and an error in the stream is reported", async ({
	page,
}) => {
	const named = (data: { type: string; [more: string]: unknown }) => event(data, data.type);
	const text = (text: string) => named({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } });
	const { kitchen, mock, expectAnswer, stop } = await asker(page, "anthropic", (asked) => {
		const prompt: string = JSON.parse(asked.body).messages[0].content;
		asked.send(named({ type: "message_start", message: { id: "msg_1", role: "assistant", content: [] } }));
		asked.send(named({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }));
		asked.send(named({ type: "ping" }) + text("To be") + named({ type: "ping" }));
		if (prompt === "overload me") {
			asked.send(named({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }));
		} else if (prompt === "go on") {
			asked.send(text(" continued") + named({ type: "content_block_stop", index: 0 }));
			const input = { type: "input_json_delta", partial_json: '{"a":1}' };
			asked.send(named({ type: "content_block_delta", index: 1, delta: input }) + named({ type: "new_kind" }));
			asked.send(
				named({ type: "message_delta", delta: { stop_reason: "tool_use" } }) + named({ type: "message_stop" }),
			);
		}
		asked.response.end();
	});

	await expectAnswer("hello", exactly(`${HELLO} [end_turn]`), { server: mock });
	await expectAnswer("overloaded", /^ \[529: .*"Overloaded"/, { server: mock });
	await expectAnswer("go on", exactly("To be continued [tool_use]"));
	await expectAnswer("overload me", exactly("To be [overloaded_error: Overloaded]"));
	await expectAnswer("end too early", /^To be \[interrupted: /);
	expect(kitchen.lines(), "each is requested once").toEqual(Array(3).fill("POST /v1/messages"));
	await stop();
});

const BUILDS = {
	Vite: (folder: string) => runInstalled(folder, "vite", "build", "--outDir", "site"),
	esbuild: async (folder: string) => {
		await run("sh", ["build.sh"], { cwd: folder, capture: true, problem: "build.sh of the recipe failed." });
	},
};

for (const [bundler, build] of Object.entries(BUILDS)) {
	test(`MCP SDK: with ${bundler}'s alias its own transport calls a tool, closes, and reports a refusal`, async ({
		page,
	}) => {
		const folder = await prepare("mcp", "main.ts");
		await build(folder);
		const site = await serveFiles(join(folder, "site"));
		const mcp = await serve(process.execPath, [join(folder, "server.mjs")], /on (http:\S+)\n/);
		const output = page.locator("output");

		await page.goto(`${site.origin}/?server=${mcp.found}`);
		await expect(output).toHaveText('[{"type":"text","text":"20 + 22 = 42"}]');
		const sessions = async () => (await fetch(`${mcp.found}/sessions`)).text();
		await expect.poll(sessions, "a client that closes ends its stream").toBe("0");

		await page.goto(`${site.origin}/?server=${mcp.found}/not-there`);
		await expect(output).toHaveText(/ 403 status not for you$/);
		await mcp.stop();
		await site.stop();
	});
}

/** Serves a page and its tokens. The last token is valid until the test changes `tokens.valid`. */
async function withTokens(folder: string, onward: (asked: Asked) => void) {
	const tokens = { issued: 0, valid: 0 };
	const kitchen = await serveRecipe(folder, (asked) => {
		const { line, headers, response } = asked;
		if (line === "POST /token") {
			tokens.valid = ++tokens.issued;
			response.end(String(tokens.issued));
		} else if (headers.authorization === `Bearer ${tokens.valid}`) {
			onward(asked);
		} else {
			response.writeHead(401).end();
		}
	});
	const requests = () => kitchen.asked.map(({ line, headers }) => `${line} ${headers.authorization ?? ""}`.trim());
	return { kitchen, tokens, requests };
}

test.describe("tokens", () => {
	let folder: string;
	test.beforeAll(async () => {
		folder = await prepare("token", "main.ts");
		await bundle(folder, "main.ts");
	});

	test("an expired token is renewed once after a 401, and a feed continues after its last event", async ({ page }) => {
		const { kitchen, tokens, requests } = await withTokens(folder, (asked) => {
			const last = Number(asked.headers["last-event-id"] ?? 0);
			asked.send(`retry: 1\nid: ${last + 1}\ndata: ${last + 1}\n\n`);
		});
		await page.goto(`${kitchen.origin}/?do=follow`);
		const fed = page.locator("output p");
		await expect(fed).toHaveText("1");

		tokens.valid = 0;
		kitchen.asked.at(-1)?.response.destroy();
		await expect(fed).toHaveText("1 2");

		// The token is renewed a second time, because the feed opened in between.
		tokens.valid = 0;
		kitchen.asked.at(-1)?.response.destroy();
		await expect(fed).toHaveText("1 2 3");
		const again = (n: number) => [`GET /feed Bearer ${n}`, "POST /token", `GET /feed Bearer ${n + 1}`];
		expect(requests()).toEqual(["POST /token", "GET /feed Bearer 1", ...again(1), ...again(2)]);
		expect(kitchen.asked.map(({ headers }) => headers["last-event-id"]).filter(Boolean)).toEqual(["1", "1", "2", "2"]);
		await kitchen.stop();
	});

	test("a POST whose token is refused is repeated once with its body, and several POSTs share one renewal", async ({
		page,
	}) => {
		const { kitchen, tokens, requests } = await withTokens(folder, (asked) => {
			asked.send(event(JSON.parse(asked.body).prompt) + event("[DONE]"));
			asked.response.end();
		});
		// This makes the first token expire before it arrives.
		await page.route("**/token", async (route) => {
			const response = await route.fetch();
			if (tokens.issued === 1) {
				tokens.valid = 0;
			}
			await route.fulfill({ response });
		});
		await page.goto(`${kitchen.origin}/?do=one&do=two`);
		await expect(page.locator("output p")).toHaveText(["one [DONE] (until undefined)", "two [DONE] (until undefined)"]);
		const posts = (n: number) => [`POST /chat Bearer ${n}`, `POST /chat Bearer ${n}`];
		expect(requests()).toHaveLength(6);
		expect(requests().sort()).toEqual([...posts(1), ...posts(2), "POST /token", "POST /token"]);
		await kitchen.stop();
	});

	for (const [what, line] of Object.entries({ follow: "GET /feed", prompt: "POST /chat" })) {
		test(`a token that is refused after each renewal causes two requests and no more: ${line}`, async ({ page }) => {
			const { kitchen, requests, tokens } = await withTokens(folder, () => {});
			await page.route("**/token", async (route) => {
				const response = await route.fetch();
				tokens.valid = 0;
				await route.fulfill({ response });
			});
			await page.goto(`${kitchen.origin}/?do=${what}`);
			await expect(page.locator("output p")).toHaveText("(status 401)");
			expect(requests()).toEqual(["POST /token", `${line} Bearer 1`, "POST /token", `${line} Bearer 2`]);
			await kitchen.stop();
		});
	}
});
