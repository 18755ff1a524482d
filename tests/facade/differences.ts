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
		why: "The header is not among those that CORS lets scripts send; the standard exempts only the browser itself.",
	},
	"reactions between listeners": {
		of: ["ours"],
		what: "What a listener leaves to a microtask runs after the other listeners of the same event, not before them.",
		why: "An event that a script dispatches has that script below its listeners on the stack.",
	},
	"making of a message": {
		of: ["ours"],
		what: "MessageEvent's own getters and methods, taken from its prototype, are a TypeError on a message's event; `event.data` and all else work.",
		why: "Making and firing a native MessageEvent costs twice as much: the event is an Event with MessageEvent's prototype behind its own.",
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
	"scheme that is not known": {
		of: ["ours"],
		what: "A URL with a host, and with a scheme that the browser does not know, is tried again and again.",
		why: "A script cannot ask which schemes are known: an extension's own has a network, and one that an application has registered.",
	},
	"id-only block": {
		of: ["firefox"],
		what: "A block with an id and no data does not change the last event ID.",
		why: "9.2.6, dispatch the event, step 1 comes before the check for data in step 2.",
	},
	"blank in a host name": {
		of: ["chromium"],
		what: "A URL with a blank in its host name is taken, as `%20`.",
		why: "URL Standard, host parsing: a blank is a forbidden domain code point; 9.2.2, constructor step 4, a SyntaxError.",
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
	"refusal after an opening": {
		of: ["ours"],
		what: "An origin that refuses us after it was open once is asked again and again, as a network that is broken.",
		why: "`fetch` tells a script of both alike, and only who never opened asks which it is. The standard allows both.",
	},
	"Content-Security-Policy": {
		of: ["ours"],
		what: "A URL that the page's policy forbids is tried again and again; nothing is sent.",
		why: "`fetch` tells a script of it as of a broken network. The standard allows both.",
	},
	"port that is blocked": {
		of: ["firefox"],
		what: "A URL with a port that browsers do not connect to fails the connection.",
		why: "9.2.2, constructor step 15.2: a network error reestablishes the connection, unless that is known to be futile.",
	},
	"data: and blob: URLs": {
		of: ["firefox"],
		what: "A `data:` or `blob:` URL fails the connection, even if it is an event stream.",
		why: "9.2.2 takes any URL, and Fetch, scheme fetch, answers these with status 200.",
	},
	"revoked blob: URL": {
		of: ["chromium", "webkit"],
		what: "A `blob:` URL that is revoked is tried again and again.",
		why: "9.2.2, constructor step 15.2: to reestablish the connection is known to be futile, as no revoked URL comes back.",
	},
	charset: {
		of: ["chromium"],
		what: "A `charset` other than UTF-8 in the Content-Type fails the connection.",
		why: "9.2.2, constructor step 15.3, looks at the essence alone, and 9.2.6 decodes as UTF-8 whatever the parameters say.",
	},
	"blank in a MIME type": {
		of: ["chromium", "firefox", "webkit"],
		what: "A Content-Type `text/event-stream x` is taken as `text/event-stream`.",
		why: "MIME Sniffing, parse a MIME type, step 9: a subtype with a blank in it is a failure, so there is no type.",
	},
	"port that is blocked, in silence": {
		of: ["webkit"],
		what: "A URL with a port that browsers do not connect to fires nothing, and `readyState` stays CONNECTING.",
		why: "9.2.2, constructor step 15.2: a network error reestablishes the connection, with an error event.",
	},
	"constructor and Content-Security-Policy": {
		of: ["webkit"],
		what: "A URL that the page's policy forbids is a SecurityError from the constructor.",
		why: "9.2.2, constructor: it throws only of a URL that cannot be parsed, and the policy belongs to the fetch.",
	},
	"data: URL, and origin of a blob: URL": {
		of: ["webkit"],
		what: "A `data:` URL fails the connection; the events of a `blob:` URL have the origin `blob://`.",
		why: "9.2.2 takes any URL, and the origin of a `blob:` URL is that of the page that made it.",
	},
	"several MIME types": {
		of: ["webkit"],
		what: "Of several Content-Type headers the last counts, be it none, and of several types in one header the first.",
		why: "Fetch, extract a MIME type: the last that is one counts, in whichever header it is.",
	},
	"byte order mark in pieces": {
		of: ["webkit"],
		what: "A byte order mark, UTF-16's too, is looked for in each piece that comes until one has four bytes, and in none if it is cut apart.",
		why: "9.2.5: UTF-8 decode looks for one mark, that of UTF-8, and at the beginning of the stream.",
	},
	"window.stop() unnoticed": {
		of: ["webkit"],
		what: "`window.stop()` ends the connection, and nothing is fired: `readyState` stays what it was.",
		why: "9.2.2, constructor step 15.1: a network error that is an abort fails the connection.",
	},
	"cache headers after a redirect": {
		of: ["webkit"],
		what: "A request that is redirected to another origin has `Cache-Control: no-cache` with the browser's own class and not with `fetch`, and neither has `Pragma`.",
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
