// Tests against Spring MVC's SseEmitter, in Jetty.

import { connect } from "node:net";
import { contract } from "./contract.ts";
import { expect, test } from "./support.ts";

contract({
	kinds: [
		{ type: "token", data: '{"n":1}', lastEventId: "a1" },
		{ type: "message", data: "one\ntwo", lastEventId: "a1" },
		{ type: "message", data: "one", lastEventId: "a1" },
		{ type: "message", data: "", lastEventId: "a1" },
		{ type: "message", data: "é 你 🚀", lastEventId: "a1" },
		{ type: "message", data: "indented", lastEventId: "a1" },
	],
	lastId: "a2",
	stop: "",
	comment: /^:ping$/m,
	answer: ["Hel", "lo ", "你好"].map((content) => JSON.stringify({ content })),
	marker: { type: "stop", data: "" },
});

test("each event comes in three writes, and is one event", async ({ lab, server }) => {
	const socket = connect(Number(new URL(server.origin).port), "127.0.0.1");
	socket.write("GET /feed HTTP/1.1\r\nHost: spring\r\n\r\n");
	let wire = "";
	for await (const bytes of socket) {
		wire += bytes;
		if (wire.endsWith("\r\n0\r\n\r\n")) {
			break;
		}
	}
	expect(wire).toContain("\r\nretry:500\nid:1\ndata:\r\n7\r\nevent 1\r\n2\r\n\n\n\r\n");
	const texts = await lab.ours(async ({ EventSource, record }, url) => {
		const source = new EventSource(url, { end: "close" });
		const fired = record(source);
		await source.closed;
		return fired.flatMap(({ data }) => data ?? []);
	}, server.url("/feed"));
	expect(texts).toEqual(["event 1", "event 2", "event 3"]);
});

test("Spring 4 loses a line feed inside data() and a space before the text", async ({ server }) => {
	const wire = await server.wire("/kinds");
	expect(wire).toContain("\n\ndata:one\nlost\n\n");
	expect(wire).toContain("\n\ndata: indented\n\n");
});

test("a 503 that claims to be an event stream is an error response with its text", async ({ lab, server }) => {
	const outcome = await lab.ours(async ({ EventSource, failure }, url) => {
		const { reason, status, headers, body } = await failure(new EventSource(url));
		return { reason, status, type: headers?.get("content-type"), body };
	}, server.url("/busy"));
	const type = "text/event-stream;charset=ISO-8859-1";
	expect(outcome).toEqual({ reason: "status", status: 503, type, body: '{"error":"busy"}' });
});

test("a controller that throws before its stream begins causes a 500 without a body", async ({ lab, server }) => {
	const outcome = await lab.ours(async ({ EventSource, failure }, url) => {
		const { reason, status, body, willReconnect } = await failure(new EventSource(url));
		return { reason, status, body, willReconnect };
	}, server.url("/throws"));
	expect(outcome).toEqual({ reason: "status", status: 500, body: "", willReconnect: false });
});

test("an SseEmitter that times out ends like a complete one: only `until` distinguishes them", async ({
	lab,
	server,
}) => {
	expect(await server.wire("/timeout", { method: "POST" })).toBe("data:before\n\n");
	const reasons = await lab.ours(async ({ EventSource }, url) => {
		const whole = new EventSource(url, { method: "POST" });
		const cut = new EventSource(url, { method: "POST", until: ({ type }) => type === "stop" });
		return [(await whole.closed).reason, (await cut.closed).reason];
	}, server.url("/timeout"));
	expect(reasons).toEqual(["end", "interrupted"]);
	expect(await server.seen()).toHaveLength(2);
});
