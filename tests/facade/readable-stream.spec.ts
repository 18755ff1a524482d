// Rules of `EventSource.fromReadableStream()` while nothing fails: the source it creates, its open
// event, and the reading of streams of any kind. readable-stream-ends.spec.ts tests how a stream
// ends, breaks or is left.

import { events, expect, type Lab, send, test } from "./support.ts";

// behavior 14.13
test("[non-spec] the static method is enumerable, takes one argument and creates a source as the proposal says", async ({
	lab,
}) => {
	const outcome = await lab.ours(({ EventSource }) => {
		const stream = new ReadableStream();
		const source = EventSource.fromReadableStream(stream);
		class Derived extends EventSource {}
		const derived = Derived.fromReadableStream(new ReadableStream());
		const { enumerable, writable } = Object.getOwnPropertyDescriptor(EventSource, "fromReadableStream")!;
		const made = {
			static: [enumerable, writable, EventSource.fromReadableStream.length, EventSource.fromReadableStream.name],
			instances: [source, derived].map((made) => [made instanceof EventSource, made instanceof Derived]),
			constants: [source.CONNECTING, source.OPEN, source.CLOSED],
			handlers: [source.onopen, source.onmessage, source.onerror],
			...{ locked: stream.locked, url: source.url, withCredentials: source.withCredentials },
			...{ readyState: source.readyState, lastEventId: source.lastEventId, positive: source.reconnectionTime > 0 },
		};
		source.close();
		derived.close();
		return made;
	});
	expect(outcome).toEqual({
		static: [true, true, 1, "fromReadableStream"],
		// [spec] Web IDL: a static operation creates an object of its own interface, even if it is
		// called on a subclass.
		instances: Array(2).fill([true, false]),
		constants: [0, 1, 2],
		handlers: [null, null, null],
		locked: true,
		url: "about:event-stream",
		withCredentials: false,
		readyState: 0,
		lastEventId: "",
		positive: true,
	});
});

// behavior 14.13
test("[non-spec] an argument that is not a stream, or is locked, causes a TypeError, and a locked stream stays usable", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ EventSource }) => {
		const locked = new ReadableStream({ start: (controller) => controller.close() });
		const reader = locked.getReader();
		const used = new Response("data\n\n");
		const text = used.text();
		const given: unknown[] = [
			...[undefined, null, {}, [], "data\n\n", 5, Symbol.iterator, () => {}, new Uint8Array(1), new Blob(["data\n\n"])],
			...[new Response("data\n\n"), new WritableStream(), new TransformStream(), new Promise(() => {}), reader],
			...[locked, used.body],
		];
		const thrown = given.map((stream) => {
			try {
				EventSource.fromReadableStream(stream as ReadableStream);
				return "nothing";
			} catch (error) {
				return (error as Error).name;
			}
		});
		const Loose = EventSource as unknown as { fromReadableStream(): unknown };
		try {
			Loose.fromReadableStream();
		} catch (error) {
			thrown.push((error as Error).name);
		}
		return {
			thrown: new Set(thrown).size === 1 ? thrown[0] : thrown,
			done: (await reader.read()).done,
			text: await text,
		};
	});
	expect(outcome).toEqual({ thrown: "TypeError", done: true, text: "data\n\n" });
});

test("[non-spec] an object whose getReader returns no reader is not a stream either", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, record }) => {
		const outcome: unknown[] = [];
		for (const reader of [undefined, null, 5, {}]) {
			try {
				const source = EventSource.fromReadableStream({ getReader: () => reader } as unknown as ReadableStream);
				const fired = record(source);
				const { reason } = await source.closed;
				outcome.push([reason, ...fired.map(({ type }) => type)].join(" "));
			} catch (error) {
				outcome.push((error as Error).name);
			}
		}
		return outcome;
	});
	// The source fails at once or at the first read, because the reader itself is not checked.
	const failed = expect.stringMatching(/^(TypeError|interrupted open error)$/);
	expect(outcome).toEqual([failed, failed, failed, failed]);
});

// behavior 14.13
test("[non-spec] open fires once, in a later task than the call, without a response, and nothing fires before it", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ EventSource, once, record }) => {
		const outcome: unknown[] = [];
		for (const round of ["cold", "warm"]) {
			const body = new Blob(["data: 1\n\n"]).stream();
			const source = EventSource.fromReadableStream(body);
			const fired = record(source);
			for (let turn = 0; turn < 100; turn++) {
				await undefined;
			}
			const early = [source.readyState, ...fired];
			const event = await once<Event & { response?: unknown }>(source, "open");
			outcome.push([round, early, event.response ?? null, event.constructor === Event, source.readyState]);
			await source.closed;
			outcome.push(fired.map(({ type, readyState }) => [type, readyState]));
		}
		return outcome;
	});
	const fired = [
		["open", 1],
		["message", 1],
		["error", 2],
	];
	expect(outcome).toEqual(["cold", "warm"].flatMap((round) => [[round, [0], null, true, 1], fired]));
});

/**
 * Texts of streams, and the type, data and last event ID of each event. Some texts end with an
 * incomplete event.
 */
const TEXTS: Record<string, [text: string, ...events: [type: string, data: string, lastEventId: string][]]> = {
	LF: ["id: 1\ndata: a\n\ndata: b\ndata\n\ndata: lost\n", ["message", "a", "1"], ["message", "b\n", "1"]],
	CR: ["id: 1\rdata: a\r\rdata: b\r\rid: lost", ["message", "a", "1"], ["message", "b", "1"]],
	CRLF: ["data: a\r\n\r\nid: 日本🦀\r\ndata: é\r\n\r\ndata: lost", ["message", "a", ""], ["message", "é", "日本🦀"]],
	"a byte order mark": ["\uFEFFdata: \uFEFFa\n\n\uFEFFdata: b\n\n", ["message", "\uFEFFa", ""]],
	"two byte order marks": ["\uFEFF\uFEFFdata: a\n\ndata: b\n\n", ["message", "b", ""]],
	comments: [":\n: x\n\n:data: a\ndata: b\n:\n\n", ["message", "b", ""]],
	types: [
		"event: tick\ndata: a\n\nevent: none\n\ndata: b\n\nevent: open\ndata: c\n\nevent: error\ndata\n\n",
		...([
			["tick", "a", ""],
			["message", "b", ""],
			["open", "c", ""],
			["error", "", ""],
		] as [string, string, string][]),
	],
	"ids alone": ["id: 1\n\ndata: a\n\nid\n\ndata: b\n\n", ["message", "a", "1"], ["message", "b", ""]],
	nothing: [""],
	"half an event": ["event: tick\ndata: a\nid: 5\n"],
};

test("[non-spec] a stream is parsed like a response, wherever its chunks are split and even if many are empty", async ({
	lab,
}) => {
	const outcomes = await lab.ours(
		async ({ EventSource, tasks }, texts) => {
			const read = async (chunks: Uint8Array[]) => {
				const stream = new ReadableStream({
					start(controller) {
						for (const chunk of chunks) {
							controller.enqueue(chunk);
						}
						controller.close();
					},
				});
				const source = EventSource.fromReadableStream(stream);
				const fired: unknown[] = [];
				for (const name of ["open", "message", "error", "tick", "none"]) {
					source.addEventListener(name, ({ type, data, lastEventId, origin }) => {
						fired.push(data === undefined ? type : [type, data, lastEventId, origin]);
					});
				}
				const { reason } = await source.closed;
				await tasks();
				return JSON.stringify({ fired, reason, lastEventId: source.lastEventId });
			};
			const empty = new Uint8Array();
			const outcomes: Record<string, string[]> = {};
			for (const [name, text] of Object.entries(texts)) {
				const bytes = new TextEncoder().encode(text);
				const single = [...bytes].map((byte) => Uint8Array.of(byte));
				const splits = single.map((_, at) => [bytes.subarray(0, at), bytes.subarray(at)]);
				const all = [[bytes], single, single.flatMap((byte) => [empty, byte, empty]), ...splits];
				outcomes[name] = [...new Set(await Promise.all(all.map(read)))];
			}
			return outcomes;
		},
		Object.fromEntries(Object.entries(TEXTS).map(([name, [text]]) => [name, text])),
	);
	for (const [name, [, ...expected]] of Object.entries(TEXTS)) {
		const fired = ["open", ...expected.map((event) => [...event, "null"]), "error"];
		const [one, ...others] = outcomes[name]!.map((outcome) => JSON.parse(outcome));
		expect(others, `${name}, split`).toEqual([]);
		expect(one, name).toEqual({ fired, reason: "end", lastEventId: expected.at(-1)?.[2] ?? "" });
	}
});

test("[non-spec] a retry of digits changes reconnectionTime, and any other retry does not", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource }) => {
		const times: number[] = [];
		for (const retry of ["1234", "0", "99999999999", "-1", "1.5", "1e3", "", " 7"]) {
			const source = EventSource.fromReadableStream(new Blob([`retry: 55\n\nretry: ${retry}\n\n`]).stream());
			await source.closed;
			times.push(source.reconnectionTime);
		}
		return times;
	});
	expect(outcome).toEqual([1234, 0, 99_999_999_999, 55, 55, 55, 55, 55]);
});

/**
 * The chunks of the first stream. Each row sets the last event ID to `last` and the reconnection
 * time to 4321 ms.
 */
const PIPED: Record<string, string[]> = {
	"one event": ["retry: 4321\nid: last\ndata: a\n\n"],
	"no event": ["retry: 4321\nid: last\n\n"],
	"one event with one line per chunk": ["retry: 4321\n", "id: last\n", "data: a\n", "\n"],
	"three events with one event per chunk": [
		"id: 1\ndata: a\n\n",
		"id: 2\ndata: b\n\n",
		"retry: 4321\nid: last\ndata: c\n\n",
	],
};

/**
 * Pipes two streams to a source. Reads the last event ID and the reconnection time of the source as
 * soon as the first stream is piped, and returns the distinct results.
 */
async function pipeTwo(lab: Lab, chunks: string[], repetitions: number): Promise<string[]> {
	return lab.ours(
		async ({ EventSource }, { chunks, repetitions }) => {
			const stream = (...texts: string[]) =>
				new ReadableStream({
					start(controller) {
						for (const text of texts) {
							controller.enqueue(new TextEncoder().encode(text));
						}
						controller.close();
					},
				});
			const seen = new Set<string>();
			for (let repetition = 0; repetition < repetitions; repetition++) {
				const { readable, writable } = new TransformStream();
				const source = EventSource.fromReadableStream(readable);
				const data: string[] = [];
				source.onmessage = (event) => data.push(event.data);
				await stream(...chunks).pipeTo(writable, { preventClose: true });
				const { lastEventId, reconnectionTime } = source;
				await stream("data: second\n\n").pipeTo(writable);
				await source.closed;
				seen.add(`${lastEventId} ${reconnectionTime}, then ${data.at(-1)} ${source.lastEventId}`);
			}
			return [...seen];
		},
		{ chunks, repetitions },
	);
}

for (const [what, chunks] of Object.entries(PIPED)) {
	test(`[non-spec] when a stream of ${what} has been piped to a source, the source has the last event ID and the reconnection time of the stream`, async ({
		lab,
	}) => {
		// The module is not loaded yet in the first repetition.
		for (const repetitions of [1, 40]) {
			expect(await pipeTwo(lab, chunks, repetitions)).toEqual(["last 4321, then second last"]);
		}
	});
}

test("[non-spec] all kinds of streams are read alike: bodies of fetch, byte streams, streams of another realm, and chunks with other views", async ({
	lab,
}) => {
	const text = events(1, "日本");
	const outcome = await lab.ours(
		async ({ EventSource }, { text, url }) => {
			const frame = document.createElement("iframe");
			document.body.append(frame);
			const realm = frame.contentWindow as unknown as typeof globalThis;
			const bytes = new TextEncoder().encode(text);
			const from = (Realm: typeof globalThis, chunk: unknown) =>
				new Realm.ReadableStream({
					start(controller) {
						controller.enqueue(chunk);
						controller.close();
					},
				});
			const buffer = (Realm: typeof globalThis, options?: object) => {
				const made = new (Realm.ArrayBuffer as unknown as new (size: number, options?: object) => ArrayBuffer)(
					bytes.length + 8,
					options,
				);
				const view = new Realm.Uint8Array(made, 4, bytes.length);
				view.set(bytes);
				return view;
			};
			class Buffer extends Uint8Array {
				override toString() {
					return "as in Node";
				}
			}
			const { readable, writable } = new CompressionStream("gzip");
			const writer = writable.getWriter();
			void writer.write(bytes).then(() => writer.close());
			const streams: Record<string, ReadableStream> = {
				"of a fetch": (await fetch(url)).body!,
				"of a Response": new Response(text).body!,
				"of a Blob": new Blob([text]).stream(),
				"a tee": new Blob([text]).stream().tee()[1],
				decompressed: readable.pipeThrough(new DecompressionStream("gzip")) as ReadableStream,
				"of another realm": from(realm, new realm.Uint8Array(bytes)),
				"with chunks of another realm": from(globalThis, new realm.Uint8Array(bytes)),
				"with an offset": from(globalThis, buffer(globalThis)),
				"with a resizable buffer": from(globalThis, buffer(globalThis, { maxByteLength: 1000 })),
				"with a subclass": from(globalThis, Buffer.from(bytes)),
			};
			// Without cross-origin isolation, this is the only way to get a shared buffer.
			const shared = new Uint8Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer);
			shared.set(bytes);
			streams["with a shared buffer"] = from(globalThis, shared.subarray(0, bytes.length));
			try {
				streams["of bytes"] = new ReadableStream({
					type: "bytes",
					start(controller) {
						controller.enqueue(bytes.slice());
						controller.close();
					},
				});
			} catch {
				// WebKitGTK has no byte streams.
			}
			const outcome: Record<string, unknown> = {};
			for (const [name, stream] of Object.entries(streams)) {
				const source = EventSource.fromReadableStream(stream);
				const data: unknown[] = [];
				source.onmessage = (event) => data.push(event.data);
				const { reason, error } = await source.closed;
				outcome[name] = `${data} ${reason} ${error}`;
			}
			return outcome;
		},
		{ text, url: lab.script(`type=text/plain|${send(text)}`) },
	);
	for (const [name, read] of Object.entries(outcome)) {
		expect.soft(read, name).toBe("1,日本 end undefined");
	}
	expect(Object.keys(outcome)).toHaveLength(lab.browserName === "webkit" ? 11 : 12);
});

test("[non-spec] a chunk of a subclass of Uint8Array is accepted, whatever its Symbol.toStringTag is", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ EventSource, record }, text) => {
		class Named extends Uint8Array {
			override get [Symbol.toStringTag]() {
				return "Named" as never;
			}
		}
		const stream = new ReadableStream({
			start(controller) {
				controller.enqueue(Named.from(new TextEncoder().encode(text)));
				controller.close();
			},
		});
		const source = EventSource.fromReadableStream(stream);
		const fired = record(source);
		const { reason } = await source.closed;
		return [reason, ...fired.map(({ type, data }) => data ?? type)];
	}, events(1));
	expect(outcome).toEqual(["end", "open", "1", "error"]);
});
