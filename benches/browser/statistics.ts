// The calculations, and the order in which contenders take turns.

import type { Comparison, Goal, Spread, Unit } from "./result.ts";

/** Returns the value below which this share of the values lies, interpolated linearly. */
export function quantile(values: readonly number[], share: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	const at = (sorted.length - 1) * share;
	const below = sorted[Math.floor(at)]!;
	return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export function spread(values: readonly number[]): Spread {
	return { median: median(values), low: quantile(values, 0.25), high: quantile(values, 0.75) };
}

export function geometricMean(values: readonly number[]): number {
	return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

export function compared(name: string, unit: Unit, values: readonly number[], goal?: Goal): Comparison {
	const found = spread(values);
	if (!goal) return { name, unit, ...found };
	const met = "atLeast" in goal ? found.median >= goal.atLeast : found.median <= goal.atMost;
	return { name, unit, ...found, goal, met };
}

/**
 * Runs each contender once per round, and starts each round with another contender, so that a slow
 * phase of the machine affects all contenders. The first rounds, in which engines compile, are not
 * counted.
 */
export async function interleave<Name extends string>(
	contenders: readonly Name[],
	rounds: number,
	run: (contender: Name) => Promise<number>,
	warmUp = 1,
): Promise<Record<Name, number[]>> {
	const taken = Object.fromEntries(contenders.map((name) => [name, []])) as unknown as Record<Name, number[]>;
	for (let round = 0; round < warmUp + rounds; round++) {
		for (const turn of contenders.keys()) {
			const name = contenders[(round + turn) % contenders.length]!;
			const value = await run(name);
			if (round >= warmUp) taken[name].push(value);
		}
	}
	return taken;
}

/** Returns for each round the ratio of the two times. */
export function ratios(slow: readonly number[], fast: readonly number[]): number[] {
	return slow.map((value, round) => value / fast[round]!);
}
