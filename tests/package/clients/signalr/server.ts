// A server for SignalR clients, because the real one is part of ASP.NET Core: the negotiation, the
// JSON hub protocol over Server-Sent Events and POST, and a hub with three methods. It follows
// docs/specs/TransportProtocols.md and HubProtocol.md of dotnet/aspnetcore.

import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

const INVOCATION = 1;
const STREAM_ITEM = 2;
const COMPLETION = 3;
const STREAM_INVOCATION = 4;
const PING = 6;
/** Ends every message of the protocol. */
const SEPARATOR = "\x1e";
const PING_INTERVAL_MS = 200;

interface Message {
	type?: number;
	invocationId?: string;
	target?: string;
	arguments?: unknown[];
}

/**
 * Responses by connection token. A value is undefined until the GET for its event stream arrives.
 */
type Connections = Map<string, ServerResponse | undefined>;

export function create() {
	const connections: Connections = new Map();
	let pings = 0;
	const ping = (response: ServerResponse) => {
		pings++;
		send(response, { type: PING });
	};
	return {
		get pings() {
			return pings;
		},
		handle: async (request: IncomingMessage, response: ServerResponse) => {
			const { pathname, searchParams } = new URL(request.url ?? "", "http://hub");
			const id = searchParams.get("id") ?? "";
			if (request.method === "POST" && pathname === "/hub/negotiate") {
				negotiate(connections, response);
			} else if (pathname !== "/hub" || !connections.has(id)) {
				response.writeHead(404).end();
			} else if (request.method === "GET") {
				stream(connections, id, response, ping);
			} else {
				for (const message of (await text(request)).split(SEPARATOR).slice(0, -1)) {
					receive(connections, id, JSON.parse(message));
				}
				response.end();
			}
		},
	};
}

function negotiate(connections: Connections, response: ServerResponse): void {
	const token = randomUUID();
	connections.set(token, undefined);
	const availableTransports = [{ transport: "ServerSentEvents", transferFormats: ["Text"] }];
	const answer = { negotiateVersion: 1, connectionId: randomUUID(), connectionToken: token, availableTransports };
	response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
}

/**
 * Sends the bytes that ASP.NET Core sends: CRLF line ends, and a comment first, which starts the
 * body at once.
 */
function stream(connections: Connections, id: string, response: ServerResponse, ping: (to: ServerResponse) => void) {
	const headers = { "content-type": "text/event-stream", "cache-control": "no-cache,no-store", pragma: "no-cache" };
	response.writeHead(200, { ...headers, "content-encoding": "identity" });
	response.write(":\r\n");
	connections.set(id, response);
	const pings = setInterval(() => ping(response), PING_INTERVAL_MS);
	response.once("close", () => {
		clearInterval(pings);
		connections.delete(id);
	});
}

function send(response: ServerResponse | undefined, message: object): void {
	response?.write(`data: ${JSON.stringify(message)}${SEPARATOR}\r\n\r\n`);
}

function receive(connections: Connections, id: string, message: Message): void {
	const caller = connections.get(id);
	const { type, target, invocationId, arguments: given = [] } = message;
	if (type === undefined) {
		// This is the handshake, which has no type.
		send(caller, {});
	} else if (type === INVOCATION && target === "Add") {
		send(caller, { type: COMPLETION, invocationId, result: given.reduce((sum: number, n) => sum + Number(n), 0) });
	} else if (type === INVOCATION && target === "Say") {
		for (const connection of connections.values()) {
			send(connection, { type: INVOCATION, target: "said", arguments: given });
		}
		if (invocationId !== undefined) {
			send(caller, { type: COMPLETION, invocationId });
		}
	} else if (type === STREAM_INVOCATION && target === "Count") {
		for (let item = 1; item <= Number(given[0]); item++) {
			send(caller, { type: STREAM_ITEM, invocationId, item });
		}
		send(caller, { type: COMPLETION, invocationId });
	}
}
