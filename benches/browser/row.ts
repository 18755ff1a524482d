// The page's view of a benchmark row: a name and a function that runs it. Knows no concrete row.

import type { Host } from "./host.ts";
import type { RowResult } from "./result.ts";

export interface Context {
	quick: boolean;
	/** The functions that only the runner supports; empty without the runner. */
	host: Host;
	/** Reports the current measurement. */
	progress(what: string): void;
}

export interface Row {
	name: string;
	title: string;
	run(context: Context): Promise<RowResult>;
}
