// The row of one large event: does the time per byte depend on the size of the event?

import { AROUND, answer, largeEvent, streamOf } from "../bodies.ts";
import { OURS, type Subscribe } from "../contenders.ts";
import { present, row } from "../contest.ts";
import type { Case } from "../result.ts";
import type { Context, Row } from "../row.ts";
import { compared, interleave, ratios, spread } from "../statistics.ts";
import { check } from "../streams.ts";

const MIB = 1024 * 1024;
const SMALL = 1;
const LARGE = 64;
/** The number of small events, one after another, in one measurement. */
const REPEATED = 8;

const SIZES = ["1 MiB", "64 MiB"] as const;

export const largeRow: Row = {
	name: "large",
	title: "One event of 64 MiB against one of 1 MiB, in chunks of 1,400 B",
	async run({ quick, progress }: Context) {
		const cases: Case[] = [];
		const rounds = quick ? 1 : 7;
		for (const { name, run } of present(OURS).there) {
			progress(name);
			const taken = await interleave(SIZES, rounds, (size) =>
				size === "1 MiB" ? perMebibyte(name, run, SMALL, REPEATED) : perMebibyte(name, run, LARGE, 1),
			);
			cases.push({
				name,
				rounds,
				measures: SIZES.map((size) => ({
					contender: `time per MiB, event of ${size}`,
					ours: true,
					unit: "ms",
					...spread(taken[size]),
				})),
				comparisons: [
					compared("time per byte, 64 MiB against 1 MiB", "×", ratios(taken["64 MiB"], taken["1 MiB"]), {
						atMost: 1.2,
					}),
				],
			});
		}
		return row(largeRow, OURS, cases);
	},
};

async function perMebibyte(name: string, subscribe: Subscribe, mebibytes: number, times: number): Promise<number> {
	const started = performance.now();
	for (let time = 0; time < times; time++) {
		let characters = 0;
		const handler = ({ data }: { data: string }) => {
			characters += data.length;
		};
		await subscribe("/", "message", handler, async () => answer(streamOf(largeEvent(mebibytes * MIB))));
		const wanted = { events: 1, characters: mebibytes * MIB - AROUND, lastEventId: "", bytes: 0 };
		check(name, `an event of ${mebibytes} MiB`, { characters }, wanted);
	}
	return (performance.now() - started) / mebibytes / times;
}
