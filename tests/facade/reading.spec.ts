// Rules for the buffer into which a body is read. If the stream allows it, one buffer of ours is
// reused for every chunk. It is small while the stream is quiet, and larger while much data
// arrives. Nothing is read ahead of the events that are delivered.

import { expect, test } from "./support.ts";

/** The constants of src/web/body.rs. */
const QUIET = 16 * 1024;
const FLOOD = 256 * 1024;

const NO_BYTE_STREAMS = "WebKitGTK has no byte streams";

test("the caller's byte stream writes into headwater's read buffer, and all bytes arrive", async ({
	lab,
	browserName,
}) => {
	test.skip(browserName === "webkit", NO_BYTE_STREAMS);
	const outcome = await lab.ours(
		async ({ EventSource }, { QUIET, FLOOD }) => {
			const encoder = new TextEncoder();
			const event = (length: number) => encoder.encode(`data: ${"x".repeat(length - 8)}\n\n`);
			// Each is at most as large as the buffer of that read.
			const sizes = [100, QUIET, FLOOD, FLOOD - 1, 1025, 1024, 100];
			const waiting = sizes.map(event);
			const rooms: number[] = [];
			const body = new ReadableStream({
				type: "bytes",
				pull(controller) {
					const { view } = controller.byobRequest!;
					rooms.push(view!.byteLength);
					const next = waiting.shift();
					if (!next) {
						controller.close();
						controller.byobRequest!.respond(0);
						return;
					}
					new Uint8Array(view!.buffer, view!.byteOffset).set(next);
					controller.byobRequest!.respond(next.length);
				},
			});
			const source = new EventSource("/unused", {
				method: "POST",
				fetch: async () => new Response(body, { headers: { "content-type": "text/event-stream" } }),
			});
			const lengths: number[] = [];
			source.onmessage = ({ data }) => lengths.push(data.length + 8);
			const { reason } = await source.closed;
			return { reason, complete: lengths.join() === sizes.join(), rooms };
		},
		{ QUIET, FLOOD },
	);
	expect(outcome).toEqual({
		reason: "end",
		complete: true,
		rooms: [QUIET, QUIET, FLOOD, FLOOD, FLOOD, FLOOD, QUIET, QUIET],
	});
});

test("a flood from the network is read into the larger buffer, or without one if the stream is not a byte stream", async ({
	lab,
	browserName,
}) => {
	const many = browserName === "webkit" ? 100 : 20_000;
	const outcome = await lab.ours(
		async ({ EventSource }, [url, many]) => {
			const rooms = new Set<number>();
			const readers = new Set<string>();
			for (const name of ["ReadableStreamBYOBReader", "ReadableStreamDefaultReader"] as const) {
				const { prototype } = globalThis[name] ?? { prototype: {} };
				const { read } = prototype;
				prototype.read = function (this: unknown, view: Uint8Array<ArrayBuffer>) {
					readers.add(name);
					rooms.add(view?.byteLength);
					return read.call(this as never, view);
				} as never;
			}
			const source = new EventSource(url);
			await new Promise<void>((resolve) => {
				let count = 0;
				source.onmessage = () => ++count === many && resolve();
			});
			source.close();
			return { readers: [...readers], rooms: [...rooms] };
		},
		[lab.flood, many] as const,
	);
	expect(outcome).toEqual(
		browserName === "webkit"
			? { readers: ["ReadableStreamDefaultReader"], rooms: [undefined] }
			: { readers: ["ReadableStreamBYOBReader"], rooms: [QUIET, FLOOD] },
	);
	await lab.expectNoSockets();
});

test("if the next buffer cannot be allocated, the received events are delivered, and the failure is reported", async ({
	lab,
	browserName,
}) => {
	test.skip(browserName === "webkit", NO_BYTE_STREAMS);
	const outcome = await lab.ours(async ({ EventSource, record }) => {
		const Original = Uint8Array;
		let controller!: ReadableByteStreamController;
		const body = new ReadableStream({
			type: "bytes",
			start(given) {
				controller = given;
			},
		});
		const source = new EventSource("/unused", {
			method: "POST",
			fetch: async () => new Response(body, { headers: { "content-type": "text/event-stream" } }),
		});
		const fired = record(source);
		await new Promise((resolve) => {
			source.onopen = resolve;
		});
		globalThis.Uint8Array = class extends Original {
			constructor(of: never) {
				super(of);
				throw new RangeError("no memory");
			}
		} as never;
		controller.enqueue(new TextEncoder().encode("data: kept\n\n"));
		const { reason } = await source.closed;
		globalThis.Uint8Array = Original;
		return { reason, fired: fired.map(({ type, data }) => data ?? type) };
	});
	expect(outcome).toEqual({ reason: "interrupted", fired: ["open", "kept", "error"] });
});

test("[non-spec] a stream is pulled only when all received events are delivered, and not before the source opens", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ EventSource, tasks }) => {
		let pulls = 0;
		const stream = new ReadableStream(
			{
				pull(controller) {
					pulls++;
					controller.enqueue(new TextEncoder().encode(`data: ${pulls}.1\n\ndata: ${pulls}.2\n\ndata: ${pulls}.3\n\n`));
					if (pulls === 20) {
						controller.close();
					}
				},
			},
			{ highWaterMark: 0 },
		);
		const source = EventSource.fromReadableStream(stream);
		let before: number | undefined;
		const ahead: number[] = [];
		source.onopen = () => {
			before = pulls;
		};
		source.onmessage = ({ data }) => ahead.push(pulls - Number.parseInt(data, 10));
		await source.closed;
		await tasks();
		return { before, most: Math.max(...ahead), events: ahead.length, pulls };
	});
	expect(outcome).toEqual({ before: 0, most: 0, events: 60, pulls: 20 });
});
