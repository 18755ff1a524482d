// Owns what a row of the benchmark is to the page: something with a name that can be run. Knows no row.

import type { Host } from "./host.ts";
import type { RowResult } from "./result.ts";

export interface Context {
	quick: boolean;
	/** What only the runner can do; nothing when the page is used by hand. */
	host: Host;
	/** Says what is being measured. */
	progress(what: string): void;
}

export interface Row {
	name: string;
	title: string;
	run(context: Context): Promise<RowResult>;
}
