// Tests against aimock, which imitates the responses and failures of OpenAI and Anthropic.

import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { Lab } from "../facade/support.ts";
import { chat, chatText } from "./llm.ts";
import { expect, type Server, test } from "./support.ts";

const HELLO = "Hello! How can I help you today? 你好";

/**
 * aimock keeps a journal of its requests. It separates tests by the parameter `testId`, not by a
 * header.
 */
const url = ({ origin, key }: Server, path: string) => `${origin}${path}?testId=${key}`;
async function statuses({ origin, key }: Server): Promise<number[]> {
	const journal = await (await fetch(`${origin}/__aimock/journal?testId=${key}`)).json();
	return (journal as { response: { status: number } }[]).map(({ response }) => response.status);
}

/** Sends a prompt. Returns each chunk until `[DONE]`, and how the stream ended. */
function ask(lab: Lab, url: string, prompt: string) {
	return lab.ours(
		async ({ EventSource, record }, { url, json }) => {
			const source = new EventSource(url, { json, until: ({ data }) => data === "[DONE]" });
			const fired = record(source);
			const { reason } = await source.closed;
			return { reason, chunks: fired.flatMap(({ data }) => data ?? []), types: fired.map(({ type }) => type) };
		},
		{ url, json: chat("gpt-4o", prompt) },
	);
}

test("OpenAI chat: a stream of chunks is complete after [DONE]", async ({ lab, server }) => {
	const { reason, chunks } = await ask(lab, url(server, "/v1/chat/completions"), "hello");
	expect({ reason, last: chunks.at(-1), text: chatText(chunks) }).toEqual({
		reason: "until",
		last: "[DONE]",
		text: HELLO,
	});
	expect(await statuses(server)).toEqual([200]);
});

test("OpenAI responses: every event is named, and response.completed is the last", async ({ lab, server }) => {
	const outcome = await lab.ours(
		async ({ EventSource, record }, { url, json }) => {
			const source = new EventSource(url, { json, until: ({ type }) => type === "response.completed" });
			const fired = record(source, "response.created", "response.output_text.delta", "response.completed");
			const { reason } = await source.closed;
			const texts = fired.filter(({ type }) => type === "response.output_text.delta");
			const text = texts.map(({ data }) => JSON.parse(data ?? "").delta).join("");
			return { reason, text, types: [...new Set(fired.map(({ type }) => type))] };
		},
		{ url: url(server, "/v1/responses"), json: { model: "gpt-4o", stream: true, input: "hello" } },
	);
	const types = ["open", "response.created", "response.output_text.delta", "response.completed"];
	expect(outcome).toEqual({ reason: "until", text: HELLO, types });
});

test("Anthropic messages: every event is named, and message_stop is the last", async ({ lab, server }) => {
	const outcome = await lab.ours(
		async ({ EventSource, record }, { url, json }) => {
			const source = new EventSource(url, { json, until: ({ type }) => type === "message_stop" });
			const fired = record(source, "message_start", "content_block_delta", "message_stop");
			const { reason } = await source.closed;
			const texts = fired.filter(({ type }) => type === "content_block_delta");
			const text = texts.map(({ data }) => JSON.parse(data ?? "").delta.text).join("");
			return { reason, text, types: [...new Set(fired.map(({ type }) => type))] };
		},
		{ url: url(server, "/v1/messages"), json: chat("claude-sonnet-4", "hello") },
	);
	const types = ["open", "message_start", "content_block_delta", "message_stop"];
	expect(outcome).toEqual({ reason: "until", text: HELLO, types });
});

for (const [prompt, how] of Object.entries({ break: "after a time", truncate: "after some chunks" })) {
	test(`a response whose connection is lost ${how} is interrupted, and is not requested again`, async ({
		lab,
		server,
	}) => {
		const { reason, chunks, types } = await ask(lab, url(server, "/v1/chat/completions"), prompt);
		const text = chatText(chunks);
		expect({ reason, last: types.at(-1), begins: text.length > 0 }).toEqual({
			reason: "interrupted",
			last: "error",
			begins: true,
		});
		expect(/^This answer (breaks|is truncated) before it is whole\.$/.test(text)).toBe(false);
		expect(chunks).not.toContain("[DONE]");
		expect(await statuses(server)).toEqual([200]);
	});
}

test("529 is an error response with the provider's own text, and is not retried", async ({ lab, server }) => {
	const outcome = await lab.ours(
		async ({ EventSource, failure }, { url, json }) => {
			const { reason, status, body, willReconnect } = await failure(new EventSource(url, { json }));
			return { reason, status, error: JSON.parse(body).error.message, willReconnect };
		},
		{ url: url(server, "/v1/chat/completions"), json: chat("gpt-4o", "overloaded") },
	);
	expect(outcome).toEqual({ reason: "status", status: 529, error: "Overloaded", willReconnect: false });
	expect(await statuses(server)).toEqual([529]);
});

test("429 without the permission to retry is an error response, and is not retried", async ({ lab, server }) => {
	const { reason, types } = await ask(lab, url(server, "/v1/chat/completions"), "busy");
	expect({ reason, types }).toEqual({ reason: "status", types: ["error"] });
	expect(await statuses(server)).toEqual([429]);
});

/** Returns the first refusal, and the response that follows it. */
function insist(lab: Lab, url: string) {
	return lab.ours(
		async ({ EventSource, once, record }, { url, json }) => {
			const until = ({ data }: { data: string }) => data === "[DONE]";
			const source = new EventSource(url, { json, until, reconnect: { delay: 10 } });
			const fired = record(source);
			const { status, delay, headers } = await once<import("headwater").FailureEvent>(source, "error");
			const { reason } = await source.closed;
			const chunks = fired.flatMap(({ data }) => data ?? []);
			return { status, waits: (delay ?? 0) >= 2000, retryAfter: headers?.get("retry-after"), reason, chunks };
		},
		{ url, json: chat("gpt-4o", "busy") },
	);
}

test("429 if retries are allowed: the client waits as long as Retry-After says, and the retry succeeds", async ({
	lab,
	server,
	scenario,
}) => {
	// The page's own origin forwards this request to aimock, because aimock does not expose
	// Retry-After to other origins.
	const proxy = createServer((incoming, outgoing) => {
		const to = /^\/(blank|files)/.test(incoming.url ?? "") ? scenario.origin : server.origin;
		const { method, headers } = incoming;
		const onward = request(to + incoming.url, { method, headers }, (answer) => {
			outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(outgoing);
		});
		onward.on("error", () => outgoing.destroy());
		incoming.pipe(onward);
	}).listen(0, "127.0.0.1");
	await once(proxy, "listening");
	const origin = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
	const same = new Lab(lab.page, origin, lab.browserName);
	await same.open();
	const { chunks, ...outcome } = await insist(same, url({ ...server, origin } as Server, "/v1/chat/completions"));
	proxy.close();
	proxy.closeAllConnections();
	expect(outcome).toEqual({ status: 429, waits: true, retryAfter: "2", reason: "until" });
	expect(chatText(chunks)).toBe("Now I have time.");
	expect(await statuses(server)).toEqual([429, 200]);
});

test("a Retry-After that CORS does not expose has no effect: the client's own delay applies", async ({
	lab,
	server,
}) => {
	const { chunks, ...outcome } = await insist(lab, url(server, "/v1/chat/completions"));
	expect(outcome).toEqual({ status: 429, waits: false, retryAfter: null, reason: "until" });
	expect(chatText(chunks)).toBe("Now I have time.");
	expect(await statuses(server)).toEqual([429, 200]);
});
