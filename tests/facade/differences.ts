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
	isTrusted: {
		of: ["ours"],
		what: "`event.isTrusted` is false.",
		why: "Only a browser can fire trusted events.",
	},
	"Last-Event-ID across origins": {
		of: ["ours"],
		what: "Reconnecting to another origin with a last event ID sends a preflight first, which the server must allow.",
		why: "The header is not among those that CORS lets scripts send; the standard exempts only the browser itself.",
	},
	"reactions between listeners": {
		of: ["ours"],
		what: "What a listener leaves to a microtask runs after the other listeners of the same event, not before them.",
		why: "An event that a script dispatches has that script below its listeners on the stack.",
	},
	"window.stop()": {
		of: ["ours"],
		what: "It is followed by a reconnection, as a broken network; the standard fails the connection.",
		why: "`fetch` tells a script of a broken network, or of a clean end if a response was being read.",
	},
	"URL with credentials": {
		of: ["ours", "chromium"],
		what: "The connection fails at once; ours with reason `request`.",
		why: "`fetch` takes no such URL. Use a header instead.",
	},
	"id-only block": {
		of: ["firefox"],
		what: "A block with an id and no data does not change the last event ID.",
		why: "9.2.6, dispatch the event, step 1 comes before the check for data in step 2.",
	},
	"blank in a host name": {
		of: ["chromium"],
		what: "A URL with a blank in its host name is taken, as `%20`.",
		why: "URL Standard, host parsing: a blank is a forbidden domain code point; 9.2.2 step 4, a SyntaxError.",
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
