// Owns the proof that a source leaves nothing behind, in every way in which it can end: WebAssembly memory, JavaScript heap,
// sockets, listeners and timers are back where they were. Needs a browser whose garbage collector can be asked. Knows
// nothing of what a source holds.

import type { CDPSession } from "@playwright/test";
import type * as headwater from "headwater";
import { catchMemory, MIB, memorySize, tableLength } from "./memory.ts";
import { elsewhere, eventStream, events, expect, type Lab, send, test } from "./support.ts";

type Url = keyof ReturnType<typeof urls>;

type Make = (
	EventSource: typeof headwater.EventSource,
	urls: Record<Url, string>,
	/** Shared by all sources, and never aborted. */
	signal: AbortSignal,
	events: typeof headwater.events,
) => Pick<headwater.EventSource, "closed">;

interface Way {
	/** Runs in the page, and answers a source that will be CLOSED. */
	make: Make;
	reason: headwater.Reason;
	/** Without a request, or long because of how a refused origin is found out. */
	cost?: "none" | "high";
}

const urls = (lab: Lab) => ({
	stream: lab.script(eventStream(send(events(1, 2, 3)), "hang")),
	ended: lab.script(eventStream(send(events(1, 2, 3)))),
	never: lab.url("/never-answers"),
	empty: lab.url("/empty"),
	missing: lab.url("/404"),
	endlessError: lab.url("/endless-error-body?ms=0"),
	page: lab.url("/200-html"),
	reset: lab.url("/rst-before-headers"),
	broken: lab.script(eventStream(send(events(1)), "wait=20", "rst")),
	large: lab.script(eventStream(send(`data: ${"x".repeat(2000)}`), "hang")),
	refused: elsewhere(lab.url("/cors-refused")),
});

const WAYS: Record<string, Way> = {
	"close() at once": {
		make: (EventSource, { never }, signal) => {
			const source = new EventSource(never, { signal });
			source.close();
			return source;
		},
		reason: "caller",
		cost: "none",
	},
	"close() while CONNECTING": {
		make: (EventSource, { never }, signal) => {
			const source = new EventSource(never, { signal, connectTimeout: 60_000 });
			setTimeout(() => source.close(), 5);
			return source;
		},
		reason: "caller",
	},
	"close() while OPEN": {
		make: (EventSource, { stream }, signal) => {
			const source = new EventSource(stream, { signal, silenceTimeout: 60_000 });
			source.onopen = () => setTimeout(() => source.close());
			return source;
		},
		reason: "caller",
	},
	"close() in a handler": {
		make: (EventSource, { stream }, signal) => {
			const source = new EventSource(stream, { signal });
			source.onmessage = () => source.close();
			return source;
		},
		reason: "caller",
	},
	"close() while it waits to reconnect": {
		make: (EventSource, { empty }, signal) => {
			const source = new EventSource(empty, { signal, reconnect: { delay: 100_000 } });
			source.onerror = () => setTimeout(() => source.close());
			return source;
		},
		reason: "caller",
	},
	"close() while `request` is asked": {
		make: (EventSource, { never }, signal) => {
			const source = new EventSource(never, {
				signal,
				request: () => {
					setTimeout(() => source.close());
					return new Promise(() => {});
				},
			});
			return source;
		},
		reason: "caller",
		cost: "none",
	},
	"close() while a fetch of the caller's never answers": {
		make: (EventSource, { never }, signal) => {
			const source = new EventSource(never, {
				signal,
				fetch: () => {
					setTimeout(() => source.close());
					return new Promise(() => {});
				},
			});
			return source;
		},
		reason: "caller",
		cost: "none",
	},
	"a signal aborted before": {
		make: (EventSource, { never }) => new EventSource(never, { signal: AbortSignal.abort() }),
		reason: "signal",
		cost: "none",
	},
	"a signal while CONNECTING": {
		make: (EventSource, { never }) => {
			const controller = new AbortController();
			setTimeout(() => controller.abort(), 5);
			return new EventSource(never, { signal: controller.signal });
		},
		reason: "signal",
	},
	"a signal while OPEN": {
		make: (EventSource, { stream }) => {
			const controller = new AbortController();
			const source = new EventSource(stream, { signal: controller.signal });
			source.onmessage = () => controller.abort();
			return source;
		},
		reason: "signal",
	},
	"a clean end": {
		make: (EventSource, { ended }, signal) => new EventSource(ended, { signal, method: "POST" }),
		reason: "end",
	},
	until: {
		make: (EventSource, { stream }, signal) => new EventSource(stream, { signal, until: ({ data }) => data === "2" }),
		reason: "until",
	},
	"a broken network": {
		make: (EventSource, { reset }, signal) => new EventSource(reset, { signal, method: "POST" }),
		reason: "network",
	},
	"a fetch of the caller's that fails": {
		make: (EventSource, { never }, signal) => {
			return new EventSource(never, { signal, method: "POST", fetch: () => Promise.reject(new TypeError("no")) });
		},
		reason: "network",
		cost: "none",
	},
	"a broken stream": {
		make: (EventSource, { broken }, signal) => new EventSource(broken, { signal, method: "POST" }),
		reason: "interrupted",
	},
	"a refused origin": {
		make: (EventSource, { refused }, signal) => new EventSource(refused, { signal }),
		reason: "cors",
		cost: "high",
	},
	"a status with a text": {
		make: (EventSource, { missing }, signal) => new EventSource(missing, { signal }),
		reason: "status",
	},
	"a status with an endless text": {
		make: (EventSource, { endlessError }, signal) => new EventSource(endlessError, { signal }),
		reason: "status",
	},
	"a status that the caller gives up on": {
		make: (EventSource, { missing }, signal) => new EventSource(missing, { signal, reconnect: () => false }),
		reason: "status",
	},
	"a wrong content type": {
		make: (EventSource, { page }, signal) => new EventSource(page, { signal }),
		reason: "content-type",
	},
	"a server that does not answer": {
		make: (EventSource, { never }, signal) => new EventSource(never, { signal, method: "POST", connectTimeout: 5 }),
		reason: "timeout",
	},
	"a server that falls silent": {
		make: (EventSource, { stream }, signal) => {
			return new EventSource(stream, { signal, method: "POST", silenceTimeout: 5 });
		},
		reason: "silence",
	},
	"an event too large": {
		make: (EventSource, { large }, signal) => new EventSource(large, { signal, maxEventSize: 1000 }),
		reason: "too-large",
	},
	"too many attempts": {
		make: (EventSource, { empty }, signal) => {
			return new EventSource(empty, { signal, reconnect: { delay: 1, maxDelay: 1, maxAttempts: 1 } });
		},
		reason: "attempts",
	},
	"a `request` that cannot be": {
		make: (EventSource, { never }, signal) => new EventSource(never, { signal, request: () => ({ url: "http://[" }) }),
		reason: "request",
		cost: "none",
	},
	"the end of a stream from elsewhere": {
		make: (EventSource) => EventSource.fromReadableStream(new Response("data: x\n\n").body!),
		reason: "end",
		cost: "none",
	},
	"the failure of a stream from elsewhere": {
		make: (EventSource) => {
			const stream = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("no")) });
			return EventSource.fromReadableStream(stream);
		},
		reason: "interrupted",
		cost: "none",
	},
	"an iteration that is left": {
		make: (_EventSource, { stream }, signal, events) => ({
			closed: (async () => {
				for await (const _ of events(stream, { signal })) {
					break;
				}
				return { reason: "caller" } as const;
			})(),
		}),
		reason: "caller",
	},
	"an iteration that is left while a message is awaited": {
		make: (_EventSource, { never }, signal, events) => ({
			closed: (async () => {
				const iterator = events(never, { signal });
				setTimeout(() => iterator.return?.(), 5);
				await iterator.next();
				return { reason: "caller" } as const;
			})(),
		}),
		reason: "caller",
	},
	"an iteration whose signal is aborted": {
		make: (_EventSource, { stream }, _signal, events) => ({
			closed: (async () => {
				const controller = new AbortController();
				const iterator = events(stream, { signal: controller.signal });
				await iterator.next();
				controller.abort();
				return iterator.next().then(
					() => ({ reason: "end" }) as const,
					() => ({ reason: "signal" }) as const,
				);
			})(),
		}),
		reason: "signal",
	},
	"an iteration that fails": {
		make: (_EventSource, { missing }, signal, events) => ({
			closed: events(missing, { signal })
				.next()
				.then(
					() => ({ reason: "end" }) as const,
					({ reason }) => ({ reason }),
				),
		}),
		reason: "status",
	},
	"close() of a stream from elsewhere": {
		make: (EventSource) => {
			const source = EventSource.fromReadableStream(new ReadableStream<Uint8Array>());
			source.onopen = () => source.close();
			return source;
		},
		reason: "caller",
		cost: "none",
	},
};

/** How many sources in a row; with `HEADWATER_SOURCES`, so many in each way. */
const IN_A_ROW = 2000;
const COSTS = { none: IN_A_ROW, some: 200, high: 20 };

/**
 * What measuring leaves, in bytes: 40 to 90 KiB, however many sources there were. Of 2,000 sources it is 64 bytes each, of
 * which a closure with its context takes more.
 */
const HEAP_NOISE = 128 * 1024;

/** What is to be back where it was. */
interface Held {
	memory: number;
	/** JavaScript objects that Rust has held at a time. */
	table: number;
	heap: number;
	/** Of the whole page, of the window, and of the signal that all sources share. */
	listeners: [page: number, window: number, signal: number];
	timers: number;
}

class Meter {
	constructor(
		readonly lab: Lab,
		readonly session: CDPSession,
	) {}

	static async start(lab: Lab): Promise<Meter> {
		await catchMemory(lab);
		await lab.page.evaluate(() => {
			performance.setResourceTimingBufferSize(0);
			performance.clearResourceTimings();
			const { setTimeout, clearTimeout } = globalThis;
			const timers = new Set<unknown>();
			Object.assign(globalThis, {
				timers,
				shared: new AbortController().signal,
				setTimeout(handler: () => void, milliseconds?: number) {
					const id = setTimeout(() => {
						timers.delete(id);
						handler();
					}, milliseconds);
					timers.add(id);
					return id;
				},
				clearTimeout(id?: number) {
					timers.delete(id);
					clearTimeout(id);
				},
			});
		});
		return new Meter(lab, await lab.page.context().newCDPSession(lab.page));
	}

	async read(): Promise<Held> {
		await this.lab.expectNoSockets();
		// What one collection finalises, the next one frees.
		for (let round = 0; round < 4; round++) {
			await this.session.send("HeapProfiler.collectGarbage");
			await this.lab.ours(({ tasks }) => tasks());
		}
		const { usedSize } = await this.session.send("Runtime.getHeapUsage");
		const { jsEventListeners } = await this.session.send("Memory.getDOMCounters");
		return {
			memory: await memorySize(this.lab),
			table: await tableLength(this.lab),
			heap: usedSize,
			listeners: [jsEventListeners, await this.#listeners("window"), await this.#listeners("shared")],
			timers: await this.lab.page.evaluate("timers.size"),
		};
	}

	async #listeners(expression: string): Promise<number> {
		const { result } = await this.session.send("Runtime.evaluate", { expression });
		const objectId = result.objectId as string;
		const { listeners } = await this.session.send("DOMDebugger.getEventListeners", { objectId });
		await this.session.send("Runtime.releaseObject", { objectId });
		return listeners.length;
	}
}

/** Opens so many sources, one after the other, in these ways in turn, and waits for the end of each. */
async function run(lab: Lab, ways: Way[], count: number): Promise<void> {
	const reasons = await lab.ours(
		async ({ EventSource, events }, { makes, urls, count }) => {
			const { shared } = globalThis as unknown as { shared: AbortSignal };
			const functions: Make[] = makes.map((make) => new Function(`return ${make}`)());
			const reasons: Record<string, number>[] = makes.map(() => ({}));
			for (let number = 0; number < count; number++) {
				const way = number % functions.length;
				const { reason } = await functions[way]!(EventSource, urls, shared, events).closed;
				reasons[way]![reason] = (reasons[way]![reason] ?? 0) + 1;
			}
			return reasons;
		},
		{ makes: ways.map(({ make }) => `${make}`), urls: urls(lab), count },
	);
	const expected = ways.map(({ reason }, way) => ({ [reason]: Math.ceil((count - way) / ways.length) }));
	expect(reasons).toEqual(expected);
}

async function expectNoLeak(lab: Lab, ways: Way[], count: number): Promise<void> {
	const meter = await Meter.start(lab);
	// Some ways do without the module, which is to be there from the start.
	await run(lab, [WAYS["the end of a stream from elsewhere"] as Way], 1);
	await run(lab, ways, Math.max(ways.length * 3, Math.min(count, 100)));
	const before = await meter.read();
	await run(lab, ways, count);
	const after = await meter.read();
	const megabytes = (bytes: number) => (bytes / MIB).toFixed(2);
	const description = [
		`${count} sources`,
		`memory ${megabytes(before.memory)} → ${megabytes(after.memory)} MiB`,
		`heap ${megabytes(before.heap)} → ${megabytes(after.heap)} MiB`,
		`objects held by Rust at a time ${before.table} → ${after.table}`,
		`listeners ${before.listeners} → ${after.listeners}`,
		`timers ${before.timers} → ${after.timers}`,
		"sockets 0 → 0",
	].join("; ");
	test.info().annotations.push({ type: "held", description });
	const { heap, ...rest } = after;
	expect(rest).toEqual({
		memory: before.memory,
		table: before.table,
		listeners: [before.listeners[0], before.listeners[1], 0],
		timers: 0,
	});
	expect(heap - before.heap, "growth of the JavaScript heap").toBeLessThan(HEAP_NOISE);
}

test.setTimeout(600_000);

test(`${IN_A_ROW} sources in a row leave nothing behind, in every way a source can end`, async ({ lab }) => {
	const ways = Object.values(WAYS).filter(({ cost }) => cost !== "high");
	await expectNoLeak(lab, ways, IN_A_ROW);
});

for (const [name, way] of Object.entries(WAYS)) {
	const count = Number(process.env.HEADWATER_SOURCES ?? COSTS[way.cost ?? "some"]);

	test(`${count} sources in a row leave nothing behind after ${name}`, async ({ lab }) => {
		await expectNoLeak(lab, [way], count);
	});
}
