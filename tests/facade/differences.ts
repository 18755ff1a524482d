// The table of differences between this package's EventSource and the browsers' own: everything
// that a program could observe. The test that names a difference asserts it exactly, so that a
// difference that appears or vanishes fails. docs/conformance.md has the same table, which
// tests/facade/conformance.spec.ts compares.

/** The tested engines. */
export type Engine = "chromium" | "firefox" | "webkit";

interface Difference {
	/**
	 * The side that departs from the standard: this package, or the browsers' own class in an
	 * engine.
	 */
	readonly of: readonly ("ours" | Engine)[];
	/** The observable behavior. */
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
		why: "CORS does not let scripts send this header without permission; the standard exempts only the browser itself.",
	},
	"reactions between listeners": {
		of: ["ours"],
		what: "A microtask that a listener queues runs after the other listeners of the same event, not before them.",
		why: "While a script dispatches an event, the script is on the stack below the listeners.",
	},
	"making of a message": {
		of: ["ours"],
		what: "MessageEvent's own getters and methods, taken from its prototype, throw a TypeError for a message event; `event.data` and everything else work.",
		why: "Creating and firing a native MessageEvent costs twice as much. So the event is an Event whose prototype inherits from MessageEvent's.",
	},
	"window.stop()": {
		of: ["ours"],
		what: "The source reconnects, as after a network error; the standard fails the connection.",
		why: "`fetch` reports a network error to a script, or a clean end if a response was being read.",
	},
	"URL with credentials": {
		of: ["ours", "chromium"],
		what: "The connection fails at once; ours with reason `request`.",
		why: "`fetch` does not accept such a URL. Use a header instead.",
	},
	"scheme that is not known": {
		of: ["ours"],
		what: "A URL with a host and an unknown scheme is retried again and again.",
		why: "A script cannot find out which schemes are known: an extension's own scheme has a network, and so does one that an application has registered.",
	},
	"id-only block": {
		of: ["firefox"],
		what: "A block with an id and no data does not change the last event ID.",
		why: "9.2.6, dispatch the event, step 1 comes before the check for data in step 2.",
	},
	"blank in a host name": {
		of: ["chromium"],
		what: "A URL with a space in its host name is accepted, as `%20`.",
		why: "URL Standard, host parsing: a space is a forbidden domain code point; 9.2.2, constructor step 4: a SyntaxError.",
	},
	"byte order mark before a blank line": {
		of: ["chromium"],
		what: "After a byte order mark and a blank line, the first event is lost.",
		why: "9.2.6: the mark is removed before the lines are read.",
	},
	"U+0000 in a value": {
		of: ["firefox"],
		what: "U+0000 is removed from data and event names that have other characters too.",
		why: "9.2.6, process the field: only an id is checked for U+0000, and every other value is unchanged.",
	},
	"U+0000 in an id": {
		of: ["firefox"],
		what: "A block whose id has a U+0000 fires no event.",
		why: "9.2.6, process the field: such an id is ignored, but its block is not.",
	},
	"refusal after an opening": {
		of: ["ours"],
		what: "A server that refuses our origin after it has accepted it once is retried again and again, as after a network error.",
		why: "`fetch` reports both alike, and only a source that was never open sends a probe to distinguish them. The standard allows both.",
	},
	"Content-Security-Policy": {
		of: ["ours"],
		what: "A URL that the page's policy forbids is retried again and again; nothing is sent.",
		why: "`fetch` reports it as a network error. The standard allows both.",
	},
	"port that is blocked": {
		of: ["firefox"],
		what: "A URL with a port that browsers do not connect to fails the connection.",
		why: "9.2.2, constructor step 15.2: a network error reestablishes the connection, unless this is known to be futile.",
	},
	"data: and blob: URLs": {
		of: ["firefox"],
		what: "A `data:` or `blob:` URL fails the connection, even if it is an event stream.",
		why: "9.2.2 accepts any URL, and Fetch, scheme fetch, responds to these with status 200.",
	},
	"revoked blob: URL": {
		of: ["chromium", "webkit"],
		what: "A `blob:` URL that is revoked is retried again and again.",
		why: "9.2.2, constructor step 15.2: reestablishing the connection is known to be futile, since a revoked URL stays revoked.",
	},
	charset: {
		of: ["chromium"],
		what: "A `charset` other than UTF-8 in the Content-Type fails the connection.",
		why: "9.2.2, constructor step 15.3, checks only the essence, and 9.2.6 decodes as UTF-8 regardless of the parameters.",
	},
	"blank in a MIME type": {
		of: ["chromium", "firefox", "webkit"],
		what: "A Content-Type `text/event-stream x` is read as `text/event-stream`.",
		why: "MIME Sniffing, parse a MIME type, step 9: a subtype that contains a space is a failure, so there is no type.",
	},
	"port that is blocked, in silence": {
		of: ["webkit"],
		what: "A URL with a port that browsers do not connect to fires nothing, and `readyState` stays CONNECTING.",
		why: "9.2.2, constructor step 15.2: a network error reestablishes the connection, with an error event.",
	},
	"constructor and Content-Security-Policy": {
		of: ["webkit"],
		what: "A URL that the page's policy forbids is a SecurityError from the constructor.",
		why: "9.2.2, constructor: it throws only for a URL that cannot be parsed, and the policy belongs to the fetch.",
	},
	"data: URL, and origin of a blob: URL": {
		of: ["webkit"],
		what: "A `data:` URL fails the connection; the events of a `blob:` URL have the origin `blob://`.",
		why: "9.2.2 accepts any URL, and the origin of a `blob:` URL is the origin of the page that created it.",
	},
	"several MIME types": {
		of: ["webkit"],
		what: "Of several Content-Type headers the last one counts, even if it is invalid, and of several types in one header the first.",
		why: "Fetch, extract a MIME type: the last valid type counts, in any of the headers.",
	},
	"byte order mark in pieces": {
		of: ["webkit"],
		what: "Each chunk is searched for a byte order mark, UTF-16's too, until a chunk has four bytes. A mark that is split between chunks is not found.",
		why: "9.2.5: UTF-8 decode looks for one mark, the one of UTF-8, at the beginning of the stream.",
	},
	"window.stop() unnoticed": {
		of: ["webkit"],
		what: "`window.stop()` ends the connection, but fires nothing, and `readyState` does not change.",
		why: "9.2.2, constructor step 15.1: a network error that is an abort fails the connection.",
	},
	"cache headers after a redirect": {
		of: ["webkit"],
		what: "After a redirect to another origin, the browser's own class sends `Cache-Control: no-cache` and `fetch` does not; neither sends `Pragma`.",
		why: "Fetch, HTTP-network-or-cache fetch: the cache mode `no-store` adds both headers to every request.",
	},
} as const satisfies Record<string, Difference>;

export type DifferenceName = keyof typeof DIFFERENCES;

/** The results of each side that departs from the standard. */
export interface Differs {
	readonly names: readonly DifferenceName[];
	readonly ours?: unknown;
	readonly native?: Partial<Record<Engine, unknown>>;
}
