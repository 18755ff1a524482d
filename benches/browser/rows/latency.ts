// The row of the latency that a contender adds to one event: the time from the fulfillment of the
// reader's promise to the call of the handler. The stream comes over HTTP, at a pace that leaves
// the page idle between events.

import { type Contender, OURS, type Subscribe } from "../contenders.ts";
import { present, row } from "../contest.ts";
import type { Context, Row } from "../row.ts";
import { compared, interleave, median, spread } from "../statistics.ts";
import { address, check, expected } from "../streams.ts";

/** Events per second. With five milliseconds between events, each event comes in its own chunk. */
const RATE = 200;

const bare: Contender<Subscribe> = {
	name: "bare loop",
	async run(url, _type, handler) {
		const { body } = await fetch(url);
		const reader = body!.getReader();
		for (;;) {
			const { done } = await reader.read();
			if (done) return;
			handler({ data: "" });
		}
	},
};

export const latencyRow: Row = {
	name: "latency",
	title: "Latency from the reader's promise to the handler, one small event per chunk",
	async run({ quick, progress }: Context) {
		const [rounds, events] = quick ? [1, 150] : [9, 300];
		const stream = { workload: "small", events, rate: RATE };
		const [url, wanted] = [address(stream), await expected(stream)];
		const contenders = [bare, ...OURS];
		const { there } = present(contenders);
		const byName = new Map(there.map((contender) => [contender.name, contender]));
		const clock = watchReads();
		progress("");
		const taken = await interleave([...byName.keys()], rounds, async (name) => {
			const latencies: number[] = [];
			const handler = () => void latencies.push(performance.now() - clock.fulfilled);
			const before = clock.chunks;
			await byName.get(name)!.run(url, "message", handler);
			const chunks = clock.chunks - before;
			// If two events came in one chunk, a bare loop is called once.
			check(
				name,
				"the paced stream",
				{ events: name === bare.name ? latencies.length : events },
				{
					...wanted,
					events: name === bare.name ? chunks : latencies.length,
				},
			);
			if (chunks < events / 2) throw new Error(`${name}: ${events} events came in only ${chunks} chunks`);
			return median(latencies) * 1000;
		});
		clock.stop();
		const measures = there.map(({ name, ours = false }) => ({
			contender: name,
			ours,
			unit: "µs" as const,
			...spread(taken[name]!),
		}));
		const comparisons = there
			.filter(({ ours }) => ours)
			.map(({ name }) => {
				const added = taken[name]!.map((value, round) => value - taken[bare.name]![round]!);
				return compared(`${name}: additional time over the bare loop`, "µs", added, { atMost: 30 });
			});
		return row(latencyRow, contenders, [{ name: `small, ${RATE} events per second`, rounds, measures, comparisons }]);
	},
};

type Read = ReadableStreamDefaultReader["read"];

/** Records when a reader's promise is fulfilled, before the code that awaits it runs. */
function watchReads() {
	const prototypes: Record<"read", Read>[] = [ReadableStreamDefaultReader.prototype];
	if (typeof ReadableStreamBYOBReader === "function") prototypes.push(ReadableStreamBYOBReader.prototype as never);
	const originals = prototypes.map(({ read }) => read);
	const clock = {
		fulfilled: 0,
		chunks: 0,
		stop() {
			prototypes.forEach((prototype, index) => {
				prototype.read = originals[index]!;
			});
		},
	};
	prototypes.forEach((prototype, index) => {
		prototype.read = function (this: unknown, ...given: unknown[]) {
			const promise = originals[index]!.apply(this as never, given as never);
			promise.then(
				({ done }) => {
					if (!done) clock.chunks += 1;
					clock.fulfilled = performance.now();
				},
				() => {},
			);
			return promise;
		};
	});
	return clock;
}
