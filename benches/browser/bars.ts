// Selects the bars for a row's results.

import type { Group } from "./chart.ts";
import type { Case, Measure, RowResult } from "./result.ts";
import { amount, number } from "./words.ts";

const THOUSAND = 1000;
const MILLION = 1_000_000;

/** Streams of many events are shown by their speed, all other cases by their time or size. */
const isSpeed = ({ events = 1 }: Case) => events > 1;

export function groups({ cases }: RowResult): Group[] {
	return cases.map((found) => ({
		title: found.name,
		bars: found.measures.map((measure) => {
			const value = isSpeed(found) ? speed(found, measure) : measure.median;
			const text = isSpeed(found) ? `${large(value)} events/s` : amount(value, measure.unit);
			return { label: measure.contender, value, text, ours: measure.ours };
		}),
	}));
}

export function direction({ cases }: RowResult): string {
	if (cases.length === 0) return "";
	return cases.every(isSpeed) ? "Longer is faster." : "Shorter is better.";
}

function speed({ events }: Case, { median }: Measure): number {
	return events! / (median / THOUSAND);
}

function large(value: number): string {
	return value >= MILLION ? `${number(value / MILLION)} M` : `${number(value / THOUSAND)} k`;
}
