// Owns what the tests against real servers share: the server as one test sees it, and the page of
// another origin that asks it.

import { randomUUID } from "node:crypto";
import { expect, test as facade } from "../facade/support.ts";

export { expect };

/** What an application of tests/servers/ noted of a request. */
export interface Seen {
	method: string;
	path: string;
	lastEventId: string | null;
}

/** The real server. Its applications note the requests of each test under a key. */
export class Server {
	readonly key = randomUUID();
	readonly origin: string;

	constructor() {
		const origin = process.env.HEADWATER_INTEROP;
		if (!origin) {
			throw new Error("npm run test:interop starts the servers, and says in HEADWATER_INTEROP where");
		}
		this.origin = origin;
	}

	url(path: string): string {
		return `${this.origin}${path}${path.includes("?") ? "&" : "?"}key=${this.key}`;
	}

	/** The bytes of an answer, as far as they come. They are not noted, and none is taken apart by anything of ours. */
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

	/** What the application noted of this test. */
	async seen(): Promise<Seen[]> {
		return (await (await fetch(this.url("/seen"))).json()) as Seen[];
	}
}

/** What the page asked the server for, as the browser tells it: where the server itself keeps no list. */
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
