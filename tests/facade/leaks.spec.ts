// Owns the proof that a source leaves nothing behind, in every way in which it can end: WebAssembly
// memory, JavaScript heap, sockets, listeners and timers are back where they were. Needs a browser
// whose garbage collector can be asked.

import type { CDPSession } from "@playwright/test";
import { type Make, urls, WAYS, type Way } from "./endings.ts";
import { catchMemory, MIB, memorySize, tableLength } from "./memory.ts";
import { expect, type Lab, test } from "./support.ts";

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
		// What a fetch of the caller's rejects with, or onopen refuses, is let go of a little later.
		await expect.poll(() => this.lab.page.evaluate("timers.size"), { message: "timers", timeout: 15_000 }).toBe(0);
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
	// Until the module's memory has met what lies beside what: how much that takes is up to the moments of 126 sources or so.
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
