// The Express application of the interoperability tests: event streams written by hand, as most
// are.

import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import cors from "cors";
import express from "express";

/** The requests, by the key of the test that made them. */
const seen = new Map();

const app = express();
// Responds to a preflight with the requested headers, including Last-Event-ID.
const anyHeader = cors({ exposedHeaders: ["Retry-After"] });
// This is a fixed list without Last-Event-ID, as in many applications.
const listedHeaders = cors({ allowedHeaders: ["Content-Type", "Authorization"] });
app.use((request, response, next) => (request.path === "/listed" ? listedHeaders : anyHeader)(request, response, next));
app.use(express.json());
app.use((request, _, next) => {
	const { key } = request.query;
	if (key && request.path !== "/seen") {
		const id = request.get("Last-Event-ID") ?? null;
		seen.set(key, [...(seen.get(key) ?? []), { method: request.method, path: request.path, lastEventId: id }]);
	}
	next();
});
app.get("/seen", (request, response) => response.json(seen.get(request.query.key) ?? []));

function stream(response) {
	response.set({ "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
	response.flushHeaders();
}

/** Sends three numbered events per request, and `stop` after the sixth. */
async function feed(request, response, last) {
	stream(response);
	response.write("retry: 500\n\n");
	for (let n = last + 1; n <= last + 3; n++) {
		response.write(`id: ${n}\ndata: event ${n}\n\n`);
	}
	if (last >= 3) {
		response.write("event: stop\ndata:\n\n");
	}
	await finish(request, response);
}

/** The events must arrive before the connection breaks. */
async function finish(request, response) {
	if (request.query.end === "cut") {
		await pause(500);
		response.socket.destroy();
	} else {
		response.end();
	}
}

app.get("/feed", (request, response) => feed(request, response, Number(request.get("Last-Event-ID") ?? 0)));
app.get("/listed", (request, response) => feed(request, response, Number(request.query.after ?? 0)));

app.get("/kinds", (_, response) => {
	stream(response);
	response.write(": a comment\n\n");
	response.write('event: token\nid: a1\ndata: {"n":1}\n\n');
	response.write("data: one\ndata: two\n\n");
	response.write("data:\n\n");
	response.write("data: é 你 🚀\n\n");
	response.write("data:  indented\n\n");
	response.write("id: a2\n\n");
	response.end();
});

app.get("/idle", async (_, response) => {
	stream(response);
	response.write("data: before\n\n");
	for (let comments = 0; comments < 3; comments++) {
		await pause(100);
		response.write(": keep-alive\n\n");
	}
	response.end("data: after\n\n");
});

const ANSWER = ["Hel", "lo ", "你好"];

app.post("/chat", async (request, response) => {
	stream(response);
	for (const content of ANSWER) {
		response.write(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
	}
	if (request.query.end === undefined) {
		response.write("data: [DONE]\n\n");
	}
	await finish(request, response);
});

/** A response that a POST begins and a GET continues: the tokens after the one with that ID. */
async function answer(request, response, after) {
	stream(response);
	const tokens = request.body?.prompt === undefined ? ANSWER : ANSWER.slice(0, 2);
	for (const [index, token] of tokens.entries()) {
		if (index >= after) {
			response.write(`id: ${index + 1}\ndata: ${token}\n\n`);
		}
	}
	if (tokens === ANSWER) {
		response.end("event: stop\ndata:\n\n");
	} else {
		await finish(request, response);
	}
}
app.post("/answers", (request, response) => answer(request, response, 0));
app.get("/answers", (request, response) => answer(request, response, Number(request.get("Last-Event-ID") ?? 0)));

/** Resets the connection in the middle of an event, whose ID must not be used. */
app.get("/reset", async (request, response) => {
	stream(response);
	response.write("retry: 500\n\n");
	if (request.get("Last-Event-ID") === undefined) {
		response.write("id: 1\ndata: whole\n\nid: 2\ndata: par");
		await pause(500);
		response.socket.resetAndDestroy();
	} else {
		response.end("event: stop\ndata:\n\n");
	}
});

app.post("/moved", (request, response) => response.redirect(307, request.originalUrl.replace("moved", "chat")));
app.get("/login", (_, response) => response.send("<html>Please log in</html>"));
app.all("/busy", (_, response) => response.status(503).set("Retry-After", "7").json({ error: "busy" }));
app.get("/done", (_, response) => response.sendStatus(204));

const server = app.listen(Number(process.argv[2]), "127.0.0.1");
await once(server, "listening");
