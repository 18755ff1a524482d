// Tests against FastAPI: with sse-starlette, with a StreamingResponse written by hand, and with
// FastAPI's own event streams.

import { contract } from "./contract.ts";
import { expect, test } from "./support.ts";

const answer = [
	'{"choices": [{"delta": {"content": "Hel"}}]}',
	'{"choices": [{"delta": {"content": "lo "}}]}',
	String.raw`{"choices": [{"delta": {"content": "\u4f60\u597d"}}]}`,
];

contract({
	kinds: [
		{ type: "token", data: '{"n": 1}', lastEventId: "a1" },
		{ type: "message", data: "one\ntwo\nthree\nfour", lastEventId: "a1" },
		{ type: "message", data: "", lastEventId: "a1" },
		{ type: "message", data: "é 你 🚀", lastEventId: "a1" },
		{ type: "message", data: " indented", lastEventId: "a1" },
	],
	stop: "",
	comment: /^: ping - \d{4}-/m,
	answer,
	marker: { type: "message", data: "[DONE]" },
});

test("sse-starlette ends its lines with CR LF, which counts as one line end", async ({ lab, server }) => {
	const wire = await server.wire("/kinds");
	expect(wire).toContain('id: a1\r\nevent: token\r\ndata: {"n": 1}\r\n\r\n');
	expect(wire).not.toMatch(/[^\r]\n/);
	const data = await lab.ours(async ({ EventSource, record }, url) => {
		const source = new EventSource(url, { end: "close" });
		const fired = record(source);
		await source.closed;
		return fired.flatMap(({ data }) => data ?? []);
	}, server.url("/kinds"));
	expect(data).toEqual(["one\ntwo\nthree\nfour", "", "é 你 🚀", " indented"]);
});

test("FastAPI's own event streams write a string as JSON unless it is raw_data, and write the id after the data", async ({
	lab,
	server,
}) => {
	const wire = 'event: token\ndata: "text"\nid: f1\n\ndata: {"n": 1}\n\ndata: as it is\n\n';
	expect(await server.wire("/own")).toBe(wire);
	const delivered = await lab.ours(async ({ EventSource, record }, url) => {
		const source = new EventSource(url, { end: "close" });
		const fired = record(source, "token");
		await source.closed;
		return fired.slice(1).map(({ type, data, lastEventId }) => [type, data, lastEventId]);
	}, server.url("/own"));
	expect(delivered).toEqual([
		["token", '"text"', "f1"],
		["message", '{"n": 1}', "f1"],
		["message", "as it is", "f1"],
	]);
});

test("behind @app.middleware a generator that fails ends cleanly: only `until` distinguishes it from a complete response", async ({
	lab,
	server,
}) => {
	const post = { method: "POST" };
	expect(await server.wire("/chat?end=cut", post)).toMatch(/\[broken off\]$/);
	expect(await server.wire("/behind-middleware/chat?end=cut", post)).toMatch(/\n\n$/);
	const reasons = await lab.ours(async ({ EventSource }, url) => {
		const whole = new EventSource(url, { method: "POST" });
		const cut = new EventSource(url, { method: "POST", until: ({ data }) => data === "[DONE]" });
		return [(await whole.closed).reason, (await cut.closed).reason];
	}, server.url("/behind-middleware/chat?end=cut"));
	expect(reasons).toEqual(["end", "interrupted"]);
	expect(await server.seen()).toHaveLength(2);
});
