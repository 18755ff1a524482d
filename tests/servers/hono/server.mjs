// The Hono application of the interoperability tests, on Node: streamSSE with and without an error
// handler.

import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { streamSSE } from "hono/streaming";

/** The requests, by the key of the test that made them. */
const seen = new Map();

const app = new Hono();
app.use(cors({ origin: "*", exposeHeaders: ["Retry-After"] }));
app.use(async (context, next) => {
	const { key } = context.req.query();
	if (key && context.req.path !== "/seen") {
		const lastEventId = context.req.header("Last-Event-ID") ?? null;
		seen.set(key, [...(seen.get(key) ?? []), { method: context.req.method, path: context.req.path, lastEventId }]);
	}
	await next();
});
app.get("/seen", (context) => context.json(seen.get(context.req.query("key")) ?? []));

/** The events must arrive before the connection breaks. */
async function finish(context, stream) {
	if (context.req.query("end") === "cut") {
		await stream.sleep(500);
		context.env.outgoing.socket.destroy();
	}
}

/** Sends three numbered events per request, and `stop` after the sixth. */
app.get("/feed", (context) =>
	streamSSE(context, async (stream) => {
		const last = Number(context.req.header("Last-Event-ID") ?? 0);
		for (let n = last + 1; n <= last + 3; n++) {
			await stream.writeSSE({ id: String(n), data: `event ${n}`, retry: 500 });
		}
		if (last >= 3) {
			await stream.writeSSE({ event: "stop", data: "" });
		}
		await finish(context, stream);
	}),
);

app.get("/kinds", (context) =>
	streamSSE(context, async (stream) => {
		await stream.write(": a comment\n\n");
		await stream.writeSSE({ event: "token", id: "a1", data: JSON.stringify({ n: 1 }) });
		await stream.writeSSE({ data: "one\ntwo\rthree\r\nfour" });
		await stream.writeSSE({ data: "" });
		await stream.writeSSE({ data: "é 你 🚀" });
		await stream.writeSSE({ data: " indented" });
	}),
);

app.get("/idle", (context) =>
	streamSSE(context, async (stream) => {
		await stream.writeSSE({ data: "before" });
		for (let comments = 0; comments < 3; comments++) {
			await stream.sleep(100);
			await stream.write(": keep-alive\n\n");
		}
		await stream.writeSSE({ data: "after" });
	}),
);

app.post("/chat", (context) =>
	streamSSE(context, async (stream) => {
		for (const content of ["Hel", "lo ", "你好"]) {
			await stream.writeSSE({ data: JSON.stringify({ choices: [{ delta: { content } }] }) });
		}
		if (context.req.query("end") === undefined) {
			await stream.writeSSE({ data: "[DONE]" });
		}
		await finish(context, stream);
	}),
);

async function failing(stream) {
	await stream.writeSSE({ id: "1", data: "before" });
	throw new Error("the model went away");
}
app.post("/throws", (context) => streamSSE(context, failing));
app.all("/reports", (context) =>
	streamSSE(context, failing, async (error, stream) => {
		await stream.writeSSE({ event: "error", data: error.message });
	}),
);

app.all("/busy", (context) => context.json({ error: "busy" }, 503, { "Retry-After": "7" }));
app.get("/done", (context) => context.body(null, 204));

serve({ fetch: app.fetch, port: Number(process.argv[2]), hostname: "127.0.0.1" });
