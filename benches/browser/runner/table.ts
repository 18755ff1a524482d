// Formats the benchmark's results as text for a terminal.

import type { Comparison, RowResult } from "../result.ts";
import { goalInWords, perEvent, range } from "../words.ts";

export function table({ name, title, cases, overall, absent }: RowResult): string {
	const lines = [`\n${name}: ${title}`];
	for (const { name, measures, comparisons, events, bytes, rounds } of cases) {
		lines.push(`  ${name} (${rounds} rounds)`);
		for (const measure of measures) {
			const figures = [range(measure), perEvent(measure, events, bytes)].filter(Boolean).join(", ");
			lines.push(`    ${measure.contender.padEnd(38)} ${figures}`);
		}
		lines.push(...comparisons.map((comparison) => `    ${sentence(comparison)}`));
	}
	lines.push(...overall.map((comparison) => `  geometric mean: ${sentence(comparison)}`));
	lines.push(...absent.map((reason) => `  not run: ${reason}`));
	return lines.join("\n");
}

function sentence(comparison: Comparison): string {
	const goal = goalInWords(comparison);
	const verdict = goal && ` [${comparison.met ? "met" : "MISSED"}: ${goal}]`;
	return `${comparison.name}: ${range(comparison)}${verdict}`;
}
