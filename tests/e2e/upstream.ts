// A model's server that the test controls: an OpenAI-compatible endpoint that sends pieces on
// command.

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Looks like a real key. It must never appear anywhere except in a header of the request to the
 * model's server.
 */
export const KEY = "sk-e2e-0123456789-secret";
export const MODEL = "test-model-1";

/** A question that reached the model's server. */
export interface Asked {
	readonly authorization: string | undefined;
	readonly question: { model: string; stream: boolean; messages: { role: string; content: string }[]; pace?: number };
	/** Sends a piece of the model's message, as one event. */
	say(content: string): void;
	/** Sends the data of one event. */
	send(data: string): void;
	/** Ends the model's message properly. */
	finish(): void;
	/** Ends the body without the mark that the model's message is complete. */
	end(): void;
	/** Closes the connection before the end of the response. */
	cut(): void;
	/** Refuses with a status and a JSON body. */
	refuse(status: number, body: unknown): void;
	/** Fulfilled when the connection is closed, by either side. */
	readonly gone: Promise<unknown>;
}

export interface Upstream {
	/** Variables for the environment of the chat server. */
	readonly environment: Record<string, string>;
	/** Every question so far. */
	readonly asked: readonly Asked[];
	/** Returns the next question that has not been returned yet. */
	next(): Promise<Asked>;
	close(): Promise<void>;
}

export async function startUpstream(): Promise<Upstream> {
	const asked: Asked[] = [];
	let taken = 0;
	let arrived = () => {};
	const server = createServer(async (request, response) => {
		asked.push(await receive(request, response));
		arrived();
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;

	return {
		environment: { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_API_KEY: KEY, MODEL },
		asked,
		async next() {
			while (asked.length <= taken) {
				await new Promise<void>((resolve) => {
					arrived = resolve;
				});
			}
			return asked[taken++] as Asked;
		},
		async close() {
			server.close();
			server.closeAllConnections();
			await once(server, "close");
		},
	};
}

async function receive(request: IncomingMessage, response: ServerResponse): Promise<Asked> {
	let body = "";
	request.setEncoding("utf8");
	for await (const chunk of request) body += chunk;

	const send = (data: string) => {
		if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream" });
		response.write(`data: ${data}\n\n`);
	};
	return {
		authorization: request.headers.authorization,
		question: JSON.parse(body),
		say: (content) => send(JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })),
		send,
		finish() {
			send(JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }));
			send("[DONE]");
			response.end();
		},
		end: () => response.end(),
		cut: () => response.socket?.resetAndDestroy(),
		refuse(status, reason) {
			response.writeHead(status, { "content-type": "application/json" });
			response.end(JSON.stringify(reason));
		},
		gone: once(response, "close"),
	};
}
