// The rows that measure only the parser, on bytes in memory: the usual workloads, and two inputs
// for which a naive parser takes quadratic time.

import { AROUND, answer, LARGE_CHUNK, largeEvent, SEGMENT, streamOf } from "../bodies.ts";
import { type Contender, subscribeByIterator } from "../contenders.ts";
import { measure, row } from "../contest.ts";
import { cut, type MakeParser, parse, parsers } from "../parsers.ts";
import type { Case } from "../result.ts";
import type { Context, Row } from "../row.ts";
import { compared } from "../statistics.ts";
import { check, download, expected, type Received, type Stream, TITLES } from "../streams.ts";

/** Each stream has six to eight megabytes. */
const STREAMS: Stream[] = [
	{ workload: "llm", events: 40_000 },
	{ workload: "small", events: 480_000 },
	{ workload: "typed", events: 140_000 },
	{ workload: "cjk", events: 100_000 },
	{ workload: "long", events: 512 },
	{ workload: "comments", events: 40_000 },
	{ workload: "crlf", events: 40_000 },
];

const CHUNKS = { "64 KiB": LARGE_CHUNK, "1,400 B": SEGMENT };

const ROUNDS = { full: 21, quick: 5 };
/** Without a network, only code that the engine has already compiled should be measured. */
const WARM_UP = 3;

export const parserRow: Row = {
	name: "parser",
	title: "The parser alone, on chunks in memory",
	async run(context: Context) {
		const contenders = await parsers();
		const [ours, theirs] = contenders as [Contender<MakeParser>, Contender<MakeParser>];
		const pair = { of: ours.name, to: theirs.name };
		const cases: Case[] = [];
		for (const stream of STREAMS) {
			const title = TITLES[stream.workload]!;
			context.progress(title);
			const [wanted, bytes] = [await expected(stream), await download(stream)];
			for (const [size, length] of Object.entries(CHUNKS)) {
				const name = `${title}, chunks of ${size}`;
				const chunks = cut(bytes, length);
				const pairs = [{ ...pair, goal: { atLeast: 1 } }];
				const rounds = context.quick ? ROUNDS.quick : ROUNDS.full;
				const found = await measure(
					name,
					wanted,
					contenders,
					pairs,
					rounds,
					async ({ name: contender, run }) => {
						const started = performance.now();
						const received = parse(run as MakeParser, chunks);
						const took = performance.now() - started;
						check(contender, name, received, wanted);
						return took;
					},
					WARM_UP,
				);
				cases.push(found);
			}
		}
		return row(parserRow, contenders, cases, [{ ...pair, goal: { atLeast: 1.5 } }]);
	},
};

const CR_LINES = 100_000;
const LONG_LINE = 4 * 1024 * 1024;

/** Reads these chunks to their end. */
type Whole = (chunks: Uint8Array[]) => Promise<Received>;

export const worstRow: Row = {
	name: "worst",
	title: "Inputs for which a naive parser takes quadratic time",
	async run({ quick }: Context) {
		const contenders: Contender<Whole>[] = (await parsers()).map(({ run, ...rest }) => ({
			...rest,
			run: typeof run === "string" ? run : async (chunks) => parse(run, chunks),
		}));
		contenders.push({ name: "headwater events(), end to end", ours: true, run: iterate });
		const lines = new TextEncoder().encode(`${"data: x\r".repeat(CR_LINES)}\r`);
		const workloads = [
			{ name: "100,000 CR lines in one chunk", chunks: [lines], characters: 2 * CR_LINES - 1 },
			{
				name: "a line of 4 MiB in chunks of 1,400 B",
				chunks: [...largeEvent(LONG_LINE)],
				characters: LONG_LINE - AROUND,
			},
		];
		const cases: Case[] = [];
		for (const { name, chunks, characters } of workloads) {
			const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
			const wanted = { events: 1, characters, lastEventId: "", bytes };
			const taken = new Map<string, number[]>();
			const run = async ({ name: contender, run }: Contender<Whole>) => {
				const started = performance.now();
				const received = await (run as Whole)(chunks);
				const took = performance.now() - started;
				check(contender, name, received, wanted);
				taken.set(contender, [...(taken.get(contender) ?? []), took]);
				return took;
			};
			const found = await measure(name, wanted, contenders, [], quick ? ROUNDS.quick : ROUNDS.full, run);
			const ours = contenders.filter(({ name, ours }) => ours && taken.has(name));
			// The first round is a warm-up.
			found.comparisons = ours.map(({ name }) => compared(name, "ms", taken.get(name)!.slice(1), { atMost: 20 }));
			cases.push(found);
		}
		return row(worstRow, contenders, cases);
	},
};

async function iterate(chunks: Uint8Array[]): Promise<Received> {
	const received: Received = { events: 0, characters: 0, lastEventId: "" };
	await subscribeByIterator(
		"/",
		"message",
		({ data }) => {
			received.events += 1;
			received.characters += data.length;
		},
		async () => answer(streamOf(chunks)),
	);
	return received;
}
