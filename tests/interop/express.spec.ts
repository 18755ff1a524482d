// Tests against Express 5, with event streams written by hand.

import { contract } from "./contract.ts";
import { expect, test } from "./support.ts";

const answer = ["Hel", "lo ", "你好"].map((content) => JSON.stringify({ choices: [{ delta: { content } }] }));

contract({
	kinds: [
		{ type: "token", data: '{"n":1}', lastEventId: "a1" },
		{ type: "message", data: "one\ntwo", lastEventId: "a1" },
		{ type: "message", data: "", lastEventId: "a1" },
		{ type: "message", data: "é 你 🚀", lastEventId: "a1" },
		{ type: "message", data: " indented", lastEventId: "a1" },
	],
	lastId: "a2",
	stop: "",
	comment: /^: keep-alive$/m,
	answer,
	marker: { type: "message", data: "[DONE]" },
});

test("a redirection with 307 repeats method and body at the new URL, and source.url stays", async ({ lab, server }) => {
	const outcome = await lab.ours(async ({ EventSource, once }, url) => {
		const source = new EventSource(url, { json: { prompt: "hello" } });
		const { response } = await once<import("headwater").OpenEvent>(source, "open");
		const { reason } = await source.closed;
		return {
			reason,
			redirected: response.redirected,
			from: new URL(source.url).pathname,
			to: new URL(response.url).pathname,
		};
	}, server.url("/moved"));
	expect(outcome).toEqual({ reason: "end", redirected: true, from: "/moved", to: "/chat" });
	expect((await server.seen()).map(({ method, path }) => [method, path])).toEqual([
		["POST", "/moved"],
		["POST", "/chat"],
	]);
});

test("a login page with status 200 is rejected for its type, and its body can be read", async ({ lab, server }) => {
	const outcome = await lab.ours(async ({ EventSource, failure }, url) => {
		const { reason, status, body, willReconnect } = await failure(new EventSource(url));
		return { reason, status, body, willReconnect };
	}, server.url("/login"));
	const body = "<html>Please log in</html>";
	expect(outcome).toEqual({ reason: "content-type", status: 200, body, willReconnect: false });
	expect(await server.seen()).toHaveLength(1);
});

test("a reset in the middle of an event discards its text and its id", async ({ lab, server }) => {
	const outcome = await lab.ours(async ({ EventSource, record }, url) => {
		const source = new EventSource(url);
		const fired = record(source, "stop");
		source.addEventListener("stop", () => source.close());
		await source.closed;
		return fired.map(({ type, data, reason, lastEventId }) => [type, data ?? reason, lastEventId]);
	}, server.url("/reset"));
	expect(outcome).toEqual([
		["open", undefined, undefined],
		["message", "whole", "1"],
		["error", "interrupted", undefined],
		["open", undefined, undefined],
		["stop", "", "1"],
	]);
	expect((await server.seen()).map(({ lastEventId }) => lastEventId)).toEqual([null, "1"]);
});

test("CORS that does not list Last-Event-ID allows only the first connection; the error of the reconnection names the header and lastEventIdParam", async ({
	lab,
	server,
}) => {
	const outcome = await lab.ours(async ({ EventSource, once, record }, url) => {
		const source = new EventSource(url);
		const fired = record(source);
		const ended = await once<import("headwater").FailureEvent>(source, "error");
		const refused = await once<import("headwater").FailureEvent>(source, "error");
		source.close();
		const texts = fired.flatMap(({ data }) => data ?? []);
		return { texts, ended: ended.reason, refused: refused.reason, message: refused.message };
	}, server.url("/listed"));
	const texts = [1, 2, 3].map((n) => `event ${n}`);
	const message = expect.stringContaining("the header Last-Event-ID (use lastEventIdParam)");
	expect(outcome).toEqual({ texts, ended: "end", refused: "cors", message });
	// The second request is the client's own probe, which checks whether the server responds at
	// all. A repeated request does not reach the application.
	const request = { method: "GET", path: "/listed", lastEventId: null };
	expect(await server.seen()).toEqual([request, request]);
});

test("with lastEventIdParam the same feed is resumed without a preflight", async ({ lab, server }) => {
	const outcome = await lab.ours(async ({ EventSource, record }, url) => {
		const source = new EventSource(url, { lastEventIdParam: "after" });
		const fired = record(source, "stop");
		source.addEventListener("stop", () => source.close());
		const { reason } = await source.closed;
		return { reason, texts: fired.flatMap(({ data }) => data ?? []), sameUrl: source.url === url };
	}, server.url("/listed"));
	const texts = [...[1, 2, 3, 4, 5, 6].map((n) => `event ${n}`), ""];
	expect(outcome).toEqual({ reason: "caller", texts, sameUrl: true });
	const request = { method: "GET", path: "/listed", lastEventId: null };
	expect(await server.seen()).toEqual([request, request]);
});

test("a response to a POST that lost its connection is continued by a GET, as `request` says", async ({
	lab,
	server,
}) => {
	const outcome = await lab.ours(async ({ EventSource, record }, url) => {
		const source = new EventSource(url, {
			json: { prompt: "hello" },
			reconnect: { delay: 10 },
			request: ({ lastEventId }) => (lastEventId === "" ? {} : { method: "GET", body: null }),
			until: ({ type }) => type === "stop",
		});
		const fired = record(source, "stop");
		const { reason } = await source.closed;
		return { reason, fired: fired.map(({ type, data, reason }) => [type, data ?? reason]) };
	}, server.url("/answers?end=cut"));
	expect(outcome).toEqual({
		reason: "until",
		fired: [
			["open", undefined],
			["message", "Hel"],
			["message", "lo "],
			["error", "interrupted"],
			["open", undefined],
			["message", "你好"],
			["stop", ""],
		],
	});
	const path = "/answers";
	expect(await server.seen()).toEqual([
		{ method: "POST", path, lastEventId: null },
		{ method: "GET", path, lastEventId: "2" },
	]);
});
