// A feed as an application would write it by hand. Its events are numbered, and a client that
// reconnects gets the events that it has missed.

import type { IncomingMessage, ServerResponse } from "node:http";

export class Feed {
	readonly #log: string[] = [];
	readonly #readers = new Set<ServerResponse>();

	/** Sends an event to all connected clients now, and to others when they reconnect. */
	send(type: string, data: string): void {
		const id = this.#log.length + 1;
		const lines = data.split("\n").map((line) => `data: ${line}\n`);
		const block = `event: ${type}\nid: ${id}\n${lines.join("")}\n`;
		this.#log.push(block);
		for (const reader of this.#readers) {
			reader.write(block);
		}
	}

	handle(request: IncomingMessage, response: ServerResponse): void {
		const { pathname, searchParams } = new URL(request.url ?? "", "http://feed");
		if (pathname !== "/feed") {
			response.writeHead(404).end();
			return;
		}
		response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
		response.write("retry: 500\n\n");
		const last = request.headers["last-event-id"] ?? searchParams.get("lastEventId");
		response.write(this.#log.slice(last ? Number(last) : this.#log.length).join(""));
		this.#readers.add(response);
		response.once("close", () => this.#readers.delete(response));
	}
}
