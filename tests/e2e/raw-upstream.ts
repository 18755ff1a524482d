// A model's server in which a test controls every byte, and also the connection itself.

import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { KEY, MODEL } from "./upstream.ts";

/** A connection of the chat server. */
export interface Connection {
	readonly socket: Socket;
	/** Fulfilled with the request when the request is complete. */
	readonly asked: Promise<string>;
	/** Fulfilled when the chat server has closed its end. */
	readonly gone: Promise<unknown>;
}

export interface RawUpstream {
	/** The name of this server in the messages of the chat server. */
	readonly name: string;
	/** The number of connections so far. */
	readonly count: number;
	/** Returns variables for the environment of the chat server. */
	environment(scheme?: "http" | "https"): Record<string, string>;
	/** Returns the next connection that has not been returned yet. */
	next(): Promise<Connection>;
	close(): Promise<void>;
}

export async function startRawUpstream(): Promise<RawUpstream> {
	const connections: Connection[] = [];
	let taken = 0;
	let arrived = () => {};
	const server = createServer((socket) => {
		connections.push(follow(socket));
		arrived();
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;

	return {
		name: `The model's server 127.0.0.1:${port}`,
		get count() {
			return connections.length;
		},
		environment: (scheme = "http") => ({
			OPENAI_BASE_URL: `${scheme}://127.0.0.1:${port}/v1`,
			OPENAI_API_KEY: KEY,
			MODEL,
		}),
		async next() {
			while (connections.length <= taken) {
				await new Promise<void>((resolve) => {
					arrived = resolve;
				});
			}
			return connections[taken++] as Connection;
		},
		async close() {
			for (const { socket } of connections) socket.destroy();
			server.close();
			await once(server, "close");
		},
	};
}

function follow(socket: Socket): Connection {
	let request = "";
	let complete: (request: string) => void;
	const asked = new Promise<string>((resolve) => {
		complete = resolve;
	});
	socket.setNoDelay();
	socket.on("data", (chunk) => {
		request += chunk.toString("latin1");
		const [head, body] = request.split("\r\n\r\n", 2);
		const length = /^content-length: (\d+)/im.exec(head ?? "");
		if (length && body && body.length >= Number(length[1])) complete(request);
	});
	// A reset also counts as closing.
	socket.on("error", () => {});
	return { socket, asked, gone: Promise.race([once(socket, "end"), once(socket, "close")]) };
}
