// Tests the built package in Node: its exports, and that a source works without any setup after the
// import.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer, get } from "node:http";
import { test } from "node:test";
import { EventSource, events, fetchEventSource, init } from "headwater";
import { root } from "../../scripts/lib/tools.mjs";

function listen(handler) {
	const server = createServer(handler);
	return new Promise((resolve) => {
		server.listen(0, "127.0.0.1", () => resolve({ server, origin: `http://127.0.0.1:${server.address().port}` }));
	});
}

test("a POST streams in Node with only the import", async () => {
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

test("messages can be iterated from a URL or a response body, and leaving the loop cancels the body", async () => {
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

test("ReadableStream.from makes a stream of the iterator", async () => {
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

test("B15: a source that waits to reconnect keeps the process alive until it is closed", async () => {
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

test("a relative URL causes a SyntaxError in Node, which has no base URL", () => {
	assert.throws(() => new EventSource("/chat"), { name: "SyntaxError" });
});

test("init loads the module ahead of the first source", async () => {
	assert.equal(await init(), undefined);
});

/** Runs a script that imports the package, and returns its output. */
async function output(code) {
	const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { cwd: root });
	const [printed, errors] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
	return `${Buffer.concat(printed)}${Buffer.concat(errors)}`;
}

test("a response with an invalid URL does not end the process: open fires, and events have the request's origin", async () => {
	const printed = await output(`
		import { EventSource } from "headwater";
		const bad = { get: () => { throw new Error("mine"); } };
		for (const url of [{ value: "/api/chat" }, { value: "http://[" }, { value: 7 }, { value: Symbol() }, bad]) {
			const { status, headers, body } = new Response("data: x\\n\\n", { headers: { "content-type": "text/event-stream" } });
			const response = Object.defineProperty({ status, headers, body }, "url", url);
			const source = new EventSource("http://127.0.0.1/chat", { method: "POST", fetch: async () => response });
			source.onopen = () => console.log("open");
			source.onmessage = ({ origin, data }) => console.log(origin, data);
			console.log((await source.closed).reason);
		}`);
	assert.equal(printed, "open\nhttp://127.0.0.1 x\nend\n".repeat(5));
});

test("a rejected promise from `until` does not end the process", async () => {
	const printed = await output(`
		import { EventSource } from "headwater";
		globalThis.reportError = (error) => console.log(error.message);
		const source = new EventSource("http://127.0.0.1/chat", {
			method: "POST",
			end: "close",
			until: async () => { throw new Error("mine"); },
			fetch: async () => new Response("data: x\\n\\n", { headers: { "content-type": "text/event-stream" } }),
		});
		source.onmessage = ({ data }) => console.log(data);
		console.log((await source.closed).reason);`);
	assert.equal(printed, `"until" must not return a promise\nx\nend\n`);
});

test("a clone of a refused response of 300 kB, or of an ended stream, can be read to its end", async () => {
	const { server, origin } = await listen((request, response) => {
		const refused = request.url === "/refused";
		response.writeHead(refused ? 500 : 200, { "content-type": "text/event-stream" });
		response.write(`data: ${"x".repeat(100_000)}`);
		setTimeout(() => response.end(`${"x".repeat(200_000)}\n\n`), 1500);
	});
	for (const path of ["/refused", "/ended"]) {
		const clones = [];
		const accept = (response) => {
			clones.push(response.clone().text());
			return response.ok;
		};
		await new EventSource(origin + path, { method: "POST", accept }).closed;
		assert.equal((await clones[0]).length, "data: \n\n".length + 300_000, path);
		const onopen = (response) => {
			clones.push(response.clone().text());
			if (!response.ok) {
				throw new Error("no");
			}
		};
		await fetchEventSource(origin + path, { method: "POST", onopen, onclose() {} }).catch(() => {});
		assert.equal((await clones[1]).length, "data: \n\n".length + 300_000, path);
	}
	server.close();
});

test("a response without a body is read, and one with a Node stream as body fails with a clear error", async () => {
	const { server, origin } = await listen((_request, response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.end("data: a\n\n");
	});
	const asked = () => new Promise((resolve) => get(origin, resolve));
	const like = (message, rest) => ({ status: 200, headers: new Headers(message.headers), ...rest });
	const told = [];
	for (const read of [
		(message) => ({ body: message }),
		(message) => ({ arrayBuffer: async () => Buffer.concat(await message.toArray()) }),
	]) {
		const fetch = async () => {
			const message = await asked();
			return like(message, read(message));
		};
		const source = new EventSource(origin, { method: "POST", fetch });
		source.onmessage = ({ data }) => told.push(data);
		source.onerror = ({ message }) =>
			told.push(/^.*the response body is already used \(read a clone\(\)\) or is not a stream$/.test(message));
		told.push((await source.closed).reason);
	}
	assert.deepEqual(told, [true, "request", "a", "end"]);
	server.closeAllConnections();
	server.close();
});
