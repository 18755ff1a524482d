// Tests against the litellm proxy, which returns canned responses instead of calling the providers
// of its models.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chat, chatText } from "./llm.ts";
import { expect, test } from "./support.ts";

const AUTHORIZED = { authorization: "Bearer sk-test" };

test("OpenAI chat with an Authorization header: the text comes in pieces, and is complete after [DONE]", async ({
	lab,
	server,
	asked,
}) => {
	const { reason, chunks } = await lab.ours(
		async ({ EventSource, record }, { url, json, headers }) => {
			const source = new EventSource(url, { json, headers, until: ({ data }) => data === "[DONE]" });
			const fired = record(source);
			const { reason } = await source.closed;
			return { reason, chunks: fired.flatMap(({ data }) => data ?? []) };
		},
		{ url: `${server.origin}/v1/chat/completions`, json: chat("canned", "hello"), headers: AUTHORIZED },
	);
	expect({ reason, last: chunks.at(-1), text: chatText(chunks) }).toEqual({
		reason: "until",
		last: "[DONE]",
		text: "Hello from 你好",
	});
	expect(chunks.length).toBeGreaterThan(4);
	expect(asked).toEqual(["POST /v1/chat/completions"]);
});

test("if the provider's connection is lost, the data contains an error, the body ends cleanly without [DONE], and the source is interrupted", async ({
	lab,
	server,
	asked,
}) => {
	const chunk = (content: string) => {
		const choices = [{ index: 0, delta: { role: "assistant", content } }];
		return `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", created: 1, model: "gpt-4o", choices })}\n\n`;
	};
	const maker = createServer((_, response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		// Sends two chunks, because litellm responds only after more than one. They must arrive
		// before the connection breaks.
		response.write(chunk("Hel") + chunk("lo"), () => setTimeout(() => response.destroy(), 500));
	}).listen(0, "127.0.0.1");
	await once(maker, "listening");
	const api_base = `http://127.0.0.1:${(maker.address() as AddressInfo).port}/v1`;
	const { reason, chunks, types } = await lab.ours(
		async ({ EventSource, record }, { url, json, headers }) => {
			const source = new EventSource(url, { json, headers, until: ({ data }) => data === "[DONE]" });
			const fired = record(source);
			const { reason } = await source.closed;
			return { reason, chunks: fired.flatMap(({ data }) => data ?? []), types: fired.map(({ type }) => type) };
		},
		{
			url: `${server.origin}/v1/chat/completions`,
			json: { ...chat("forwarded", "hello"), api_base },
			headers: AUTHORIZED,
		},
	);
	maker.close();
	expect({ reason, types }).toEqual({
		reason: "interrupted",
		types: ["open", "message", "message", "message", "error"],
	});
	expect(chatText(chunks.slice(0, 2))).toBe("Hello");
	expect(JSON.parse(chunks[2] ?? "").error.message).toContain("APIConnectionError");
	expect(asked).toEqual(["POST /v1/chat/completions"]);
});

const refusals = [
	{
		name: "a wrong key gets an error response with the proxy's text",
		path: "/v1/chat/completions",
		json: chat("canned", "hello"),
		headers: { authorization: "Bearer wrong" },
		expected: { reason: "status", status: 400, type: "application/json", body: expect.stringContaining('"error"') },
	},
	{
		name: "a model that the proxy does not know gets an error response with the proxy's text",
		path: "/v1/chat/completions",
		json: chat("unknown", "hello"),
		headers: AUTHORIZED,
		expected: {
			reason: "status",
			status: 400,
			type: "application/json",
			body: expect.stringContaining("Invalid model name"),
		},
	},
	{
		name: "the provider's 429 is passed on",
		path: "/v1/chat/completions",
		json: chat("limited", "hello"),
		headers: AUTHORIZED,
		expected: {
			reason: "status",
			status: 429,
			type: "application/json",
			body: expect.stringContaining("RateLimitError"),
		},
	},
	{
		name: "/v1/messages responds with plain JSON although stream is true: it is rejected for its type, and its body can be read",
		path: "/v1/messages",
		json: chat("canned", "hello"),
		headers: AUTHORIZED,
		expected: {
			reason: "content-type",
			status: 200,
			type: "application/json",
			body: expect.stringContaining("Hello from 你好"),
		},
	},
	{
		name: "/v1/responses responds with 500 and an event stream: an error response whose text is the stream",
		path: "/v1/responses",
		json: { model: "canned", stream: true, input: "hello" },
		headers: AUTHORIZED,
		expected: {
			reason: "status",
			status: 500,
			type: "text/event-stream; charset=utf-8",
			body: expect.stringMatching(/^data: \{"error".*\n\ndata: \[DONE\]\n\n$/),
		},
	},
];

for (const { name, path, json, headers, expected } of refusals) {
	test(name, async ({ lab, server, asked }) => {
		const outcome = await lab.ours(
			async ({ EventSource, failure, record }, { url, json, headers }) => {
				const source = new EventSource(url, { json, headers });
				const fired = record(source);
				const { reason, status, headers: answered, body } = await failure(source);
				return { reason, status, type: answered?.get("content-type"), body, fired: fired.length };
			},
			{ url: server.origin + path, json, headers },
		);
		expect(outcome).toEqual({ ...expected, fired: 1 });
		expect(asked).toEqual([`POST ${path}`]);
	});
}
