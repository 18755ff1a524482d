// Tests against better-sse, under Express.

import { contract } from "./contract.ts";
import { expect, test } from "./support.ts";

/** The ID that better-sse generates for an event without one. */
const UUID = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/;

contract({
	kinds: [
		{ type: "token", data: '{"n":1}', lastEventId: "a1" },
		{ type: "message", data: String.raw`"one\ntwo"`, lastEventId: "a2" },
		{ type: "message", data: '""', lastEventId: "a3" },
		{ type: "message", data: "null", lastEventId: "a4" },
		{ type: "message", data: '"é 你 🚀"', lastEventId: "a5" },
		{ type: "message", data: '"  indented"', lastEventId: "a6" },
		{ type: "message", data: '"no id of mine"', lastEventId: expect.stringMatching(UUID) },
	],
	text: (n) => `"event ${n}"`,
	stop: '""',
	comment: /^:$/m,
	answer: ["Hel", "lo ", "你好"].map((content) => JSON.stringify({ content })),
	marker: { type: "stop", data: "null" },
});

test("no space follows the colon, the type message is written out, and each event has an id", async ({
	lab,
	server,
}) => {
	const wire = await server.wire("/chat", { method: "POST" });
	expect(wire).toMatch(new RegExp(`^retry:\\d+\n\nevent:message\nid:${UUID.source}\ndata:{"content":"Hel"}\n\n`));
	const outcome = await lab.ours(async ({ EventSource }, url) => {
		const source = new EventSource(url, { json: {} });
		const ids = new Set<string>();
		let contents = "";
		source.onmessage = ({ data, lastEventId }) => {
			contents += JSON.parse(data).content;
			ids.add(lastEventId);
		};
		const { reason } = await source.closed;
		return { reason, contents, ids: ids.size };
	}, server.url("/chat"));
	expect(outcome).toEqual({ reason: "end", contents: "Hello 你好", ids: 3 });
});

test("a channel reaches every source that listens, and removes those that have closed", async ({ lab, server }) => {
	const broadcast = async (news: unknown) => {
		const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(news) };
		return (await fetch(`${server.origin}/broadcast`, init)).json();
	};
	await lab.ours(async ({ EventSource, kept, once }, url) => {
		const sources = [new EventSource(url), new EventSource(url)];
		await Promise.all(sources.map((source) => once(source, "open")));
		kept.sources = sources;
		kept.news = Promise.all(sources.map((source) => once(source, "news")));
	}, server.url("/channel"));
	expect(await broadcast({ n: 1 })).toBe(2);
	const news = await lab.ours(async ({ kept }) => {
		const events = (await kept.news) as MessageEvent<string>[];
		for (const source of kept.sources as EventSource[]) {
			source.close();
		}
		return events.map(({ data }) => data);
	});
	expect(news).toEqual(['{"n":1}', '{"n":1}']);
	await expect.poll(() => broadcast({ n: 2 })).toBe(0);
});
