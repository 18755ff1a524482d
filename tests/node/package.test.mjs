// The built package in Node: what it exports, and that its import is all that is needed.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { test } from "node:test";
import { EventSource, events, init } from "headwater";
import { root } from "../../scripts/lib/tools.mjs";

function listen(handler) {
	const server = createServer(handler);
	return new Promise((resolve) => {
		server.listen(0, "127.0.0.1", () => resolve({ server, origin: `http://127.0.0.1:${server.address().port}` }));
	});
}

test("a POST streams in Node with nothing but the import", async () => {
	const { server, origin } = await listen(async (request, response) => {
		const chunks = await request.toArray();
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.end(`id: 1\nevent: echo\ndata: ${request.method} ${Buffer.concat(chunks)}\n\n`);
	});
	const source = new EventSource(`${origin}/chat`, { json: { prompt: "日本" } });
	const echoes = [];
	source.addEventListener("echo", (event) => echoes.push([event.data, event.lastEventId, event.origin]));
	assert.deepEqual(await source.closed, { reason: "end" });
	assert.deepEqual(echoes, [['POST {"prompt":"日本"}', "1", origin]]);
	assert.equal(source.readyState, EventSource.CLOSED);
	server.close();
});

test("messages can be iterated, from a URL and from the body of a response, which is cancelled when it is left", async () => {
	const left = [];
	const { server, origin } = await listen((_request, response) => {
		left.push(new Promise((resolve) => response.on("close", resolve)));
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.write("data: a\n\nid: 1\ndata: b\n\n");
	});
	const { body } = await fetch(origin);
	for (const input of [`${origin}/`, body]) {
		const told = [];
		for await (const message of events(input)) {
			told.push({ ...message });
			if (message.data === "b") {
				break;
			}
		}
		const [a, b] = ["", "1"].map((lastEventId, index) => ({ type: "message", data: "ab"[index], lastEventId }));
		assert.deepEqual(told, [a, b]);
	}
	assert.equal((await Promise.all(left)).length, 2);
	server.close();
});

test("ReadableStream.from makes a stream of what is iterated", async () => {
	const { server, origin } = await listen((_request, response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.end("data: a\n\ndata: b\n\n");
	});
	const data = [];
	for await (const message of ReadableStream.from(events(`${origin}/`, { end: "close" }))) {
		data.push(message.data);
	}
	assert.deepEqual(data, ["a", "b"]);
	server.close();
});

test("B15: a script whose source waits to reconnect goes on until it is closed", async () => {
	let requests = 0;
	const { server, origin } = await listen((_request, response) => {
		requests++;
		response.writeHead(200, { "content-type": "text/event-stream", connection: "close" });
		response.end(`data: ${requests}\n\n`);
	});
	const code = `
		import { EventSource } from "headwater";
		const source = new EventSource("${origin}", { reconnect: { delay: 1000 } });
		source.onmessage = ({ data }) => (console.log(data), data === "2" && source.close());`;
	const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { cwd: root });
	const output = await child.stdout.toArray();
	assert.equal(Buffer.concat(output).toString(), "1\n2\n");
	server.close();
});

test("a relative URL has nothing to be resolved against in Node", () => {
	assert.throws(() => new EventSource("/chat"), { name: "SyntaxError" });
});

test("init loads the module ahead of the first source", async () => {
	assert.equal(await init(), undefined);
});
