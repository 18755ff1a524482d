// Tests against axum's `Sse`.

import { contract } from "./contract.ts";
import { expect, test } from "./support.ts";

const answer = ["Hel", "lo ", "你好"].map((content) => JSON.stringify({ content }));

contract({
	// The event without data is not in this list, because it has its own test below.
	kinds: [
		{ type: "token", data: '{"n":1}', lastEventId: "a1" },
		{ type: "message", data: "one\ntwo", lastEventId: "a1" },
		{ type: "message", data: "é 你 🚀", lastEventId: "a1" },
		{ type: "message", data: " indented", lastEventId: "a1" },
	],
	lastId: "a2",
	stop: "6",
	comment: /^: ka$/m,
	answer,
	marker: { type: "stop", data: "end" },
});

test("an event without data is written without a data line, so it is not dispatched, and an end marker needs data", async ({
	lab,
	server,
}) => {
	expect(await server.wire("/lost-marker", { method: "POST" })).toMatch(/\n\nevent: stop\n\n$/);
	const outcome = await lab.ours(async ({ EventSource, record }, url) => {
		const source = new EventSource(url, { method: "POST", until: ({ type }) => type === "stop" });
		const fired = record(source, "stop");
		const { reason } = await source.closed;
		return [reason, ...fired.map(({ type }) => type)];
	}, server.url("/lost-marker"));
	expect(outcome).toEqual(["interrupted", "open", "message", "message", "message", "error"]);
});

test("a block with only an id changes the last event ID and is not an event", async ({ lab, server }) => {
	expect(await server.wire("/kinds")).toMatch(/\n\nid: a2\n\n$/);
	const outcome = await lab.ours(async ({ EventSource, record }, url) => {
		const source = new EventSource(url, { end: "close" });
		const fired = record(source);
		await source.closed;
		return [fired.at(-1)?.lastEventId, source.lastEventId];
	}, server.url("/kinds"));
	expect(outcome).toEqual(["a1", "a2"]);
});
