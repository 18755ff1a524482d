// The built package in Node: what it exports, and that its import is all that is needed.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { EventSource, init } from "headwater";

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

test("a relative URL has nothing to be resolved against in Node", () => {
	assert.throws(() => new EventSource("/chat"), { name: "SyntaxError" });
});

test("init loads the module ahead of the first source", async () => {
	assert.equal(await init(), undefined);
});
