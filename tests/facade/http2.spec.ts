// Over HTTP/2, many sources can be open at the same time. Over HTTP/1.1, browsers open at most six
// connections to a server. The server is Node's own. Its certificate for localhost is in
// tests/support/tls/ and is used only in tests.

import { readFileSync } from "node:fs";
import { createSecureServer, type Http2ServerResponse } from "node:http2";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { root } from "../../scripts/lib/tools.mjs";
import { expect, test } from "../support/browser.ts";

const SOURCES = 200;

const file = (...path: string[]) => readFileSync(join(root, ...path));

/**
 * The server sends each source its number at once, and again when all sources have connected. The
 * streams stay open.
 */
async function startServer() {
	const open = new Map<string, Http2ServerResponse>();
	let connections = 0;
	const server = createSecureServer({
		key: file("tests", "support", "tls", "key.pem"),
		cert: file("tests", "support", "tls", "certificate.pem"),
		// By default, browsers open at most a hundred streams.
		settings: { maxConcurrentStreams: 2 * SOURCES },
	});
	server.on("session", () => {
		connections += 1;
	});
	server.on("request", ({ url }, response) => {
		const number = /^\/numbers\/(\d+)$/.exec(url)?.[1];
		if (number === undefined) {
			const [type, body] =
				url === "/headwater.js"
					? ["text/javascript", file("dist", "index.js")]
					: ["text/html", "<!doctype html><title>200</title>"];
			response.writeHead(url === "/favicon.ico" ? 404 : 200, { "content-type": type }).end(body);
			return;
		}
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.write(`id: first\ndata: ${number}\n\n`);
		open.set(number, response);
		response.on("close", () => open.delete(number));
		if (open.size === SOURCES) {
			for (const [number, response] of open) {
				response.write(`id: second\ndata: ${number}\n\n`);
			}
		}
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		origin: `https://localhost:${(server.address() as AddressInfo).port}`,
		open: () => open.size,
		connections: () => connections,
		stop: () => new Promise((resolve) => server.close(resolve)),
	};
}

test(`${SOURCES} sources of a page are all served over one connection, and leave nothing open`, async ({ browser }) => {
	const server = await startServer();
	const context = await browser.newContext({ ignoreHTTPSErrors: true });
	const page = await context.newPage();
	await page.goto(server.origin);
	const received = await page.evaluate(async (count) => {
		const entry = "/headwater.js";
		const { EventSource } = await import(entry);
		const sources = Array.from({ length: count }, (_, number) => new EventSource(`/numbers/${number}`));
		Object.assign(globalThis, { sources });
		const both = sources.map(
			(source) =>
				new Promise((resolve) => {
					const received: string[] = [];
					source.onmessage = ({ data, lastEventId }: MessageEvent) => {
						if (received.push(`${lastEventId} ${data}`) === 2) resolve(received);
					};
				}),
		);
		return Promise.all(both);
	}, SOURCES);
	expect(received).toEqual(Array.from({ length: SOURCES }, (_, number) => [`first ${number}`, `second ${number}`]));
	expect(server.open()).toBe(SOURCES);
	await page.evaluate(() => {
		for (const source of (globalThis as unknown as { sources: { close(): void }[] }).sources) source.close();
	});
	await expect.poll(server.open).toBe(0);
	// The connection of the page, and that of the sources if they use another one.
	expect(server.connections()).toBeLessThanOrEqual(2);
	await context.close();
	await server.stop();
});
