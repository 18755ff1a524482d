// Tests against Hono's streamSSE, on Node.

import { contract } from "./contract.ts";
import { expect, test } from "./support.ts";

const answer = ["Hel", "lo ", "你好"].map((content) => JSON.stringify({ choices: [{ delta: { content } }] }));

contract({
	kinds: [
		{ type: "token", data: '{"n":1}', lastEventId: "a1" },
		{ type: "message", data: "one\ntwo\nthree\nfour", lastEventId: "a1" },
		{ type: "message", data: "", lastEventId: "a1" },
		{ type: "message", data: "é 你 🚀", lastEventId: "a1" },
		{ type: "message", data: " indented", lastEventId: "a1" },
	],
	stop: "",
	comment: /^: keep-alive$/m,
	answer,
	marker: { type: "message", data: "[DONE]" },
});

test("an id that is written after the data belongs to that event", async ({ lab, server }) => {
	expect(await server.wire("/kinds")).toContain('event: token\ndata: {"n":1}\nid: a1\n\n');
	const id = await lab.ours(async ({ EventSource, once }, url) => {
		const source = new EventSource(url);
		const { lastEventId } = await once(source, "token");
		source.close();
		return lastEventId;
	}, server.url("/kinds"));
	expect(id).toBe("a1");
});

test("an event named error that onError writes is a MessageEvent for the error listeners", async ({ lab, server }) => {
	const twice = "event: error\ndata: the model went away\n\n".repeat(2);
	expect(await server.wire("/reports")).toBe(`data: before\nid: 1\n\n${twice}`);
	const outcome = await lab.ours(async ({ EventSource }, url) => {
		const source = new EventSource(url, { method: "POST" });
		const errors: unknown[] = [];
		source.onerror = (event: Event) => {
			errors.push([event instanceof MessageEvent && event.data, source.readyState]);
		};
		const { reason } = await source.closed;
		return { reason, errors };
	}, server.url("/reports"));
	const error = ["the model went away", 1];
	expect(outcome).toEqual({ reason: "end", errors: [error, error] });
	expect(await server.seen()).toHaveLength(1);
});

test("on a feed the server's error is a MessageEvent and the connection's is not", async ({ lab, server }) => {
	const errors = await lab.ours(async ({ EventSource }, url) => {
		const source = new EventSource(url);
		const errors: unknown[] = [];
		source.onerror = (event) => {
			errors.push(event instanceof MessageEvent ? event.data : event.reason);
			if (source.readyState === source.CONNECTING) {
				source.close();
			}
		};
		await source.closed;
		return errors;
	}, server.url("/reports"));
	expect(errors).toEqual(["the model went away", "the model went away", "end"]);
});

test("a handler that throws without onError ends the body cleanly: only `until` distinguishes it from a complete response", async ({
	lab,
	server,
}) => {
	expect(await server.wire("/throws", { method: "POST" })).toBe("data: before\nid: 1\n\n");
	const reasons = await lab.ours(async ({ EventSource }, url) => {
		const whole = new EventSource(url, { method: "POST" });
		const cut = new EventSource(url, { method: "POST", until: ({ data }) => data === "[DONE]" });
		return [(await whole.closed).reason, (await cut.closed).reason];
	}, server.url("/throws"));
	expect(reasons).toEqual(["end", "interrupted"]);
	expect(await server.seen()).toHaveLength(2);
});
