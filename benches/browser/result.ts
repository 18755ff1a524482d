// The types of the benchmark's results, for the page, the runner and the files. Contains types
// only, and nothing about how the rows are measured.

/** The options of a run. */
export interface Options {
	/** The names of the rows. If it is absent, all rows run. */
	only?: string[];
	/**
	 * Runs fewer and shorter rounds: one minute instead of a quarter of an hour, with a wider
	 * spread.
	 */
	quick?: boolean;
}

/** A value that was measured many times. */
export interface Spread {
	median: number;
	/** The lower quartile. `high` is the upper quartile. */
	low: number;
	high: number;
}

export type Unit = "ms" | "µs" | "kB" | "MiB" | "×" | "events";

/** The measurement of one contender. */
export interface Measure extends Spread {
	contender: string;
	unit: Unit;
	/** Whether the contender is this package. */
	ours: boolean;
}

/** The goal of a comparison or a measurement. */
export type Goal = { atLeast: number } | { atMost: number };

/** Compares two contenders by pairs of runs, which follow each other in the same round. */
export interface Comparison extends Spread {
	name: string;
	unit: Unit;
	goal?: Goal;
	met?: boolean;
}

/** A workload and its results. */
export interface Case {
	name: string;
	/** The events of one run, if a run is a stream of events. */
	events?: number;
	bytes?: number;
	rounds: number;
	measures: Measure[];
	comparisons: Comparison[];
}

/** The results of one row of the table of goals. */
export interface RowResult {
	name: string;
	title: string;
	cases: Case[];
	/** The geometric means over all cases. */
	overall: Comparison[];
	/** The contenders that did not run, each with the reason. */
	absent: string[];
}
