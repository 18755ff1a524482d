// Owns the shape of what the benchmark finds: the same for the page, the runner and the files. Nothing here exists at run
// time, and nothing of how anything is measured is known.

/** What was asked for. */
export interface Options {
	/** Rows by name; all of them if there is none. */
	only?: string[];
	/** Fewer and shorter rounds: a minute instead of a quarter of an hour, and a wider spread. */
	quick?: boolean;
}

/** A number that was taken many times. */
export interface Spread {
	median: number;
	/** The lower and the upper quartile. */
	low: number;
	high: number;
}

export type Unit = "ms" | "µs" | "kB" | "MiB" | "×" | "events";

/** What one contender took. */
export interface Measure extends Spread {
	contender: string;
	unit: Unit;
	/** Whether it is this package's. */
	ours: boolean;
}

/** What a comparison or a measure is to be. */
export type Goal = { atLeast: number } | { atMost: number };

/** How two contenders compare: of the pairs that ran one after the other, in the same round. */
export interface Comparison extends Spread {
	name: string;
	unit: Unit;
	goal?: Goal;
	met?: boolean;
}

/** One workload. */
export interface Case {
	name: string;
	/** Of one run, where a run is a stream of events. */
	events?: number;
	bytes?: number;
	rounds: number;
	measures: Measure[];
	comparisons: Comparison[];
}

/** One row of the table of goals. */
export interface RowResult {
	name: string;
	title: string;
	cases: Case[];
	/** The geometric means over all cases. */
	overall: Comparison[];
	/** What was left out, each with its reason. */
	absent: string[];
}
