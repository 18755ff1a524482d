// A slow consumer slows the server down: the server counts the bytes that it can send. This is also
// tested with a ReadableStream that is made from the iterator.

import { createServer } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { listen } from "../support/listen.ts";
import { eventStream, events, expect, send, test } from "./support.ts";

const EVENT = `data: ${"x".repeat(1017)}\n\n`;
const COUNT = 262_144;

/** Starts a server that sends 256 MiB of events as quickly as they are read. */
async function startCounting() {
	const seen = { sent: 0, whole: COUNT * EVENT.length };
	function* stream() {
		for (let event = 0; event < COUNT; event++) {
			seen.sent += EVENT.length;
			yield EVENT;
		}
	}
	const server = createServer((_request, response) => {
		response.writeHead(200, { "content-type": "text/event-stream", "access-control-allow-origin": "*" });
		// A client that leaves is not a failure.
		pipeline(Readable.from(stream()), response).catch(() => {});
	});
	return { ...(await listen(server)), seen };
}

// behavior 10.10
test("until the received events are taken, the server sends no more than the network can buffer; then it sends the rest", async ({
	lab,
}) => {
	test.skip(
		lab.browserName === "firefox",
		"Firefox receives a body at full speed even if a bare reader reads it slowly",
	);
	const { origin, seen, stop } = await startCounting();
	await lab.ours(async ({ events, kept }, url) => {
		kept.iterator = events(url, { end: "close" });
		await (kept.iterator as AsyncIterator<unknown>).next();
	}, `${origin}/`);
	let before = -1;
	const standsStill = () => {
		const stands = seen.sent === before;
		before = seen.sent;
		return stands;
	};
	// Waits until the number is the same three times in a row, a quarter of a second apart.
	await expect
		.poll(() => standsStill() && new Promise((again) => setTimeout(() => again(standsStill()), 250)), {
			intervals: [250],
		})
		.toBe(true);
	expect(seen.sent).toBeLessThan(seen.whole / 3);
	const taken = await lab.ours(async ({ kept }) => {
		let taken = 1;
		for await (const _ of kept.iterator as AsyncIterableIterator<unknown>) {
			taken++;
		}
		return taken;
	});
	expect({ taken, sent: seen.sent }).toEqual({ taken: COUNT, sent: seen.whole });
	await stop();
});

test("ReadableStream.from makes a stream of the iterator, and canceling it ends the request", async ({ lab }) => {
	const has = await lab.page.evaluate(() => "from" in ReadableStream);
	test.skip(!has, "this browser has no ReadableStream.from");
	const outcome = await lab.ours(
		async ({ events }, url) => {
			const from = (ReadableStream as unknown as { from<T>(of: AsyncIterable<T>): ReadableStream<T> }).from;
			const reader = from.call(ReadableStream, events(url)).getReader() as ReadableStreamDefaultReader<{
				data: string;
			}>;
			const data = [(await reader.read()).value?.data, (await reader.read()).value?.data];
			await reader.cancel();
			return data;
		},
		lab.script(eventStream(send(events("a", "b")), "hang")),
	);
	expect(outcome).toEqual(["a", "b"]);
	await lab.expectNoSockets();
});
