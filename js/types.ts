// The public types of the package: options, events and failures. Nothing here exists at run time.

/**
 * Why a source became CLOSED, or why an attempt failed. A closed set:
 *
 * - `caller`: `close()` was called.
 * - `signal`: the `signal` option was aborted.
 * - `end`: the server ended the body cleanly; of a source made by `fromReadableStream`, the stream
 *   ended.
 * - `network`: no response arrived.
 * - `interrupted`: the stream broke off after the response had been accepted.
 * - `cors`: the server answered, and does not let this origin read the answer.
 * - `status`: the server answered with a status other than 200.
 * - `content-type`: the server answered 200 with something that is not `text/event-stream`.
 * - `until`: the option `until` said so of an event, which was delivered.
 * - `timeout`: no response arrived within `connectTimeout`.
 * - `silence`: no byte arrived within `silenceTimeout`.
 * - `attempts`: `reconnect.maxRetries` repetitions in a row brought no progress.
 * - `request`: the request could not be made; the option `request` failed; or the body of the
 *   answer was read or locked already.
 * - `too-large`: an event was larger than `maxEventSize`.
 * - `internal`: the WebAssembly module could not be loaded or has failed.
 */
export type Reason =
	| "caller"
	| "signal"
	| "end"
	| "until"
	| "network"
	| "interrupted"
	| "cors"
	| "status"
	| "content-type"
	| "timeout"
	| "silence"
	| "too-large"
	| "attempts"
	| "request"
	| "internal";

/** When to try again, and how long to wait. All times in milliseconds. */
export interface ReconnectOptions {
	/** The reconnection time until the server sends one with `retry`. Default 3000. */
	delay?: number | undefined;
	/**
	 * The longest wait that backing off may reach. Default 30000. A server's `retry` above it is
	 * kept to.
	 */
	maxDelay?: number | undefined;
	/**
	 * How many repetitions in a row may bring no progress before the connection fails. Default: no
	 * limit. An event is progress of a GET. Any other request may cost something each time, and so
	 * may a GET by which `request` goes on with the answer to one: there only a last event ID that
	 * has advanced is progress. Without IDs this is the limit for the whole life of the source.
	 * Waits grow by the same rule.
	 */
	maxRetries?: number | undefined;
}

/** What the option `request` is told. */
export interface Attempt {
	/** Which request it will be, counted from 1. */
	readonly attempt: number;
	/** The last event ID string, which is sent with it; empty if there is none. */
	readonly lastEventId: string;
}

/**
 * The request of one attempt. Members that are not given are those that the source was made with.
 * Read as the options are: by name, so that a `Request` can be returned too, whose URL, method,
 * headers and body are used then.
 */
export interface AttemptRequest extends Omit<RequestInit, "signal" | "method" | "headers" | "body"> {
	/** Resolved against the base URL of the page or worker. `source.url` stays what it is. */
	url?: string | URL | undefined;
	/** Replaces the method that the source was made with. */
	method?: string | undefined;
	/** Each replaces the header of the same name that the source was made with. */
	headers?: HeadersInit | undefined;
	/** Replaces the body. With GET as the `method`, no body is sent unless it is given here. */
	body?: BodyInit | null | undefined;
	/** A value to send as JSON, as the option of this name. */
	json?: unknown;
}

/** What is known of an attempt that failed. */
export interface Failure {
	/** Why. */
	readonly reason: Reason;
	/** One sentence for a person. */
	readonly message: string;
	/** The status of the response, if there was one. */
	readonly status: number | undefined;
	/** The same as `status`, under the name that npm `eventsource` gives it. */
	readonly code: number | undefined;
	/** The response headers, if there was a response. */
	readonly headers: Headers | undefined;
	/** The text of a refused response, at most 64 KiB of it; empty if there is none. */
	readonly body: string;
	/** What `fetch`, the stream or the option `request` threw, if anything. */
	readonly error: unknown;
	/** Which request this was, counted from 1. */
	readonly attempt: number;
	/** Milliseconds until the next request, if there will be one. */
	readonly delay: number | undefined;
	/** Whether there will be another request. */
	readonly willReconnect: boolean;
}

/**
 * Decides what follows from a failure: it returns the milliseconds until the next request, or
 * `false` for none. `delay` is the wait that backing off and `Retry-After` ask for, whatever the
 * method; `willReconnect` says whether there is another request without a decision. If the function
 * returns `undefined`, there is no decision. Neither is there one if it throws or returns anything
 * else, which is then reported like an uncaught error.
 *
 * - `({ attempt, delay }) => attempt < 4 && delay` repeats three times and backs off, a POST too.
 * - `({ willReconnect, delay }) => willReconnect && delay` changes nothing.
 */
export type Decide = (
	failure: Failure & { readonly lastEventId: string; readonly delay: number },
) => number | false | undefined;

/**
 * What all three forms take: the members of `RequestInit` that `fetch` takes, the standard's
 * `withCredentials`, and a few of ours. Options are read once, at the call, as `fetch` reads them:
 * members by name, inherited ones and getters included, so that a `Request` is a valid `init`. A
 * body or headers that the caller changes later are sent as they were at the call.
 */
export interface CommonInit extends RequestInit {
	/**
	 * As in the standard: `true` sends credentials to other origins too (`credentials: "include"`).
	 * Default `false`.
	 */
	withCredentials?: boolean | undefined;
	/**
	 * A value to send as JSON. It sets the body, `content-type` and, if none is given, the method
	 * `POST`.
	 */
	json?: unknown;
	/**
	 * What is called instead of the global `fetch`, with an absolute URL and an init whose
	 * `headers` are a plain object.
	 */
	fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
	/**
	 * Asked before each attempt for what is to be another than the source was made with: a token
	 * that has been renewed, a body that is a stream, the GET that goes on with the answer to a
	 * POST. What it throws, or its promise is rejected with, is a failure of that attempt as a
	 * broken network would be; an impossible answer is final, unless a function given as
	 * `reconnect` says otherwise. It is no permission to repeat: see `reconnect`.
	 */
	request?:
		| ((
				attempt: Attempt,
		  ) => AttemptRequest | Request | null | undefined | Promise<AttemptRequest | Request | null | undefined>)
		| undefined;
	/** The last event ID to start from, as if an earlier connection had ended there. */
	lastEventId?: string | undefined;
	/**
	 * The query parameter that the last event ID is sent in, instead of the header `Last-Event-ID`,
	 * which a server of another origin has to allow in its answer to a preflight. `source.url`
	 * stays without it.
	 */
	lastEventIdParam?: string | undefined;
	/**
	 * Whether a request may be repeated after a failure. Without it a GET is repeated as the
	 * standard says and any other method never is; an object or `true` is the permission to repeat,
	 * also after 408, 425, 429 and 5xx, whose `Retry-After` is honored. A function decides after
	 * each failure except a 204, which is a server's last word.
	 */
	reconnect?: boolean | ReconnectOptions | Decide | undefined;
	/**
	 * Whether an answer is read as an event stream, in place of the standard's rule: status 200 and
	 * type `text/event-stream`. It gets the unread answer, of whose body it may read only a
	 * `clone()`, and is not asked of a 204, which is a server's last word. What it refuses is a
	 * failure with reason `status`, or `content-type` where the status is 200. What it throws is
	 * reported, and counts as `false`.
	 */
	accept?: ((response: Response) => boolean) | undefined;
	/**
	 * The largest event in bytes as they come: data, event type and last event ID together, an ID
	 * that is not ASCII three times, and an unfinished line counts with them. A larger one fails
	 * the connection, with reason `too-large`. Default 64 MiB (67,108,864). The memory of the
	 * module may grow to three times the limit and 8 MiB, and keeps its size for as long as the
	 * page lives.
	 */
	maxEventSize?: number | undefined;
	/**
	 * What a clean end of the body means. Default `"reconnect"` for GET, as in the standard, and
	 * `"close"` otherwise; with `until`, that it was cut.
	 */
	end?: "reconnect" | "close" | undefined;
	/**
	 * How long a server may take to answer, in milliseconds, counted from when the request is made.
	 * Default: as long as the browser allows, as with 0.
	 */
	connectTimeout?: number | undefined;
	/**
	 * How long a stream may be silent, in milliseconds; comments count as sounds. Default: for
	 * ever, as with 0. This limit and `connectTimeout` are by the wall clock: one that ends while
	 * the page is hidden, or more than a second late because the machine slept, is extended once,
	 * by ten seconds at most.
	 */
	silenceTimeout?: number | undefined;
	/**
	 * Gives the request up while the page is hidden, and makes it again at once when it is visible.
	 * Default `false`. Does nothing where the request may not be repeated.
	 */
	pauseWhenHidden?: boolean | undefined;
}

/** What an {@link EventSource} is made with. */
export interface EventSourceInit extends CommonInit {
	/**
	 * Whether an event is the last one, asked just before it is delivered. It still is; then the
	 * source closes with reason `until`. With this option, unless `end` is given, a body that ends
	 * before such an event was cut, however cleanly: the failure has reason `interrupted`. What it
	 * throws is reported, and counts as `false`.
	 */
	until?: ((event: ServerSentEvent) => boolean) | undefined;
}

/** An event's data as JSON. */
interface WithJson<T> {
	/**
	 * The data, parsed as JSON. The type is the caller's word: nothing is checked.
	 *
	 * @throws SyntaxError if it is no JSON, with the event's type and id and the first 80
	 * characters of the data.
	 */
	json(this: WithJson<T>): T;
	json<U>(this: WithJson<T>): U;
}

/** What a source fires for a message: a MessageEvent whose data can be read as JSON. */
export interface ServerSentEvent<T = unknown> extends MessageEvent<string>, WithJson<T> {
	/** The data, its lines joined with line feeds. */
	readonly data: string;
	/** The last event ID string, as of this event; empty if there was none. */
	readonly lastEventId: string;
	/** The origin of the server, after redirects. */
	readonly origin: string;
}

/**
 * A message of an event stream, as {@link events} hands it out: a plain object, with `json` as its
 * prototype's only method.
 */
export interface Message<T = unknown, K extends string = string> extends WithJson<T> {
	/** The event type: `message` unless the server gave another. */
	readonly type: K;
	/** The data, its lines joined with line feeds. */
	readonly data: string;
	/** The last event ID string, as of this message; empty if there was none. */
	readonly lastEventId: string;
}

/** The messages of a stream by their types, with what the JSON of each is; any without a map. */
export type MessageOf<M extends object> = [keyof M] extends [never]
	? Message
	: { [K in keyof M & string]: Message<M[K], K> }[keyof M & string];

/**
 * What {@link events} is called with: what all forms have in common, and `until`, which sees a
 * {@link Message}.
 */
export interface EventsInit<M extends object = object> extends CommonInit {
	/** Whether a message is the last one: it is handed out, and then the iteration is over. */
	until?: ((message: MessageOf<M>) => boolean) | undefined;
}

/** A message of an event stream, as {@link fetchEventSource} calls back with it. */
export interface EventSourceMessage extends WithJson<unknown> {
	/** The last event ID string, as of this message; empty if there was none. */
	readonly id: string;
	/** The event type; empty unless the server gave one. */
	readonly event: string;
	/** The data, its lines joined with line feeds. */
	readonly data: string;
	/** Always `undefined`: what the server says of the reconnection time is kept to. */
	readonly retry?: number | undefined;
}

/** What {@link fetchEventSource} is called with: the options of an EventSource, and callbacks. */
export interface FetchEventSourceInit extends Omit<CommonInit, "reconnect" | "end" | "pauseWhenHidden" | "accept"> {
	/**
	 * Gets each answer, whatever its status and type, before anything of it is read, and is waited
	 * for. Of one that is to be read as a stream it may read only a `clone()`. An answer that it
	 * lets pass is read as an event stream; what it throws goes to `onerror`. Without it an answer
	 * has to have status 200 and type `text/event-stream`. `connectTimeout` ends when it has let an
	 * answer pass.
	 */
	onopen?: (((response: Response) => unknown) | undefined) | undefined;
	/**
	 * Called for each message. What it throws goes to `onerror`, and nothing more of that answer is
	 * read.
	 */
	onmessage?: (((message: EventSourceMessage) => void) | undefined) | undefined;
	/**
	 * Called at a clean end of the body. What it throws goes to `onerror`; otherwise it is the end.
	 */
	onclose?: ((() => void) | undefined) | undefined;
	/**
	 * Called after each failure, with an Error that has the fields of the `error` event, or with
	 * what another callback has thrown. A number that it answers is how many milliseconds to wait
	 * for the next attempt, whatever the method; what it throws is the end. Otherwise a GET is
	 * repeated as the standard says, and a request of another method is not. `delay` of the Error
	 * is the wait that backing off asks for.
	 */
	// biome-ignore lint/suspicious/noExplicitAny: what is thrown may be anything, and callers say what they know of it.
	onerror?: (((error: any) => unknown) | undefined) | undefined;
	/**
	 * Whether a stream stays open while the page is hidden. Default `true`. As `pauseWhenHidden`
	 * the other way around.
	 */
	openWhenHidden?: boolean | undefined;
	/**
	 * As `until` of {@link EventSourceInit}, of the message that `onmessage` gets. The promise is
	 * fulfilled behind it.
	 */
	until?: ((message: EventSourceMessage) => boolean) | undefined;
}

/** What the server answered, as the `open` event carries it. */
export interface ResponseHead {
	/** The status code. */
	readonly status: number;
	/** The response headers that the page may see. */
	readonly headers: Headers;
	/** The final URL, after redirects. */
	readonly url: string;
	/** Whether there were redirects. */
	readonly redirected: boolean;
}

/** The `open` event: a response was accepted and its messages will follow. */
export interface OpenEvent extends Event {
	/** The head of the accepted response. Not there on a source made by `fromReadableStream`. */
	readonly response: ResponseHead;
}

/**
 * The `error` event: an attempt failed. `source.readyState` is already what it will be: CONNECTING
 * or CLOSED.
 */
export interface FailureEvent extends Event, Failure {}

/** How a source ended: the value of {@link EventSource.closed}. */
export interface Closed {
	/** Why. */
	readonly reason: Reason;
	/** The status of the last response, if the connection failed after there was one. */
	readonly status?: number;
	/** What was thrown, if anything. */
	readonly error?: unknown;
}

/** An event of the server's, if it is in the map. */
type Sent<M, K extends string> = M extends { [key in K]: infer T } ? ServerSentEvent<T> : never;

/**
 * The events of a source by name. `M` has the names that the server gives, with what the JSON of
 * each is; events of other names are {@link ServerSentEvent}s too. A server that sends `open` or
 * `error` is heard by the same listeners as the source's own: its events are MessageEvents.
 */
export type EventSourceEventMap<M extends object = object> = {
	open: OpenEvent | Sent<M, "open">;
	message: ServerSentEvent<M extends { message: infer T } ? T : unknown>;
	error: FailureEvent | Sent<M, "error">;
} & { [K in Exclude<keyof M & string, "open" | "message" | "error">]: ServerSentEvent<M[K]> };
