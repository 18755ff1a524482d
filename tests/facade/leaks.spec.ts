// A source leaves nothing behind, however it ends: WebAssembly memory, JavaScript heap, sockets,
// listeners and timers are as before it. Needs a browser whose garbage collector can be called.

import type { CDPSession } from "@playwright/test";
import { type Make, urls, WAYS, type Way } from "./endings.ts";
import { catchMemory, MIB, memorySize, tableLength } from "./memory.ts";
import { expect, type Lab, test } from "./support.ts";

/** The number of sources in a row. `HEADWATER_SOURCES` sets it for each way. */
const IN_A_ROW = 2000;
const COSTS = { none: IN_A_ROW, some: 200, high: 20 };

/**
 * The noise of the measurement, in bytes. It is 40 to 90 KiB for any number of sources. With 2,000
 * sources, this limit is 64 bytes for each source. A closure with its context would take more.
 */
const HEAP_NOISE = 128 * 1024;

/** The resources that must be as before. */
interface Held {
	memory: number;
	/** The most JavaScript objects that Rust has held at the same time. */
	table: number;
	heap: number;
	/** The listeners of the whole page, of the window, and of the signal that all sources share. */
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
				setTimeout(handler: (...given: unknown[]) => void, milliseconds?: number, ...given: unknown[]) {
					const id = setTimeout(() => {
						timers.delete(id);
						handler(...given);
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
		// A response is released a little later if the caller's fetch rejects or onopen refuses it.
		await expect.poll(() => this.lab.page.evaluate("timers.size"), { message: "timers" }).toBe(0);
		// One collection finalizes objects, and the next one frees them.
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

/**
 * Opens `count` sources, one after another, and waits for the end of each. Uses these ways in turn.
 */
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
	// Some ways do not load the module, which must be loaded before the measurement.
	await run(lab, [WAYS["the end of a stream from elsewhere"] as Way], 1);
	// Repeats until the layout of the module's memory is stable. Its size depends on the timing of
	// about 126 sources.
	await run(lab, ways, Math.max(ways.length * 12, Math.min(count, 100)));
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

test(`${IN_A_ROW} sources in a row leave nothing behind, in all ways in which a source can end`, async ({ lab }) => {
	const ways = Object.values(WAYS).filter(({ cost }) => cost !== "high");
	await expectNoLeak(lab, ways, IN_A_ROW);
});

for (const [name, way] of Object.entries(WAYS)) {
	const count = Number(process.env.HEADWATER_SOURCES ?? COSTS[way.cost ?? "some"]);

	test(`${count} sources in a row leave nothing behind after ${name}`, async ({ lab }) => {
		await expectNoLeak(lab, [way], count);
	});
}
