// The better-sse application of the interoperability tests: sessions and a channel under Express.

import { setTimeout as pause } from "node:timers/promises";
import { createChannel, createSession } from "better-sse";
import cors from "cors";
import express from "express";

/** The requests, by the key of the test that made them. */
const seen = new Map();

const app = express();
app.use(cors({ exposedHeaders: ["Retry-After"] }), express.json());
app.use((request, _, next) => {
	const { key } = request.query;
	if (key && request.path !== "/seen") {
		const id = request.get("Last-Event-ID") ?? null;
		seen.set(key, [...(seen.get(key) ?? []), { method: request.method, path: request.path, lastEventId: id }]);
	}
	next();
});
app.get("/seen", (request, response) => response.json(seen.get(request.query.key) ?? []));

/** The events must arrive before the connection breaks. */
async function finish(request, response) {
	if (request.query.end === "cut") {
		await pause(500);
		response.socket.destroy();
	} else {
		response.end();
	}
}

/** Sends three numbered events per request, and `stop` after the sixth. */
app.get("/feed", async (request, response) => {
	const session = await createSession(request, response, { retry: 500 });
	const last = Number(session.lastId || 0);
	for (let n = last + 1; n <= last + 3; n++) {
		session.push(`event ${n}`, "message", String(n));
	}
	if (last >= 3) {
		session.push("", "stop", String(last + 3));
	}
	await finish(request, response);
});

app.get("/kinds", async (request, response) => {
	const session = await createSession(request, response);
	session.push({ n: 1 }, "token", "a1");
	session.push("one\ntwo", "message", "a2");
	session.push("", "message", "a3");
	session.push(null, "message", "a4");
	session.push("é 你 🚀", "message", "a5");
	session.push("  indented", "message", "a6");
	session.push("no id of mine");
	response.end();
});

app.get("/idle", async (request, response) => {
	const session = await createSession(request, response, { keepAlive: 100 });
	session.push("before");
	await pause(500);
	session.push("after");
	response.end();
});

app.post("/chat", async (request, response) => {
	const session = await createSession(request, response);
	for (const content of ["Hel", "lo ", "你好"]) {
		session.push({ content });
	}
	if (request.query.end === undefined) {
		session.push(null, "stop");
	}
	await finish(request, response);
});

const channel = createChannel();
app.get("/channel", async (request, response) => {
	channel.register(await createSession(request, response));
});
app.post("/broadcast", (request, response) => {
	channel.broadcast(request.body, "news");
	response.json(channel.sessionCount);
});

app.all("/busy", (_, response) => response.status(503).set("Retry-After", "7").json({ error: "busy" }));
app.get("/done", (_, response) => response.sendStatus(204));

app.listen(Number(process.argv[2]), "127.0.0.1");
