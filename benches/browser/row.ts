// The interface of a benchmark row for the page: a name and a function that runs the row.

import type { Host } from "./host.ts";
import type { RowResult } from "./result.ts";

export interface Context {
	quick: boolean;
	/** The functions that only the runner supports. Without the runner, it is empty. */
	host: Host;
	/** Reports the current measurement. */
	progress(what: string): void;
}

export interface Row {
	name: string;
	title: string;
	run(context: Context): Promise<RowResult>;
}
