// The rows in which whole streams are read as fast as possible: the contenders, the workloads and
// the goals.

import {
	type Contender,
	loop,
	microsoftFetchEventSource,
	native,
	npmEventSource,
	ourEventSource,
	ourEvents,
	ourFetchEventSource,
	type Reading,
	reader,
	readyMade,
} from "../contenders.ts";
import { contest, type Pair, row } from "../contest.ts";
import type { Case, Goal } from "../result.ts";
import type { Context, Row } from "../row.ts";
import { type Stream, TITLES } from "../streams.ts";

const atLeast = (number: number): Goal => ({ atLeast: number });

/**
 * Each stream has 14 to 27 megabytes, so that the request, and the data that arrives with the
 * response headers, do not matter much.
 */
const LARGE: Stream[] = [
	{ workload: "llm", events: 160_000 },
	{ workload: "small", events: 1_000_000 },
	{ workload: "typed", events: 560_000 },
	{ workload: "cjk", events: 400_000 },
];

const equal = (events: number): Stream[] => ["llm", "small", "typed", "cjk"].map((workload) => ({ workload, events }));

interface Contest {
	name: string;
	title: string;
	contenders: Contender<Reading>[];
	streams: Stream[];
	/** The rounds of a full run and of a quick run. */
	rounds: [number, number];
	/** Returns the pairs that are compared on a workload. */
	pairs(workload: string): Pair[];
	/** The pairs that are compared over all workloads. */
	means?: Pair[];
}

const between = (of: Contender<Reading>, to: Contender<Reading>, goal?: Goal): Pair => ({
	of: of.name,
	to: to.name,
	...(goal && { goal }),
});

const CONTESTS: Contest[] = [
	{
		name: "throughput",
		title: "Throughput against loops: that only read, with a parser, and over ready-made objects",
		contenders: [reader, loop, ourFetchEventSource, readyMade, ourEvents],
		streams: LARGE,
		rounds: [21, 5],
		pairs: () => [
			between(ourFetchEventSource, loop, atLeast(1)),
			between(ourEvents, loop, atLeast(1)),
			between(ourFetchEventSource, reader, atLeast(0.9)),
			between(ourEvents, readyMade, atLeast(0.9)),
		],
		means: [between(ourFetchEventSource, loop, atLeast(1.3))],
	},
	{
		name: "microsoft",
		title: "fetchEventSource against @microsoft/fetch-event-source, 40,000 events",
		contenders: [ourFetchEventSource, microsoftFetchEventSource],
		streams: equal(40_000),
		rounds: [15, 3],
		pairs: (workload) => [
			between(ourFetchEventSource, microsoftFetchEventSource, workload === "llm" ? atLeast(2.5) : undefined),
		],
		means: [between(ourFetchEventSource, microsoftFetchEventSource, atLeast(6))],
	},
	{
		name: "floods",
		title: "EventSource with one listener, 40,000 events at once",
		contenders: [ourEventSource, npmEventSource, native],
		streams: equal(40_000),
		rounds: [9, 1],
		pairs: () => [between(ourEventSource, native, atLeast(1)), between(ourEventSource, npmEventSource)],
		means: [between(ourEventSource, npmEventSource, atLeast(5))],
	},
	{
		name: "bursts",
		title: "EventSource with one listener, 2,000 events at once",
		contenders: [ourEventSource, npmEventSource, native],
		streams: equal(2_000),
		rounds: [41, 7],
		pairs: () => [between(ourEventSource, native, atLeast(1)), between(ourEventSource, npmEventSource)],
	},
];

export const throughputRows: Row[] = CONTESTS.map((shape) => ({
	name: shape.name,
	title: shape.title,
	async run(context: Context) {
		const cases: Case[] = [];
		for (const stream of shape.streams) {
			context.progress(TITLES[stream.workload]!);
			const rounds = shape.rounds[context.quick ? 1 : 0];
			cases.push(await contest(stream, shape.contenders, shape.pairs(stream.workload), rounds));
		}
		return row(shape, shape.contenders, cases, shape.means);
	},
}));
