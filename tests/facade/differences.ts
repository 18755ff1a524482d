// Owns the table of differences between this package's EventSource and the browsers' own: everything in which somebody
// could tell them apart. Each is asserted exactly by the test that names it, so that one which appears or vanishes fails;
// docs/conformance.md has the same table, which tests/facade/conformance.spec.ts compares.

/** The engines in which all this is tested. */
export type Engine = "chromium" | "firefox" | "webkit";

interface Difference {
	/** Who departs from the standard: this package, or the browsers' own class in an engine. */
	readonly of: readonly ("ours" | Engine)[];
	/** What is seen. */
	readonly what: string;
	/** The reason, or the step of the standard. */
	readonly why: string;
}

export const DIFFERENCES = {
	"id-only block": {
		of: ["firefox"],
		what: "A block with an id and no data does not change the last event ID.",
		why: "9.2.6, dispatch the event, step 1 comes before the check for data in step 2.",
	},
	"byte order mark before a blank line": {
		of: ["chromium"],
		what: "After a byte order mark and a blank line the first event is lost.",
		why: "9.2.6: the mark is removed before the lines are read.",
	},
	"U+0000 in a value": {
		of: ["firefox"],
		what: "U+0000 is dropped from data and event names that have other characters too.",
		why: "9.2.6, process the field: only an id is checked for U+0000, and every other value is taken as it is.",
	},
	"U+0000 in an id": {
		of: ["firefox"],
		what: "A block whose id has a U+0000 fires no event.",
		why: "9.2.6, process the field: such an id is ignored, and not its block.",
	},
} as const satisfies Record<string, Difference>;

export type DifferenceName = keyof typeof DIFFERENCES;

/** What is answered instead of what the standard says, by whoever differs. */
export interface Differs {
	readonly names: readonly DifferenceName[];
	readonly ours?: unknown;
	readonly native?: Partial<Record<Engine, unknown>>;
}
