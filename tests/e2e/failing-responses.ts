// The responses of a failing model's server, and the text that the chat page shows for each.

import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { KEY } from "./upstream.ts";

/** A response, and the text for it that follows the name of the model's server. */
export type Row = readonly [name: string, respond: (socket: Socket) => void, words: string];

const EVENTS = "Content-Type: text/event-stream\r\n";
export const PIECE = 'data: {"choices":[{"delta":{"content":"So far"}}]}\n\n';

/**
 * Sends a response and closes the connection. Every header that can contain a text contains the
 * key.
 */
function response(status: string, headers: string, body: string | Buffer): (socket: Socket) => void {
	const bytes = Buffer.from(body);
	const head = `HTTP/1.1 ${status}\r\n${headers}X-Key: ${KEY}\r\nSet-Cookie: key=${KEY}\r\nRetry-After: ${KEY}\r\n`;
	return (socket) => {
		socket.write(`${head}Connection: close\r\nContent-Length: ${bytes.length}\r\n\r\n`);
		socket.end(bytes);
	};
}

const refusal = (status: string, body = JSON.stringify({ error: { message: `<b>${KEY}`, type: KEY, code: KEY } })) =>
	response(status, "Content-Type: application/json\r\n", body);

/** Starts an event stream and does not end it. */
export function begin(socket: Socket, body = PIECE): void {
	socket.write(`HTTP/1.1 200 OK\r\n${EVENTS}\r\n${body}`);
}

/** Responses that are not event streams. */
export const REFUSALS: readonly Row[] = [
	[
		"204",
		response("204 No Content", "", ""),
		"responded without any content. Check the path in OPENAI_BASE_URL: it must be the base path of the chat API.",
	],
	[
		"307",
		response("307 Temporary Redirect", `Location: /?key=${KEY}\r\n`, ""),
		"responded with a redirect, which the chat server does not follow, to protect the key. Set OPENAI_BASE_URL to the new URL.",
	],
	[
		"400",
		refusal("400 Bad Request"),
		"does not accept the request. Check that the model in MODEL can chat, and that the model's server can stream.",
	],
	[
		"401",
		refusal("401 Unauthorized"),
		"does not accept the key of the chat server. Correct OPENAI_API_KEY, and restart the chat server.",
	],
	[
		"402",
		refusal("402 Payment Required"),
		"requires payment. Pay for the account that the key belongs to, or use another key.",
	],
	[
		"403",
		refusal("403 Forbidden"),
		"does not allow this request. Use a key that is allowed to use this model, or set MODEL to another model.",
	],
	[
		"404",
		refusal("404 Not Found"),
		"does not know the model or the address. Check MODEL and the path in OPENAI_BASE_URL.",
	],
	[
		"407",
		refusal("407 Proxy Authentication Required"),
		"cannot be reached: a proxy on the way requires a password. Add a user name and password to the proxy's URL in HTTPS_PROXY or HTTP_PROXY.",
	],
	[
		"408",
		refusal("408 Request Timeout"),
		"stopped waiting before it had received the whole question. Try again. If this happens every time, the network connection is too slow.",
	],
	[
		"409",
		refusal("409 Conflict"),
		"is busy with a conflicting request. Wait until the other request is complete, and try again.",
	],
	[
		"413",
		refusal("413 Content Too Large"),
		"does not accept a conversation of this length. Start a new chat, or ask a shorter question.",
	],
	[
		"418",
		refusal("418 Teapot"),
		"responded with status 418. Check that the server at OPENAI_BASE_URL offers the model in MODEL.",
	],
	["429", refusal("429 Too Many Requests"), "is receiving too many requests. Wait a minute, and try again."],
	[
		"500",
		refusal("500 Internal Server Error"),
		"has an internal error (status 500). Try again later. If it keeps happening, tell the operator of the model's server.",
	],
	[
		"502",
		refusal("502 Bad Gateway"),
		"is behind a gateway that cannot reach it. Try again in a few minutes, or ask the operator of the gateway.",
	],
	["503", refusal("503 Service Unavailable"), "is overloaded or temporarily unavailable. Try again in a few minutes."],
	[
		"504",
		refusal("504 Gateway Timeout"),
		"is behind a gateway that stopped waiting for a response. Try again in a few minutes, or ask a shorter question.",
	],
	[
		"no quota",
		refusal("429 Too Many Requests", '{"error":{"code":"insufficient_quota"}}'),
		"has no quota left for the key of the chat server. Add credit to the account that the key belongs to, or use another key.",
	],
	[
		"no model",
		refusal("404 Not Found", '{"error":{"code":"model_not_found"}}'),
		"does not know the model. Set MODEL to the name of a model that the model's server has.",
	],
	[
		"a filter",
		refusal("400 Bad Request", '{"error":{"code":"content_filter"}}'),
		"refused the conversation because of its contents. Rephrase the question, or start a new chat.",
	],
	[
		"a compressed error",
		response("500 Internal Server Error", "Content-Encoding: gzip\r\n", gzipSync(KEY)),
		"has an internal error (status 500). Try again later. If it keeps happening, tell the operator of the model's server.",
	],
	[
		"a compressed stream",
		response("200 OK", `${EVENTS}Content-Encoding: gzip\r\n`, gzipSync(PIECE)),
		"compressed its response, although the chat server asked it not to. Turn off compression in the model's server, or in the proxy in front of it.",
	],
	[
		"HTML",
		response("200 OK", "Content-Type: text/html\r\n", "<title>Hi"),
		"responded with a web page instead of an event stream. Check the path in OPENAI_BASE_URL, which usually ends with /v1.",
	],
	[
		"JSON",
		response("200 OK", "Content-Type: application/json\r\n", "{}"),
		"responded with JSON instead of an event stream. Check that the model's server can stream.",
	],
	[
		"an image",
		response("200 OK", "Content-Type: image/png\r\n", "x"),
		"responded with something other than an event stream. Check that OPENAI_BASE_URL is the URL of an OpenAI-compatible server.",
	],
	[
		"no HTTP",
		(socket) => socket.end(`${KEY}\r\n\r\n`),
		"responded with something other than HTTP. Check the port and the scheme in OPENAI_BASE_URL.",
	],
	[
		"no response",
		(socket) => socket.end(),
		"closed the connection before it responded. Try again. If this happens every time, check OPENAI_BASE_URL.",
	],
	[
		"endless headers",
		(socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${KEY.repeat(50_000)}`),
		"responded with headers that are too large. Check that OPENAI_BASE_URL is the URL of a model's server.",
	],
];

/** Event streams that fail. */
export const STREAMS: readonly Row[] = [
	[
		"HTML without a type",
		response("200 OK", "", "\n<!doctype html><title>Hi"),
		"responded with a web page instead of an event stream. Check the path in OPENAI_BASE_URL, which usually ends with /v1.",
	],
	[
		"JSON without a type",
		response("200 OK", "", "{}"),
		"responded with JSON instead of an event stream. Check that the model's server can stream.",
	],
	[
		"an unmarked compressed stream",
		response("200 OK", EVENTS, gzipSync(PIECE)),
		"compressed its response, although the chat server asked it not to. Turn off compression in the model's server, or in the proxy in front of it.",
	],
	[
		"an empty stream",
		response("200 OK", EVENTS, ""),
		"ended its response without any text. Ask again, or set MODEL to another model.",
	],
	[
		"no end of the answer",
		response("200 OK", EVENTS, PIECE),
		"ended its response too early. Ask again, because the end of the answer is missing.",
	],
	[
		"a cut",
		(socket) => {
			socket.end(`HTTP/1.1 200 OK\r\n${EVENTS}Content-Length: 9999\r\n\r\n${PIECE}data: {`);
		},
		"closed the connection in the middle of its response. Ask again, because the rest of the answer is lost.",
	],
	[
		"a reset",
		(socket) => {
			socket.write(`HTTP/1.1 200 OK\r\n${EVENTS}\r\n${PIECE}`, () => setTimeout(() => socket.resetAndDestroy(), 100));
		},
		"closed the connection in the middle of its response. Ask again, because the rest of the answer is lost.",
	],
	[
		"a line that is too long",
		(socket) => begin(socket, `${PIECE}data: ${KEY.repeat(100_000)}`),
		"sent an event that is too large. Ask for a shorter answer, or for text only.",
	],
	[
		"an error",
		(socket) => begin(socket, `${PIECE}data: {"error":{"message":"${KEY}"}}\n\n`),
		"reported an error. Try again. The log of the model's server may show the cause.",
	],
	[
		"a known error",
		(socket) => begin(socket, `${PIECE}event: error\ndata: {"code":"rate_limit"}\n\n`),
		"is receiving too many requests. Wait a minute, and try again.",
	],
];
