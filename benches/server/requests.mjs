// The requests for the measurements of the chat server, written byte for byte, and the connections
// that send them.

import { connect } from "node:net";

/** A stream that takes an idle server half a second to generate, and 52 MB of memory. */
const LARGE = "workload=comments&events=340000";
const FORM = "application/x-www-form-urlencoded";
/** The largest body that the route reads. */
const conversation = JSON.stringify({ messages: [{ role: "user", content: `hello ${"x".repeat(1_048_500)}` }] });
const text = `msg=${"x".repeat(65_500)}`;

export function get(path) {
	return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
}

export function post(path, type, body) {
	const length = Buffer.byteLength(body);
	return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

/** Each route with its most expensive parameters. The number makes the requests differ. */
export const ROUTES = {
	"GET /": () => get("/"),
	"GET /api/model": () => get("/api/model"),
	"POST /api/chat": () => post("/api/chat", "application/json", conversation),
	"POST /chat/send": () => post("/chat/send", FORM, text),
	"GET /chat/conversation/1": () => get("/chat/conversation/1?interval=1"),
	"POST /chat/stream": () => post("/chat/stream?interval=1", FORM, text),
	"GET /message/sse/subscribe": (number) => get(`/message/sse/subscribe?userId=${number}`),
	"POST /message/sse/push": (number) => post(`/message/sse/push?userId=${number}`, "text/plain", text),
	"GET /message/sse/stats": () => get("/message/sse/stats"),
	"GET /stream": () => get("/stream?interval=1"),
	"GET /bench/stream": (number) => get(`/bench/stream?${LARGE}&seed=${number}`),
	"GET /bench/stream with a rate": (number) => get(`/bench/stream?${LARGE}&seed=${number}&rate=1`),
	"GET /bench/expected": (number) => get(`/bench/expected?${LARGE}&seed=${number}`),
};

/** Opens a connection and writes the request. Errors are expected: the server closes some. */
export function begin(port, request) {
	return new Promise((resolve, reject) => {
		const socket = connect(port, "127.0.0.1", () => {
			socket.off("error", reject);
			socket.on("error", () => {});
			socket.write(request);
			resolve(socket);
		});
		socket.once("error", reject);
	});
}
