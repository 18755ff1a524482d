// Rules of `EventSource.fromReadableStream()` for a stream that ends, fails, yields chunks that are
// not bytes, or is no longer read. readable-stream.spec.ts tests the other rules.

import { eventStream, events, expect, send, test } from "./support.ts";

/**
 * Streams that have ended, or that fail at or before the first read: the underlying source, and the
 * expected reason and error.
 */
const OVER: Record<string, [source: string, reason: "end" | "interrupted", error: string]> = {
	"is empty": ["{ start: (controller) => controller.close() }", "end", "none"],
	"has failed": ["{ start: (controller) => controller.error(mine) }", "interrupted", "mine"],
	"has failed with undefined": ["{ start: (controller) => controller.error() }", "interrupted", "none"],
	"has failed with null": ["{ start: (controller) => controller.error(null) }", "interrupted", "null"],
	"has failed with 0": ["{ start: (controller) => controller.error(0) }", "interrupted", "0"],
	"has failed with an empty string": ['{ start: (controller) => controller.error("") }', "interrupted", '""'],
	"fails in start": ["{ start: () => Promise.reject(mine) }", "interrupted", "mine"],
	"fails in pull": ["{ pull() { throw mine; } }", "interrupted", "mine"],
	"fails in pull later": ["{ pull: () => Promise.reject(mine) }", "interrupted", "mine"],
};

// behavior 11.7, 14.14
test("[non-spec] a source whose stream has ended or failed opens, fires exactly one error and is CLOSED, whatever the error of the stream", async ({
	lab,
}) => {
	const outcomes = await lab.ours(
		async ({ EventSource, record, tasks, once }, sources) => {
			const outcomes: unknown[] = [];
			for (const underlying of sources) {
				const mine = new Error("mine");
				const stream = new Function("mine", `return new ReadableStream(${underlying})`)(mine);
				const source = EventSource.fromReadableStream(stream);
				const fired = record(source);
				const failed = once<Event & { error: unknown; willReconnect: boolean }>(source, "error");
				const closed = await source.closed;
				await tasks();
				const { error, willReconnect } = await failed;
				const named = (value: unknown) => (value === mine ? "mine" : (JSON.stringify(value) ?? "none"));
				outcomes.push([
					fired.map(({ type, readyState, data }) => [type, readyState, data ?? null]),
					[closed.reason, named(closed.error), Object.hasOwn(closed, "status")],
					[named(error), willReconnect, source.readyState],
				]);
			}
			return outcomes;
		},
		Object.values(OVER).map(([underlying]) => underlying),
	);
	const fired = [
		["open", 1, null],
		["error", 2, null],
	];
	const expected = Object.values(OVER).map(([, reason, error]) => [fired, [reason, error, false], [error, false, 2]]);
	expect(named(OVER, outcomes)).toEqual(named(OVER, expected));
});

/** Chunks that are not bytes, as JavaScript expressions. */
const NO_BYTES: Record<string, Record<string, string>> = {
	"are not bytes": {
		"a string": `"data: bad\\n\\n"`,
		"an ArrayBuffer": `bytes.buffer`,
		"a DataView": `new DataView(bytes.buffer)`,
		"a Uint16Array": `new Uint16Array(4)`,
		"a Uint8ClampedArray": `new Uint8ClampedArray(bytes)`,
		"an Int8Array": `new Int8Array(bytes)`,
		null: `null`,
		undefined: `undefined`,
		"a number": `5`,
		"a symbol": `Symbol("data")`,
		"an array": `[...bytes]`,
		"a plain object": `({ length: 1, 0: 10 })`,
		"a Blob": `new Blob([bytes])`,
		"an object whose getter throws": `({ get [Symbol.toStringTag]() { throw mine; } })`,
		"a proxy of bytes": `new Proxy(bytes, {})`,
		"a revoked proxy": `(() => { const { proxy, revoke } = Proxy.revocable(bytes, {}); revoke(); return proxy; })()`,
		"the prototype of bytes": `Uint8Array.prototype`,
	},
	"only claim to be bytes": {
		"without a length": `({ [Symbol.toStringTag]: "Uint8Array" })`,
		"with a length": `({ [Symbol.toStringTag]: "Uint8Array", length: 9 })`,
		"with a length that throws": `({ [Symbol.toStringTag]: "Uint8Array", get length() { throw mine; } })`,
		"with an element that throws": `({ [Symbol.toStringTag]: "Uint8Array", length: 2, get 1() { throw mine; } })`,
		"as a view of another type": `Object.defineProperty(new Uint16Array(4), Symbol.toStringTag, { value: "Uint8Array" })`,
	},
};

for (const [what, chunks] of Object.entries(NO_BYTES)) {
	test(`[non-spec] chunks that ${what} fail the source and cancel its stream; other sources continue`, async ({
		lab,
	}) => {
		const { outcomes, alive } = await lab.ours(async ({ EventSource, record, once, tasks }, chunks) => {
			const bytes = new TextEncoder().encode("data: good\n\n");
			const read = async (chunk: string) => {
				let cancels = 0;
				const stream = new ReadableStream({
					start(controller) {
						controller.enqueue(bytes);
						controller.enqueue(new Function("bytes", "mine", `return ${chunk}`)(bytes.slice(), new Error("mine")));
						controller.enqueue(bytes);
					},
					cancel: () => {
						cancels++;
					},
				});
				const source = EventSource.fromReadableStream(stream);
				const fired = record(source);
				let error: unknown;
				source.onerror = (event) => {
					error = event.error;
				};
				const limit = new Promise<{ reason: string; error?: unknown }>((resolve) => {
					setTimeout(() => resolve({ reason: "it hangs" }), 2000);
				});
				const closed = await Promise.race([source.closed, limit]);
				// The stream is canceled in a later task, and an engine may delay that task.
				for (let turn = 0; turn < 100 && cancels === 0; turn++) {
					await tasks();
				}
				source.close();
				await tasks();
				const told = error instanceof Error && error === closed.error ? "told" : "not told";
				return `${fired.map(({ type, data }) => data ?? type)} ${closed.reason}, ${told}, ${cancels} canceled`;
			};
			let feed!: ReadableStreamDefaultController;
			const start = (controller: ReadableStreamDefaultController) => {
				feed = controller;
			};
			const other = EventSource.fromReadableStream(new ReadableStream({ start }));
			await once(other, "open");
			const outcomes = await Promise.all(chunks.map(read));
			feed.enqueue(bytes);
			const alive = (await once(other, "message")).data;
			other.close();
			return { outcomes, alive };
		}, Object.values(chunks));
		const expected = Object.keys(chunks).map(() => "open,good,error interrupted, told, 1 canceled");
		expect.soft(named(chunks, outcomes)).toEqual(named(chunks, expected));
		expect(alive).toBe("good");
	});
}

type Deed = "close" | "end" | "fail";

const NOUNS: Record<Deed, string> = { close: "closing", end: "ending", fail: "failing" };

/**
 * A stream contains the events 1, 2 and 3 in one chunk. Each row is a moment for an action on its
 * source, with the expected events and reason for each action.
 */
const MOMENTS: Record<string, Record<Deed, string>> = {
	"at once, before the module is loaded": { close: "caller", end: "open 1 2 3 end", fail: "open interrupted" },
	"at once": { close: "caller", end: "open 1 2 3 end", fail: "open interrupted" },
	"in a microtask": { close: "caller", end: "open 1 2 3 end", fail: "open interrupted" },
	open: { close: "open caller", end: "open 1 2 3 end", fail: "open interrupted" },
	"message 2": { close: "open 1 2 caller", end: "open 1 2 3 end", fail: "open 1 2 3 interrupted" },
	"a microtask after message 2": { close: "open 1 2 caller", end: "open 1 2 3 end", fail: "open 1 2 3 interrupted" },
	"message 3": { close: "open 1 2 3 caller", end: "open 1 2 3 end", fail: "open 1 2 3 interrupted" },
	"a task after message 3": { close: "open 1 2 3 caller", end: "open 1 2 3 end", fail: "open 1 2 3 interrupted" },
};

for (const deed of ["close", "end", "fail"] as const) {
	// behavior 14.14
	test(`[non-spec] ${NOUNS[deed]} at any moment is reported once, and the events read before it are delivered or dropped`, async ({
		lab,
	}) => {
		const outcomes = await lab.ours(
			async ({ EventSource, tasks }, { deed, moments, text }) => {
				const outcomes: string[] = [];
				for (const moment of moments) {
					let controller!: ReadableStreamDefaultController;
					let cancels = 0;
					let pulls = 0;
					let cancel!: () => void;
					const cancelled = new Promise<void>((resolve) => {
						cancel = resolve;
					});
					const stream = new ReadableStream(
						{
							start(given) {
								controller = given;
								controller.enqueue(new TextEncoder().encode(text));
							},
							pull: () => {
								pulls++;
							},
							// The rejection of the promise must not stay unhandled.
							cancel() {
								cancels++;
								cancel();
								throw new Error("mine");
							},
						},
						{ highWaterMark: 0 },
					);
					const source = EventSource.fromReadableStream(stream);
					const seen: unknown[] = [];
					let pullsAtClose: number | undefined;
					const act = (now: string) => {
						if (now !== moment) {
							return;
						}
						if (deed === "close") {
							source.close();
							pullsAtClose = pulls;
						} else if (deed === "end") {
							controller.close();
						} else {
							controller.error(new Error("mine"));
						}
					};
					source.onopen = () => {
						seen.push("open");
						act("open");
					};
					source.onmessage = ({ data }) => {
						seen.push(data);
						act(`message ${data}`);
						queueMicrotask(() => act(`a microtask after message ${data}`));
						setTimeout(() => act(`a task after message ${data}`));
					};
					source.onerror = ({ reason }) => seen.push(reason);
					act("at once, before the module is loaded");
					act("at once");
					queueMicrotask(() => act("in a microtask"));
					const { reason } = await source.closed;
					await (deed === "close" && cancelled);
					await tasks();
					const read = pullsAtClose !== undefined && pulls > pullsAtClose ? ", but read on" : "";
					const over = reason === "caller" ? ["caller"] : [];
					outcomes.push(`${[...seen, ...over].join(" ")}, ${cancels} canceled, ${stream.locked}${read}`);
				}
				return outcomes;
			},
			{ deed, moments: Object.keys(MOMENTS), text: events(1, 2, 3) },
		);
		const cancels = deed === "close" ? 1 : 0;
		const expected = Object.values(MOMENTS).map((moment) => `${moment[deed]}, ${cancels} canceled, true`);
		expect(named(MOMENTS, outcomes)).toEqual(named(MOMENTS, expected));
	});
}

test("[non-spec] close() before the stream was read leaves its chunks unread", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, once, tasks }) => {
		const outcome: number[] = [];
		for (const _ of ["cold", "warm"]) {
			let pulls = 0;
			let cancel!: () => void;
			const cancelled = new Promise<void>((resolve) => {
				cancel = resolve;
			});
			const pull = () => {
				pulls++;
			};
			const source = EventSource.fromReadableStream(new ReadableStream({ pull, cancel }, { highWaterMark: 0 }));
			source.close();
			await cancelled;
			await tasks();
			outcome.push(pulls);
		}
		const open = EventSource.fromReadableStream(new ReadableStream());
		await once(open, "open");
		open.close();
		return outcome;
	});
	expect(outcome).toEqual([0, 0]);
});

test("[non-spec] after close() nothing of the source changes, even if a chunk is pending", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, once, record, tasks }) => {
		let controller!: ReadableStreamDefaultController;
		const source = EventSource.fromReadableStream(
			new ReadableStream({
				start: (given) => {
					controller = given;
				},
			}),
		);
		await once(source, "open");
		const fired = record(source);
		const { reconnectionTime } = source;
		await tasks();
		controller.enqueue(new TextEncoder().encode("retry: 77\nid: 7\ndata: 7\n\n"));
		source.close();
		await tasks();
		return { fired, id: source.lastEventId, changed: source.reconnectionTime !== reconnectionTime };
	});
	expect(outcome).toEqual({ fired: [], id: "", changed: false });
});

test("retry takes effect when it is read, even if the next event is not delivered any more", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, tasks }) => {
		const text = "retry: 11\ndata: 1\n\nretry: 22\ndata: 2\n\n";
		const source = EventSource.fromReadableStream(new Blob([text]).stream());
		source.onmessage = () => source.close();
		await source.closed;
		await tasks();
		return source.reconnectionTime;
	});
	expect(outcome).toBe(22);
});

test("[non-spec] a source whose stream never yields opens, and stays open until it is closed", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, once, record, tasks }) => {
		let cancels = 0;
		const cancel = () => {
			cancels++;
		};
		const source = EventSource.fromReadableStream(new ReadableStream({ pull: () => new Promise(() => {}), cancel }));
		const fired = record(source);
		await once(source, "open");
		await tasks();
		const before = [source.readyState, cancels];
		source.close();
		source.close();
		const closed = await source.closed;
		for (let turn = 0; turn < 100 && cancels === 0; turn++) {
			await tasks();
		}
		await tasks();
		return { before, closed, cancels, fired: fired.map(({ type }) => type) };
	});
	expect(outcome).toEqual({ before: [1, 0], closed: { reason: "caller" }, cancels: 1, fired: ["open"] });
});

// behavior 12.1
test("[non-spec] an event above 64 MiB fails with too-large and cancels the stream", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, record, tasks }) => {
		const big = new Uint8Array(1024 * 1024 * 17).fill(0x78);
		let cancels = 0;
		let pulls = 0;
		const stream = new ReadableStream({
			start: (controller) => controller.enqueue(new TextEncoder().encode("id: 1\ndata: good\n\ndata: ")),
			pull: (controller) => {
				pulls++;
				controller.enqueue(big);
			},
			cancel: () => {
				cancels++;
			},
		});
		const source = EventSource.fromReadableStream(stream);
		const fired = record(source);
		const { reason } = await source.closed;
		// The stream is canceled in a later task.
		for (let turn = 0; turn < 100 && cancels === 0; turn++) {
			await tasks();
		}
		return { reason, cancels, pulls: pulls < 8, id: source.lastEventId, fired: fired.map(({ type }) => type) };
	});
	const fired = ["open", "message", "error"];
	expect(outcome).toEqual({ reason: "too-large", cancels: 1, pulls: true, id: "1", fired });
});

test("[non-spec] close() of a source with a response's body closes the socket, before and after open", async ({
	lab,
}) => {
	await lab.ours(
		async ({ EventSource, once }, url) => {
			const early = EventSource.fromReadableStream((await fetch(url)).body!);
			early.close();
			const source = EventSource.fromReadableStream((await fetch(url)).body!);
			await once(source, "message");
			source.close();
		},
		lab.script(eventStream(send(events(1)), "hang")),
	);
	expect((await lab.log()).opened).toBe(2);
	// Firefox keeps the socket of a canceled body: `(await fetch(url)).body.cancel()` does not close
	// it either.
	if (lab.browserName !== "firefox") {
		await lab.expectNoSockets();
	}
});

/** Returns the outcomes by the names of their rows, so that a failure names its row. */
function named(rows: Record<string, unknown>, outcomes: unknown[]): Record<string, unknown> {
	return Object.fromEntries(Object.keys(rows).map((name, index) => [name, outcomes[index]]));
}
