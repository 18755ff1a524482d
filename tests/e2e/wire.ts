// A recording proxy between a browser and a server (a "wire"). It passes every byte on unchanged,
// so a test sees the real traffic and does not depend on the browser's own reports.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Transform } from "node:stream";

/** A request as the browser sent it. */
export interface WireRequest {
	readonly method: string;
	readonly path: string;
	readonly headers: ReadonlyMap<string, string>;
	readonly body: string;
}

/** A loopback port that leads to a server. */
export interface Wire {
	readonly origin: string;
	/** Returns the browser's requests so far with this method and path. */
	requests(method: string, path: string): WireRequest[];
	/** Returns all bytes that the browser has received so far. */
	received(): string;
	/**
	 * From now on, passes nothing to the browser that comes after the first occurrence of this
	 * ASCII text on a connection, until the returned function is called.
	 */
	holdAfter(text: string): () => void;
	close(): Promise<void>;
}

/** Opens a wire to the server of this origin. */
export async function openWire(target: string): Promise<Wire> {
	const { hostname, port } = new URL(target);
	const sockets = new Set<Socket>();
	/**
	 * In the order of arrival: the bytes of the connection, and the index of the request within it.
	 */
	const sent: { connection: Buffer[]; index: number }[] = [];
	const received: Buffer[] = [];
	let hold: Hold | undefined;

	const listener = createServer((browser) => {
		const server = connect(Number(port), hostname);
		const connection: Buffer[] = [];
		let count = 0;
		browser.on("data", (chunk) => {
			connection.push(chunk);
			for (const { length } = parse(connection); count < length; count++) sent.push({ connection, index: count });
		});
		server.on("data", (chunk) => received.push(chunk));
		browser
			.pipe(server)
			.pipe(gate(() => hold))
			.pipe(browser);
		for (const [one, other] of [
			[browser, server],
			[server, browser],
		] as const) {
			one.setNoDelay();
			sockets.add(one);
			one.on("error", () => one.destroy());
			// When one end closes, the other end must notice it, but only after all data that was
			// sent before.
			one.on("close", () => {
				other.destroySoon();
				sockets.delete(one);
			});
		}
	});
	listener.listen(0, "127.0.0.1");
	await once(listener, "listening");

	return {
		origin: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
		requests: (method, path) =>
			sent
				.map(({ connection, index }) => parse(connection)[index]!)
				.filter((request) => request.method === method && request.path === path),
		received: () => Buffer.concat(received).toString("utf8"),
		holdAfter(text) {
			let release!: () => void;
			hold = { text, released: new Promise((resolve) => (release = resolve)) };
			return () => {
				hold = undefined;
				release();
			};
		},
		async close() {
			for (const socket of sockets) socket.destroy();
			listener.close();
			await once(listener, "close");
		},
	};
}

/** Says where the wire stops, and until when. */
interface Hold {
	readonly text: string;
	readonly released: Promise<void>;
}

/** Returns a stream that passes all bytes on, but stops at a hold until it is released. */
function gate(hold: () => Hold | undefined): Transform {
	let before = "";
	return new Transform({
		async transform(chunk: Buffer, _encoding, callback) {
			const held = hold();
			if (held === undefined) return callback(null, chunk);
			// The text can begin in an earlier chunk.
			const all = before + chunk.toString("latin1");
			const start = all.indexOf(held.text);
			before = all.slice(1 - held.text.length);
			if (start < 0) return callback(null, chunk);
			const end = start + held.text.length - (all.length - chunk.length);
			this.push(chunk.subarray(0, end));
			await held.released;
			callback(null, chunk.subarray(end));
		},
	});
}

/**
 * Returns the requests of one connection. If a request's body is incomplete, it contains the part
 * that has arrived.
 */
function parse(chunks: Buffer[]): WireRequest[] {
	const bytes = Buffer.concat(chunks);
	const requests: WireRequest[] = [];
	for (let start = 0; ; ) {
		const end = bytes.indexOf("\r\n\r\n", start);
		if (end < 0) return requests;
		const [first = "", ...lines] = bytes.toString("latin1", start, end).split("\r\n");
		const [method = "", path = ""] = first.split(" ");
		const headers = new Map(
			lines.map((line) => {
				const colon = line.indexOf(":");
				return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
			}),
		);
		const body = end + 4;
		start = body + Number(headers.get("content-length") ?? 0);
		requests.push({ method, path, headers, body: bytes.toString("utf8", body, start) });
	}
}
