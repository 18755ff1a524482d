// The list of rows, and the function that runs the selected rows.

import { host } from "./host.ts";
import type { Comparison, Options, RowResult } from "./result.ts";
import type { Row } from "./row.ts";
import { firstEventRow } from "./rows/first-event.ts";
import { largeRow } from "./rows/large.ts";
import { latencyRow } from "./rows/latency.ts";
import { memoryRow, sourcesRow } from "./rows/memory.ts";
import { parserRow, worstRow } from "./rows/parser.ts";
import { tasksRow } from "./rows/tasks.ts";
import { throughputRows } from "./rows/throughput.ts";

export const ROWS: Row[] = [
	...throughputRows,
	parserRow,
	worstRow,
	largeRow,
	latencyRow,
	tasksRow,
	memoryRow,
	sourcesRow,
	firstEventRow,
];

/** The goals are set for Chromium. */
const GOALS_HOLD = navigator.userAgent.includes("Chrome/");

export interface Watcher {
	progress?(row: Row, what: string): void;
	/** Called when a row is done. */
	found?(result: RowResult): void;
}

export async function run({ only, quick = false }: Options = {}, watcher: Watcher = {}): Promise<RowResult[]> {
	const unknown = only?.find((name) => ROWS.every((row) => row.name !== name));
	if (unknown !== undefined) {
		throw new Error(`There is no row "${unknown}"; the rows are ${ROWS.map(({ name }) => name).join(", ")}.`);
	}
	const results: RowResult[] = [];
	for (const row of ROWS.filter(({ name }) => only?.includes(name) ?? true)) {
		const progress = (what: string) => watcher.progress?.(row, what);
		const found = await row.run({ quick, host: host(), progress });
		const result = GOALS_HOLD ? found : withoutGoals(found);
		results.push(result);
		watcher.found?.(result);
	}
	return results;
}

function withoutGoals({ cases, overall, ...rest }: RowResult): RowResult {
	const strip = ({ goal: _goal, met: _met, ...found }: Comparison): Comparison => found;
	return {
		...rest,
		cases: cases.map((found) => ({ ...found, comparisons: found.comparisons.map(strip) })),
		overall: overall.map(strip),
	};
}
