// The limits of the module's memory: a server can send events, lines and chunks of any size, and
// the memory never exceeds three times `maxEventSize` plus 8 MiB. An event above the limit fails
// the connection. All rules are [non-spec].

import { constants, deflateRawSync } from "node:zlib";
import { catchMemory, MIB, memorySize } from "./memory.ts";
import { eventStream, expect, type Lab, send, test } from "./support.ts";

const LIMITS = [16 * MIB, 64 * MIB];

/** The part of the limit that field names, line ends and the event's other fields may use. */
const MARGIN = 64;

/** The lengths of a delivered event's type, data and last event ID, in UTF-16 units. */
type Lengths = [type: number, data: number, id: number];

interface Outcome {
	reason: string;
	delivered: Lengths[];
}

const TOO_LARGE: Outcome = { reason: "too-large", delivered: [] };
const MESSAGE = "message".length;

const ended = (...delivered: Lengths[]): Outcome => ({ reason: "end", delivered });

/** A server step that repeats a text until it has sent this many bytes. */
const fill = (bytes: number, text: string, size = text.length) => {
	return `repeat=${Math.floor(bytes / size)},${encodeURIComponent(text)}`;
};
const fillInvalid = (bytes: number) => `repeat=${bytes},%FF`;
const endless = (text: string) => fill(Number.MAX_SAFE_INTEGER, text);

interface Row {
	/** The body of the response, for a limit. */
	steps(limit: number): string[];
	outcome(limit: number): Outcome;
}

const tooLarge = (...steps: string[]): Row => ({ steps: () => steps, outcome: () => TOO_LARGE });

const ROWS: Record<string, Row> = {
	"an endless line": tooLarge(endless("x")),
	"an endless line of data": tooLarge(send("data: "), endless("x")),
	"an endless line of data after another": tooLarge(send("data: x\ndata: "), endless("x")),
	"endless lines of data": tooLarge(endless("data: xxxxxxxxxx\n")),
	"endless lines of empty data": tooLarge(endless("data\n")),
	"an endless id": tooLarge(send("id: "), endless("7")),
	"an endless event name": tooLarge(send("event: "), endless("x")),
	"an endless comment": tooLarge(send(": "), endless("x")),
	"an endless field name": tooLarge(send("data"), endless("x")),
	"endless data that is not UTF-8": tooLarge(send("data: "), fillInvalid(Number.MAX_SAFE_INTEGER)),
	"an event just below the limit": {
		steps: (limit) => [send("data: "), fill(limit - MARGIN, "x"), send("\n\n")],
		outcome: (limit) => ended([MESSAGE, limit - MARGIN, 0]),
	},
	"an event just above the limit": {
		steps: (limit) => [send("data: "), fill(limit + MARGIN, "x"), send("\n\n")],
		outcome: () => TOO_LARGE,
	},
	"an event just below the limit, of three lines of data": {
		steps: (limit) => [0, 1, 2].flatMap(() => [send("data: "), fill(limit / 4, "x"), send("\n")]).concat(send("\n")),
		outcome: (limit) => ended([MESSAGE, (limit / 4) * 3 + 2, 0]),
	},
	"an event just below the limit that is not ASCII": {
		steps: (limit) => [send("data: "), fill(limit - MARGIN, "é", 2), send("\n\n")],
		outcome: (limit) => ended([MESSAGE, (limit - MARGIN) / 2, 0]),
	},
	"several events just below the limit": {
		steps: (limit) => {
			return [0, 1, 2].flatMap(() => [send("data: "), fill(limit - MARGIN, "x"), send("\n\ndata: x\n\n")]);
		},
		outcome: (limit) =>
			ended(
				...[0, 1, 2].flatMap((): Lengths[] => [
					[MESSAGE, limit - MARGIN, 0],
					[MESSAGE, 1, 0],
				]),
			),
	},
	"data that is not UTF-8, just below the limit": {
		steps: (limit) => [send("data: "), fillInvalid(limit - MARGIN), send("\n\n")],
		outcome: (limit) => ended([MESSAGE, limit - MARGIN, 0]),
	},
	"an id that is not UTF-8, of a third of the limit": {
		steps: (limit) => [send("id: "), fillInvalid(Math.floor(limit / 3) - MARGIN), send("\ndata: x\n\n")],
		outcome: (limit) => ended([MESSAGE, 1, Math.floor(limit / 3) - MARGIN]),
	},
	"an id that is not UTF-8, above the limit only as text": {
		steps: (limit) => [send("id: "), fillInvalid(limit - MARGIN), send("\ndata: x\n\n")],
		outcome: () => TOO_LARGE,
	},
	"an event name that is not UTF-8, just below the limit, without a listener": {
		steps: (limit) => [send("event: "), fillInvalid(limit - MARGIN), send("\ndata: x\n\n")],
		outcome: () => ended(),
	},
	"an id just below the limit": {
		steps: (limit) => [send("id: "), fill(limit - MARGIN, "7"), send("\ndata: x\n\n")],
		outcome: (limit) => ended([MESSAGE, 1, limit - MARGIN]),
	},
	"an event name just below the limit": {
		steps: (limit) => [send("event: "), fill(limit - MARGIN, "x"), send("\ndata: x\n\n")],
		outcome: (limit) => ended([limit - MARGIN, 1, 0]),
	},
	"an event name, an id and data above the limit together": {
		steps: (limit) =>
			["event", "id", "data"]
				.flatMap((name) => [send(`${name}: `), fill(limit / 2, "7"), send("\n")])
				.concat(send("\n")),
		outcome: () => TOO_LARGE,
	},
	"an event name, an id and data below the limit together": {
		steps: (limit) =>
			["event", "id", "data"]
				.flatMap((name) => [send(`${name}: `), fill(limit / 4, "7"), send("\n")])
				.concat(send("\n")),
		outcome: (limit) => ended([limit / 4, limit / 4, limit / 4]),
	},
	"an event that would be above the limit with the id from before": {
		steps: (limit) => [
			...[send("id: "), fill(limit - MARGIN, "7"), send("\ndata: x\n\n")],
			...[send("data: "), fill(limit - MARGIN, "x"), send("\n\n")],
		],
		outcome: (limit) => ({ reason: "too-large", delivered: [[MESSAGE, 1, limit - MARGIN]] }),
	},
	"a gigantic event after a gigantic event name": {
		steps: (limit) => [
			...[send("event: "), fill(limit - MARGIN, "x"), send("\ndata: x\n\n")],
			...[send("data: "), fill(limit - MARGIN, "x"), send("\n\n")],
		],
		outcome: (limit) => ended([limit - MARGIN, 1, 0], [MESSAGE, limit - MARGIN, 0]),
	},
	"a million data fields in a block": {
		steps: () => [fill(8 * 1_000_000, "data: x\n"), send("\n")],
		outcome: () => ended([MESSAGE, 2 * 1_000_000 - 1, 0]),
	},
	"a million ids in a block": {
		steps: () => [fill(7 * 1_000_000, "id: 12\n"), send("data\n\n")],
		outcome: () => ended([MESSAGE, 0, 2]),
	},
	"a million event names in a block": {
		steps: () => [fill(9 * 1_000_000, "event: x\n"), send("data\n\n")],
		outcome: () => ended([1, 0, 0]),
	},
	"a million unknown fields in a block": {
		steps: () => [fill(11 * 1_000_000, "unknown: x\n"), send("data\n\n")],
		outcome: () => ended([MESSAGE, 0, 0]),
	},
	"a compressed response that unpacks to endless data": {
		steps: () => ["header=Content-Encoding: gzip", ...bomb()],
		outcome: () => TOO_LARGE,
	},
};

/**
 * An endless gzip stream. 1 MiB of one letter is deflated into a block that ends at a byte boundary
 * and does not refer to earlier blocks, so it can be repeated.
 */
function bomb(): string[] {
	const block = deflateRawSync(Buffer.alloc(MIB, "a"), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
	const encode = (bytes: Uint8Array) => Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
	const header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
	return [`send=${encode(Uint8Array.from(header))}`, `repeat=${2 ** 40},${encode(block)}`];
}

test.setTimeout(180_000);

test.beforeEach(({ lab }) => catchMemory(lab));

/** Expects that the module's memory never exceeded its bound. */
async function expectBounded(lab: Lab, limit: number): Promise<void> {
	const peak = await memorySize(lab);
	const bound = 3 * limit + 8 * MIB;
	const description = `${(peak / MIB).toFixed(1)} MiB of at most ${bound / MIB}`;
	test.info().annotations.push({ type: "WebAssembly memory", description });
	expect(peak, "the module's memory").toBeLessThanOrEqual(bound);
}

// behavior 12.4
test("B16: a long stream is not kept: 30 MB need the same memory as 1 MB", async ({ lab }) => {
	await catchMemory(lab);
	const count = 300_000;
	await lab.ours(
		async ({ EventSource, kept, once }, url) => {
			kept.source = new EventSource(url, { method: "POST" });
			kept.received = 0;
			kept.source.onmessage = () => (kept.received as number)++;
			await once(kept.source, "message");
		},
		lab.url(`/flood?count=${count}&size=100`),
	);
	const received = () => lab.ours(({ kept }) => kept.received as number);
	await expect.poll(received).toBeGreaterThan(count / 30);
	const early = await memorySize(lab);
	await expect.poll(received, { timeout: 30_000 }).toBe(count);
	expect((await memorySize(lab)) - early).toBeLessThanOrEqual(MIB);
});

for (const limit of LIMITS) {
	for (const [name, { steps, outcome }] of Object.entries(ROWS)) {
		// behavior 12.4
		test(`with a limit of ${limit / MIB} MiB, memory stays bounded for ${name}`, async ({ lab }) => {
			const [first = "", ...rest] = steps(limit);
			const script = first.startsWith("header=")
				? ["type=text/event-stream", first, "chunked", ...rest].join("|")
				: eventStream(first, ...rest);
			const expected = outcome(limit);
			const typeLengths = expected.delivered.map(([length]) => length);
			const actual = await lab.ours(
				async ({ EventSource }, { url, maxEventSize, typeLengths }) => {
					const source = new EventSource(url, { method: "POST", maxEventSize });
					const delivered: Lengths[] = [];
					const note = ({ type, data, lastEventId }: MessageEvent<string>) => {
						delivered.push([type.length, data.length, lastEventId.length]);
					};
					source.onmessage = note;
					for (const length of typeLengths) {
						for (const letter of ["x", "7"]) {
							source.addEventListener(letter.repeat(length), note);
						}
					}
					const { reason } = await source.closed;
					return { reason, delivered };
				},
				{ url: lab.script(script), maxEventSize: limit, typeLengths },
			);
			expect(actual).toEqual(expected);
			await expectBounded(lab, limit);
			await lab.expectNoSockets();
		});
	}

	test(`with a limit of ${limit / MIB} MiB, 100 MB of comments leave the source open`, async ({ lab }) => {
		const outcome = await lab.ours(
			async ({ EventSource }, { url, maxEventSize }) => {
				let bytes = 0;
				const source = new EventSource(url, {
					maxEventSize,
					silenceTimeout: 5000,
					async fetch(url, init) {
						const response = await fetch(url, init);
						const counter = new TransformStream<Uint8Array, Uint8Array>({
							transform(chunk, controller) {
								controller.enqueue(chunk);
								bytes += chunk.length;
								if (bytes > 100_000_000) {
									controller.enqueue(new TextEncoder().encode("\ndata: x\n\n"));
								}
							},
						});
						return new Response(response.body?.pipeThrough(counter), response);
					},
				});
				return new Promise((resolve) => {
					source.onerror = ({ reason }) => resolve(reason);
					source.onmessage = ({ data }) => {
						source.close();
						resolve(data);
					};
				});
			},
			{ url: lab.script(eventStream(endless(": comment\n"))), maxEventSize: limit },
		);
		expect(outcome).toBe("x");
		await expectBounded(lab, limit);
		await lab.expectNoSockets();
	});

	const CHUNKS = {
		"an endless line": { status: 200, pattern: "x", outcome: { reason: "too-large", delivered: 0 } },
		comments: { status: 200, pattern: ": comment\n", outcome: { reason: "end", delivered: 0 } },
		"events, the first of which closes the source": {
			status: 200,
			pattern: "data\n\n",
			outcome: { reason: "caller", delivered: 1 },
		},
		"the text of a refusal": { status: 500, pattern: "x", outcome: { reason: "status", delivered: 0 } },
	};

	for (const [name, { status, pattern, outcome }] of Object.entries(CHUNKS)) {
		test(`with a limit of ${limit / MIB} MiB, memory stays bounded for one chunk of 200 MiB of ${name}`, async ({
			lab,
		}) => {
			const actual = await lab.ours(
				async ({ EventSource }, { status, pattern, maxEventSize }) => {
					const chunk = new Uint8Array(200 * 1024 * 1024 - ((200 * 1024 * 1024) % pattern.length));
					for (let place = 0; place < pattern.length; place++) {
						chunk[place] = pattern.charCodeAt(place);
					}
					for (let filled = pattern.length; filled < chunk.length; filled *= 2) {
						chunk.copyWithin(filled, 0, filled);
					}
					const body = new ReadableStream({
						pull(controller) {
							controller.enqueue(chunk);
							controller.close();
						},
					});
					const headers = { "content-type": "text/event-stream" };
					const source = new EventSource("/never-requested", {
						method: "POST",
						maxEventSize,
						fetch: async () => new Response(body, { status, headers }),
					});
					let delivered = 0;
					source.onmessage = () => {
						delivered++;
						source.close();
					};
					const { reason } = await source.closed;
					return { reason, delivered };
				},
				{ status, pattern, maxEventSize: limit },
			);
			expect(actual).toEqual(outcome);
			await expectBounded(lab, limit);
		});
	}
}
