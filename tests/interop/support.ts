// Helpers for the tests against real servers: the server as one test sees it, and the page of
// another origin that sends the requests.

import { randomUUID } from "node:crypto";
import { expect, test as facade } from "../facade/support.ts";

export { expect };

/** A request that an application of tests/servers/ recorded. */
export interface Seen {
	method: string;
	path: string;
	lastEventId: string | null;
}

/** The real server. Its applications record the requests of each test under a key. */
export class Server {
	readonly key = randomUUID();
	readonly origin: string;

	constructor() {
		const origin = process.env.HEADWATER_INTEROP;
		if (!origin) {
			throw new Error("HEADWATER_INTEROP is not set: npm run test:interop starts the servers and sets it");
		}
		this.origin = origin;
	}

	url(path: string): string {
		return `${this.origin}${path}${path.includes("?") ? "&" : "?"}key=${this.key}`;
	}

	/**
	 * Returns the bytes of a response that have arrived. Such requests are not recorded, and our
	 * code does not parse the bytes.
	 */
	async wire(path: string, init: RequestInit = {}): Promise<string> {
		const headers = { accept: "text/event-stream", ...init.headers };
		const response = await fetch(this.origin + path, { ...init, headers });
		let text = "";
		try {
			for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
				text += piece;
			}
		} catch {
			text += "[broken off]";
		}
		return text;
	}

	/** Returns the requests that the application recorded for this test. */
	async seen(): Promise<Seen[]> {
		return (await (await fetch(this.url("/seen"))).json()) as Seen[];
	}
}

/**
 * `asked` lists the page's requests to the server, as the browser reports them. It is for servers
 * that do not record requests.
 */
export const test = facade.extend<{ server: Server; asked: string[] }>({
	server: async ({}, use) => use(new Server()),
	asked: async ({ page, server }, use) => {
		const asked: string[] = [];
		const note = (request: { method(): string; url(): string }) => {
			const { origin, pathname } = new URL(request.url());
			if (origin === server.origin) {
				asked.push(`${request.method()} ${pathname}`);
			}
		};
		page.on("request", note);
		await use(asked);
		page.off("request", note);
	},
});
