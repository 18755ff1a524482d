// The rows of memory: does a long-lived source grow, and how much memory does a source take? Both
// rows need the runner, which can collect garbage and measure the remaining memory.

import { answer, LARGE_CHUNK } from "../bodies.ts";
import { OURS, type Subscribe } from "../contenders.ts";
import { present, row } from "../contest.ts";
import { cut } from "../parsers.ts";
import type { Case, Measure, RowResult, Unit } from "../result.ts";
import type { Context, Row } from "../row.ts";
import { compared, spread } from "../statistics.ts";
import { download, expected } from "../streams.ts";
import { wasmMemory } from "../wasm-memory.ts";

const MIB = 1024 * 1024;
const NO_HEAP = "garbage can only be collected by the runner (npm run bench) in Chromium";

/** The stream is repeated this many times; the first repetition makes all lasting allocations. */
const TIMES = 10;

export const memoryRow: Row = {
	name: "memory",
	title: "A million events through one source",
	async run({ quick, host, progress }: Context) {
		const { heap } = host;
		if (!heap) return withoutHeap(memoryRow);
		const stream = { workload: "typed", events: quick ? 10_000 : 100_000 };
		const wanted = await expected(stream);
		const chunks = cut(await download(stream), LARGE_CHUNK);
		const cases: Case[] = [];
		for (const { name, run } of present(OURS).there) {
			progress(name);
			const body = new TransformStream<Uint8Array, Uint8Array>();
			const writer = body.writable.getWriter();
			let events = 0;
			const count = () => {
				events += 1;
			};
			const ended = (run as Subscribe)("/", "token", count, async () => answer(body.readable));
			const sizes: { heap: number; wasm: number }[] = [];
			for (let time = 1; time <= TIMES; time++) {
				for (const chunk of chunks) await writer.write(chunk);
				while (events < time * wanted.events) await new Promise((resolve) => setTimeout(resolve));
				if (time === 1 || time === TIMES) sizes.push({ heap: await heap(), wasm: wasmMemory() });
			}
			await writer.close();
			await ended;
			if (events !== TIMES * wanted.events) throw new Error(`${name}: ${events} events of ${TIMES * wanted.events}`);
			const [before, after] = sizes as [(typeof sizes)[0], (typeof sizes)[0]];
			cases.push({
				name: `${name}, ${events.toLocaleString("en")} events`,
				rounds: 1,
				measures: [single("JavaScript heap", "MiB", after.heap / MIB), single("WebAssembly", "MiB", after.wasm / MIB)],
				comparisons: [
					compared("growth of the JavaScript heap", "MiB", [(after.heap - before.heap) / MIB], { atMost: 1 }),
					compared("growth of WebAssembly memory", "MiB", [(after.wasm - before.wasm) / MIB], { atMost: 1 }),
				],
			});
		}
		return row(memoryRow, OURS, cases);
	},
};

const SOURCES = 1000;

export const sourcesRow: Row = {
	name: "sources",
	title: "A thousand sources with endless streams, against bare readers",
	async run({ host, progress }: Context) {
		const { heap } = host;
		if (!heap) return withoutHeap(sourcesRow);
		const kept: unknown[] = [];
		const cases: Case[] = [];
		const weigh = async (subscribe: Subscribe) => {
			// The first ten sources load the module and the engine's own state, which are not
			// measured.
			await openMany(subscribe, 10, kept);
			const before = (await heap()) + wasmMemory();
			await openMany(subscribe, SOURCES, kept);
			return ((await heap()) + wasmMemory() - before) / SOURCES / 1000;
		};
		for (const { name, run } of present(OURS).there) {
			progress(name);
			// Each contender first loads the code that it shares with the other contender.
			await openMany(run as Subscribe, 1, kept);
			const bare = await weigh(read);
			const ours = await weigh(run as Subscribe);
			cases.push({
				name,
				rounds: 1,
				measures: [{ ...single("a bare reader", "kB", bare), ours: false }, single(name, "kB", ours)],
				comparisons: [compared("per source, beyond a bare reader", "kB", [ours - bare], { atMost: 12 })],
			});
		}
		// From here on the sources may be garbage-collected.
		kept.length = 0;
		return row(sourcesRow, OURS, cases);
	},
};

/** Opens this many sources, and waits until each has received its first event. */
async function openMany(subscribe: Subscribe, count: number, kept: unknown[]): Promise<void> {
	const first = new TextEncoder().encode("data: here\n\n");
	const opened = Array.from(
		{ length: count },
		() =>
			new Promise<void>((resolve) => {
				const fetch = async () => {
					const body = new ReadableStream<Uint8Array>({
						start(controller) {
							controller.enqueue(first);
							kept.push(controller);
						},
					});
					return answer(body);
				};
				kept.push(subscribe("/", "message", () => resolve(), fetch));
			}),
	);
	await Promise.all(opened);
}

const read: Subscribe = async (_url, _type, handler, fetch) => {
	const reader = (await fetch!()).body!.getReader();
	for (;;) {
		const { done } = await reader.read();
		if (done) return;
		handler({ data: "" });
	}
};

const single = (contender: string, unit: Unit, value: number): Measure => ({
	contender,
	ours: true,
	unit,
	...spread([value]),
});

function withoutHeap({ name, title }: Row): RowResult {
	return { name, title, cases: [], overall: [], absent: [NO_HEAP] };
}
