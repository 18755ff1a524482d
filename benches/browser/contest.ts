// Measures contenders on streams of events, and compares them with each other.

import type { Contender, Reading } from "./contenders.ts";
import type { Case, Comparison, Goal, RowResult } from "./result.ts";
import { compared, geometricMean, interleave, ratios, spread } from "./statistics.ts";
import { address, check, type Expected, expected, type Stream, TITLES } from "./streams.ts";

/** Two contenders, and the goal for their ratio. */
export interface Pair {
	of: string;
	to: string;
	goal?: Goal;
}

/** The events of the workload `typed` have this type. All other events have none. */
const typeOf = ({ workload }: Stream) => (workload === "typed" ? "token" : "message");

/**
 * The pause between two runs in milliseconds, in which the machine can finish the work that a run
 * leaves behind. An idle machine has no such work.
 */
const PAUSE_MS = 5;

/** Returns the contenders that can run, and the reasons why the others cannot. */
export function present<Run>(contenders: Contender<Run>[]): {
	there: (Contender<Run> & { run: Exclude<Run, string> })[];
	absent: string[];
} {
	const there = contenders.filter(({ run }) => typeof run !== "string") as never;
	const absent = contenders.flatMap(({ name, run }) => (typeof run === "string" ? [`${name}: ${run}`] : []));
	return { there, absent };
}

/** Measures how contenders read one stream of the server. */
export async function contest(
	stream: Stream,
	contenders: Contender<Reading>[],
	pairs: Pair[],
	rounds: number,
): Promise<Case> {
	const wanted = await expected(stream);
	const [url, type] = [address(stream), typeOf(stream)];
	const title = TITLES[stream.workload]!;
	const once = async ({ name, run }: Contender<Reading>) => {
		await pause();
		const started = performance.now();
		const read = await (run as Reading)(url, type, wanted);
		const { milliseconds = performance.now() - started, ...received } = read;
		check(name, title, received, wanted);
		return milliseconds;
	};
	return measure(title, wanted, contenders, pairs, rounds, async (contender) => {
		// The first run leaves garbage, so the second run starts with garbage of the same
		// contender.
		await once(contender);
		return once(contender);
	});
}

/** Runs the contenders that can run, in turns, and compares them. */
export async function measure<Run>(
	name: string,
	{ events, bytes }: Pick<Expected, "events" | "bytes">,
	contenders: Contender<Run>[],
	pairs: Pair[],
	rounds: number,
	milliseconds: (contender: Contender<Run>) => Promise<number>,
	warmUp?: number,
): Promise<Case> {
	const { there } = present(contenders);
	const byName = new Map(there.map((contender) => [contender.name, contender]));
	const taken = await interleave([...byName.keys()], rounds, (name) => milliseconds(byName.get(name)!), warmUp);
	return {
		name,
		events,
		bytes,
		rounds,
		measures: there.map(({ name, ours = false }) => ({ contender: name, ours, unit: "ms", ...spread(taken[name]!) })),
		comparisons: pairs
			.filter(({ of, to }) => byName.has(of) && byName.has(to))
			.map(({ of, to, goal }) => compared(versus(of, to), "×", ratios(taken[to]!, taken[of]!), goal)),
	};
}

export const versus = (of: string, to: string) => `${of} against ${to}`;

/** Returns the geometric mean of a pair over all cases of a row. */
export function overall(cases: Case[], { of, to, goal }: Pair): Comparison[] {
	const name = versus(of, to);
	const found = cases.flatMap(({ comparisons }) => comparisons.filter((comparison) => comparison.name === name));
	if (found.length === 0) return [];
	return [compared(name, "×", [geometricMean(found.map(({ median }) => median))], goal)];
}

export function row<Run>(
	{ name, title }: { name: string; title: string },
	contenders: Contender<Run>[],
	cases: Case[],
	means: Pair[] = [],
): RowResult {
	const { absent } = present(contenders);
	return { name, title, cases, overall: means.flatMap((pair) => overall(cases, pair)), absent };
}

function pause(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
