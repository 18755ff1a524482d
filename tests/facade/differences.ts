// The table of differences between this package's EventSource and the browsers' own: everything
// that a program could observe. The test that names a difference asserts it exactly, so a test
// fails if a difference appears or disappears. docs/conformance.md contains the same table, and
// tests/facade/conformance.spec.ts compares the two.

/** The tested engines. */
export type Engine = "chromium" | "firefox" | "webkit";

interface Difference {
	/**
	 * The side that departs from the standard, or chooses another behavior that it allows: this
	 * package, or the browsers' own class in an engine.
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
		what: "When the source reconnects to another origin with a last event ID, the browser sends a preflight, and the server must allow the header in its response.",
		why: "CORS does not let scripts send this header without permission. The standard exempts only the browser itself.",
	},
	"microtasks between listeners": {
		of: ["ours"],
		what: "A microtask that a listener queues runs after the other listeners of the same event, not before them.",
		why: "Microtasks run when the stack is empty. While a script dispatches an event, the script itself is on the stack below the listeners.",
	},
	"MessageEvent's own getters": {
		of: ["ours"],
		what: "The getters and methods of `MessageEvent.prototype` throw a TypeError if they are called directly on one of our events. Ordinary access, such as `event.data`, works.",
		why: "Creating and firing a native MessageEvent costs up to twice as much as creating and firing a plain Event. So each message is a plain Event whose prototype inherits from `MessageEvent.prototype`.",
	},
	"window.stop()": {
		of: ["ours"],
		what: "After `window.stop()`, the source reconnects as it does after a network error. The standard says that the connection fails.",
		why: "`fetch` reports `window.stop()` to a script as a network error, or as a clean end if a response was being read.",
	},
	"URL with credentials": {
		of: ["ours", "chromium"],
		what: "A URL with a user name or password fails the connection at once. Our error has reason `request`.",
		why: "`fetch` does not accept such a URL. Use a header instead.",
	},
	"unknown scheme": {
		of: ["ours"],
		what: "A URL with a host and an unknown scheme is retried indefinitely.",
		why: "A script cannot find out which schemes the browser knows. Extensions have schemes of their own, and applications can register more. A URL with such a scheme can reach a server.",
	},
	"id-only block": {
		of: ["firefox"],
		what: "A block with an ID and no data does not change the last event ID.",
		why: "In 9.2.6, step 1 of dispatching an event sets the last event ID, before step 2 checks for data.",
	},
	"space in a host name": {
		of: ["chromium"],
		what: "A URL with a space in its host name is accepted, and the space becomes `%20`.",
		why: "A space is a forbidden code point for the URL Standard's host parser. So step 4 of the constructor (9.2.2) throws a SyntaxError.",
	},
	"byte order mark before a blank line": {
		of: ["chromium"],
		what: "If a stream begins with a byte order mark and a blank line, its first event is lost.",
		why: "In 9.2.6, decoding removes the mark before the stream is split into lines.",
	},
	"U+0000 in a value": {
		of: ["firefox"],
		what: "U+0000 is removed from data and event names if they contain other characters too.",
		why: "In 9.2.6, only the value of an ID is checked for U+0000. Every other value is used unchanged.",
	},
	"U+0000 in an id": {
		of: ["firefox"],
		what: "A block whose ID contains U+0000 fires no event.",
		why: "In 9.2.6, such an ID is ignored, but the rest of its block is not.",
	},
	"refusal after the source was open": {
		of: ["ours"],
		what: "If a server accepts the page's origin once and refuses it later, the source retries indefinitely, as after a network error.",
		why: "`fetch` reports a refusal and a network error alike, and only a source that was never open sends a probe to distinguish them. The standard allows both retrying and failing.",
	},
	"Content-Security-Policy": {
		of: ["ours"],
		what: "A URL that the page's policy forbids is retried indefinitely, although nothing is ever sent.",
		why: "`fetch` reports the violation as a network error. The standard allows both retrying and failing.",
	},
	"blocked port": {
		of: ["firefox"],
		what: "A URL with a port that browsers block fails the connection.",
		why: "By step 15.2 of the constructor (9.2.2), the source reconnects after a network error, unless this is known to be futile.",
	},
	"data: and blob: URLs": {
		of: ["firefox"],
		what: "A `data:` or `blob:` URL fails the connection, even if its content is an event stream.",
		why: "9.2.2 accepts any URL, and the scheme fetch of the Fetch standard responds to these with status 200.",
	},
	"revoked blob: URL": {
		of: ["chromium", "webkit"],
		what: "A `blob:` URL that has been revoked is retried indefinitely.",
		why: "Step 15.2 of the constructor (9.2.2) allows a source to fail instead of reconnecting if reconnecting is known to be futile. A revoked URL stays revoked, so headwater fails.",
	},
	charset: {
		of: ["chromium"],
		what: "A Content-Type with a `charset` other than UTF-8 fails the connection.",
		why: "Step 15.3 of the constructor (9.2.2) checks only the essence of the type, and 9.2.6 decodes the stream as UTF-8 regardless of the parameters.",
	},
	"space in a MIME type": {
		of: ["chromium", "firefox", "webkit"],
		what: "The Content-Type `text/event-stream x` is read as `text/event-stream`.",
		why: "In the MIME Sniffing standard, step 9 of parsing a MIME type fails if the subtype contains a space. So the response has no type.",
	},
	"blocked port without an event": {
		of: ["webkit"],
		what: "A URL with a port that browsers block fires no event, and `readyState` stays CONNECTING.",
		why: "By step 15.2 of the constructor (9.2.2), the source fires an error event and reconnects after a network error.",
	},
	"Content-Security-Policy in the constructor": {
		of: ["webkit"],
		what: "The constructor throws a SecurityError for a URL that the page's policy forbids.",
		why: "The constructor of 9.2.2 throws only for a URL that cannot be parsed. The policy applies to the fetch.",
	},
	"data: URL, and origin of a blob: URL": {
		of: ["webkit"],
		what: "A `data:` URL fails the connection. The events of a `blob:` URL have the origin `blob://`.",
		why: "9.2.2 accepts any URL, and the origin of a `blob:` URL is the origin of the page that created it.",
	},
	"several MIME types": {
		of: ["webkit"],
		what: "If there are several Content-Type headers, the last one counts, even if it is invalid. If one header lists several types, the first one counts.",
		why: "In the Fetch standard, extracting a MIME type yields the last valid type, whichever header it is in.",
	},
	"byte order mark split between chunks": {
		of: ["webkit"],
		what: "WebKit looks for a UTF-8 or UTF-16 byte order mark at the start of each chunk, up to and including the first chunk of at least four bytes. It does not find a mark that is split between two chunks.",
		why: "9.2.6 decodes the stream as UTF-8. Decoding removes one UTF-8 byte order mark at the beginning of the stream, and no other mark.",
	},
	"window.stop() without an event": {
		of: ["webkit"],
		what: "`window.stop()` ends the connection, but no event fires, and `readyState` does not change.",
		why: "By step 15.1 of the constructor (9.2.2), an aborted network error fails the connection.",
	},
	"cache headers after a redirect": {
		of: ["webkit"],
		what: "After a redirect to another origin, the browser's own class sends `Cache-Control: no-cache`, and `fetch` does not. Neither sends `Pragma`.",
		why: "The HTTP-network-or-cache fetch of the Fetch standard adds both headers to every request with the cache mode `no-store`.",
	},
} as const satisfies Record<string, Difference>;

export type DifferenceName = keyof typeof DIFFERENCES;

/** The results of each side that departs from the standard. */
export interface Differs {
	readonly names: readonly DifferenceName[];
	readonly ours?: unknown;
	readonly native?: Partial<Record<Engine, unknown>>;
}
