// The public types of the package: options, events and failures. Nothing here exists at run time.

/**
 * The reason why a source became CLOSED, or why an attempt failed. There are no other values:
 *
 * - `caller`: `close()` was called.
 * - `signal`: the `signal` option was aborted.
 * - `end`: the response body ended cleanly. For `fromReadableStream`: the stream ended.
 * - `until`: the option `until` returned true for an event, which was delivered.
 * - `network`: no response arrived.
 * - `interrupted`: the connection was lost after the response was accepted, or the response body
 *   ended before the event for which `until` returns true.
 * - `cors`: the server responded, but CORS does not let this origin read the response.
 * - `status`: the status of the response was not 200.
 * - `content-type`: the status was 200, but the content type was not `text/event-stream`.
 * - `timeout`: no response arrived within `connectTimeout`.
 * - `silence`: no byte arrived within `silenceTimeout`.
 * - `attempts`: `reconnect.maxRetries` consecutive retries made no progress.
 * - `request`: the request could not be made, the option `request` failed, or a callback had
 *   already read or locked the response body.
 * - `too-large`: an event was larger than `maxEventSize`.
 * - `internal`: the WebAssembly module could not be loaded, or it failed.
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

/** Sets the delays between retries and the number of retries. Times are in milliseconds. */
export interface ReconnectOptions {
	/** The reconnection time until the server's `retry` field replaces it. Default: 3000. */
	delay?: number | undefined;
	/** The longest wait with backoff. A longer `retry` field still applies. Default: 30000. */
	maxDelay?: number | undefined;
	/**
	 * The number of consecutive retries without progress after which the connection fails. Default:
	 * no limit.
	 *
	 * For a GET, every event is progress. For other methods, only a new last event ID is progress,
	 * because each request may cost money or have side effects. So without IDs, the limit counts
	 * all retries of the source. The same holds if `request` returns a GET that resumes the
	 * response to a POST. Progress also resets the backoff.
	 */
	maxRetries?: number | undefined;
}

/** Describes the attempt that is about to be made. The `request` callback receives it. */
export interface Attempt {
	/** The number of the request, which starts at 1. */
	readonly attempt: number;
	/** The last event ID string that is sent with the request. Empty if there is no ID. */
	readonly lastEventId: string;
}

/**
 * Overrides parts of the request for one attempt. A missing member keeps its value from the options
 * of the source.
 *
 * `request` can also return a `Request`: its URL, method, headers and body are used.
 */
export interface AttemptRequest extends Omit<RequestInit, "signal" | "method" | "headers" | "body"> {
	/**
	 * Replaces the URL. The new URL is resolved against the base URL of the page or worker.
	 * `source.url` does not change.
	 */
	url?: string | URL | undefined;
	/** Replaces the method. */
	method?: string | undefined;
	/** Adds headers. They replace headers of the same name in the options of the source. */
	headers?: HeadersInit | undefined;
	/** Replaces the body. If `method` is GET or HEAD, omit this member: no body is then sent. */
	body?: BodyInit | null | undefined;
	/** Sends a value as JSON, like the option `json` of the source. */
	json?: unknown;
}

/** Describes a failed attempt. */
export interface Failure {
	/** Says why the attempt failed. */
	readonly reason: Reason;
	/** A sentence that describes the failure, for people. */
	readonly message: string;
	/** The status code of the response, if there was a response. */
	readonly status: number | undefined;
	/** The same as `status`, under the name that the npm package `eventsource` uses. */
	readonly code: number | undefined;
	/** The headers of the response, if there was a response. */
	readonly headers: Headers | undefined;
	/** The first 64 KiB of the text of a rejected response. Empty if there is no text. */
	readonly body: string;
	/** The error that `fetch`, the stream or the option `request` threw, if any. */
	readonly error: unknown;
	/** The number of the request, which starts at 1. */
	readonly attempt: number;
	/** The wait in milliseconds before the next request is made. `undefined` if no request follows. */
	readonly delay: number | undefined;
	/** Says whether another request follows. */
	readonly willReconnect: boolean;
}

/**
 * Decides after a failure whether another request is made.
 *
 * Return the wait before the next request in milliseconds, or `false` to stop. Return `undefined`
 * to keep the default. If the callback throws or returns any other value, an error is reported like
 * an uncaught error, and the default applies.
 *
 * `failure.delay` is the wait that results from backoff and `Retry-After`, even for a method that
 * is not retried by default. `failure.willReconnect` is the default: whether another request
 * follows if the callback returns `undefined`.
 *
 * - `({ attempt, delay }) => attempt < 4 && delay` retries three times with backoff, even for a
 *   POST.
 * - `({ willReconnect, delay }) => willReconnect && delay` keeps the default.
 */
export type Decide = (
	failure: Failure & { readonly lastEventId: string; readonly delay: number },
) => number | false | undefined;

/**
 * The options that all three forms share: the members of `RequestInit`, the standard's
 * `withCredentials`, and headwater's own options. `[non-spec]` marks items that are not in the
 * standard.
 *
 * Options are read once, when the source is created. As with `fetch`, inherited members and getters
 * are read too, so a `Request` is a valid `init`. The body and the headers are copied, so later
 * changes to them have no effect.
 */
export interface CommonInit extends RequestInit {
	/**
	 * Sends credentials to other origins too (`credentials: "include"`), as in the standard.
	 * Default: `false`.
	 */
	withCredentials?: boolean | undefined;
	/**
	 * Sends a value as JSON. Sets the body. Also sets the header `content-type` and the method
	 * `POST`, unless you set them.
	 */
	json?: unknown;
	/**
	 * Replaces the global `fetch`. Called with an absolute URL and an init whose `headers` are a
	 * plain object.
	 */
	fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
	/**
	 * Called before each attempt. Returns the parts of the request that differ from the options.
	 * Use it to renew a token, to supply a new stream as the body, or to resume the response to a
	 * POST with a GET.
	 *
	 * If the callback throws, or its promise is rejected, the failure is handled like a network
	 * error. If the callback returns an invalid request, the source is closed, unless `reconnect`
	 * is a function that decides otherwise. This option does not allow retries by itself: use
	 * `reconnect` for that, or `onerror` in `fetchEventSource()`, which has no `reconnect`.
	 */
	request?:
		| ((
				attempt: Attempt,
		  ) => AttemptRequest | Request | null | undefined | Promise<AttemptRequest | Request | null | undefined>)
		| undefined;
	/**
	 * Sets the last event ID of the first request, as if an earlier connection had received this
	 * ID.
	 */
	lastEventId?: string | undefined;
	/**
	 * Sends the last event ID in this query parameter instead of the header `Last-Event-ID`. A
	 * server of another origin must allow that header when it responds to the preflight. The
	 * parameter needs no permission. `source.url` does not contain the parameter.
	 */
	lastEventIdParam?: string | undefined;
	/**
	 * Sets whether a request is retried after a failure.
	 *
	 * - `undefined`: a GET is retried as the standard says, and other methods are not retried.
	 * - `true` or an object: a request of any method is retried, even after the statuses 408, 425,
	 *   429 and 5xx. `Retry-After` is respected.
	 * - `false`: there are no retries.
	 * - A function decides after each failure. It is not called after a 204, which always ends the
	 *   source.
	 */
	reconnect?: boolean | ReconnectOptions | Decide | undefined;
	/**
	 * Decides whether a response is read as an event stream. Replaces the standard's rule: status
	 * 200 and content type `text/event-stream`.
	 *
	 * Called with the unread response, except for a 204, which always ends the source. The callback
	 * must read only a `clone()` of the response. If it returns `false`, the attempt fails with
	 * reason `status`, or `content-type` if the status is 200. If it throws, the error is reported
	 * and the response is rejected.
	 */
	accept?: ((response: Response) => boolean) | undefined;
	/**
	 * Limits the size of an event, in bytes as received. A larger event fails the connection with
	 * reason `too-large`. Default: 64 MiB (67,108,864).
	 *
	 * The limit applies to the sum of data, event type, last event ID and any unfinished line. A
	 * non-ASCII ID counts as three times its length. The module's memory may grow to three times
	 * the limit, plus 8 MiB, and does not shrink until the page is closed.
	 */
	maxEventSize?: number | undefined;
	/**
	 * Sets the reaction to a clean end of the response body. Default: `"reconnect"` for GET, as in
	 * the standard, and `"close"` for other methods. With `until`, such an end is by default a
	 * failure with reason `interrupted`.
	 */
	end?: "reconnect" | "close" | undefined;
	/**
	 * The longest time from the request to the response, in milliseconds. Default: 0, which leaves
	 * the limit to the browser.
	 */
	connectTimeout?: number | undefined;
	/**
	 * The longest time without data from the server, in milliseconds. Comments count as data.
	 * Default: 0, no limit.
	 *
	 * This limit and `connectTimeout` use the wall clock. A limit is extended once, by at most ten
	 * seconds, in two cases: the page is hidden when the limit expires, or the timer fires more
	 * than a second late because the machine slept.
	 */
	silenceTimeout?: number | undefined;
	/**
	 * Aborts the request while the page is hidden, and repeats it as soon as the page is visible.
	 * Default: `false`. Has no effect on a request that must not be repeated.
	 */
	pauseWhenHidden?: boolean | undefined;
}

/** Configures an {@link EventSource}. */
export interface EventSourceInit extends CommonInit {
	/**
	 * Returns whether an event is the last one. Called before the event is delivered. After the
	 * last event, the source closes with reason `until`.
	 *
	 * If the response body ends before such an event, the attempt fails with reason `interrupted`,
	 * unless `end` is set. If the callback throws, the error is reported and the event does not
	 * count as the last one.
	 */
	until?: ((event: ServerSentEvent) => boolean) | undefined;
}

/** The method that parses the data of an event as JSON. */
interface WithJson<T> {
	/**
	 * Parses the data as JSON. The type is not checked at run time.
	 *
	 * @throws SyntaxError if the data is not JSON. The message contains the event's type and ID and
	 * the first 80 characters of the data.
	 */
	json(this: WithJson<T>): T;
	json<U>(this: WithJson<T>): U;
}

/** The event that a source fires for a message: a MessageEvent with the method `json()`. */
export interface ServerSentEvent<T = unknown> extends MessageEvent<string>, WithJson<T> {
	/** The data, whose lines are joined with line feeds. */
	readonly data: string;
	/** The last event ID string as of this event. It is empty if there is no ID. */
	readonly lastEventId: string;
	/** The origin of the server that responded, after redirects. */
	readonly origin: string;
}

/** A message that {@link events} yields: a plain object with only `json` on its prototype. */
export interface Message<T = unknown, K extends string = string> extends WithJson<T> {
	/** The event type, which is `message` unless the server sent another type. */
	readonly type: K;
	/** The data, whose lines are joined with line feeds. */
	readonly data: string;
	/** The last event ID string as of this message. It is empty if there is no ID. */
	readonly lastEventId: string;
}

/** The union of the messages whose types are the keys of `M`, or any message if `M` has no keys. */
export type MessageOf<M extends object> = [keyof M] extends [never]
	? Message
	: { [K in keyof M & string]: Message<M[K], K> }[keyof M & string];

/** Configures {@link events}: adds `until` to the options that all forms share. */
export interface EventsInit<M extends object = object> extends CommonInit {
	/** Returns whether a message is the last one. The iteration yields this message and then ends. */
	until?: ((message: MessageOf<M>) => boolean) | undefined;
}

/** A message that {@link fetchEventSource} passes to `onmessage`. */
export interface EventSourceMessage extends WithJson<unknown> {
	/** The last event ID string as of this message. It is empty if there is no ID. */
	readonly id: string;
	/** The event type, which is empty unless the server sent a type. */
	readonly event: string;
	/** The data, whose lines are joined with line feeds. */
	readonly data: string;
	/** Always `undefined`, because the source applies the server's reconnection time itself. */
	readonly retry?: number | undefined;
}

/** Configures {@link fetchEventSource}: callbacks, and most options of an EventSource. */
export interface FetchEventSourceInit extends Omit<CommonInit, "reconnect" | "end" | "pauseWhenHidden" | "accept"> {
	/**
	 * Called with each response before it is read, regardless of its status and content type. A
	 * returned promise is awaited, and this wait counts toward `connectTimeout`.
	 *
	 * If the callback does not throw, the response is then read as an event stream. So the callback
	 * must read only a `clone()` of it. If it throws, `onerror` is called with the error. Without
	 * `onopen`, a response needs status 200 and content type `text/event-stream`.
	 */
	onopen?: (((response: Response) => unknown) | undefined) | undefined;
	/**
	 * Called for each message. If it throws, `onerror` is called with the error, and the rest of
	 * the response is dropped.
	 */
	onmessage?: (((message: EventSourceMessage) => void) | undefined) | undefined;
	/**
	 * Called at a clean end of the response body. If the callback throws, `onerror` is called with
	 * the error. Otherwise the promise is fulfilled.
	 */
	onclose?: ((() => void) | undefined) | undefined;
	/**
	 * Called after each failure with an Error that has the fields of the `error` event, or with the
	 * error that another callback threw.
	 *
	 * If it returns a number, the next attempt follows after that many milliseconds, regardless of
	 * the method. If it throws, the promise is rejected with that error. Otherwise a GET is retried
	 * as the standard says, and other methods are not retried. The Error's `delay` is the wait that
	 * results from backoff and `Retry-After`.
	 */
	// biome-ignore lint/suspicious/noExplicitAny: any value can be thrown, and callers narrow the type.
	onerror?: (((error: any) => unknown) | undefined) | undefined;
	/**
	 * Keeps the stream open while the page is hidden. Default: `true`. The opposite of
	 * `pauseWhenHidden`.
	 */
	openWhenHidden?: boolean | undefined;
	/**
	 * Returns whether a message is the last one. After `onmessage` was called with the last
	 * message, the promise is fulfilled. See `until` of {@link EventSourceInit}.
	 */
	until?: ((message: EventSourceMessage) => boolean) | undefined;
}

/** Describes an accepted response: the type of `response` of the `open` event. */
export interface ResponseHead {
	/** The status code that the server sent. */
	readonly status: number;
	/** The response headers that CORS lets the page read. */
	readonly headers: Headers;
	/** The URL of the response, after all redirects were followed. */
	readonly url: string;
	/** Says whether the request was redirected. */
	readonly redirected: boolean;
}

/** The `open` event: a response was accepted, and its messages follow. */
export interface OpenEvent extends Event {
	/** [non-spec] The accepted response. Missing if the source reads a `ReadableStream`. */
	readonly response: ResponseHead;
}

/** The `error` event: an attempt failed. `source.readyState` is already CONNECTING or CLOSED. */
export interface FailureEvent extends Event, Failure {}

/** Describes the end of a source: the value of {@link EventSource.closed}. */
export interface Closed {
	/** Says why the source was closed. */
	readonly reason: Reason;
	/** The status code of the last response, if the connection failed after a response. */
	readonly status?: number;
	/** The error that was thrown, if any. */
	readonly error?: unknown;
}

/** The type of a server's event with this name, if the map contains the name. */
type Sent<M, K extends string> = M extends { [key in K]: infer T } ? ServerSentEvent<T> : never;

/**
 * Maps the names of a source's events to the types of the event objects. `M` maps the names of the
 * server's events to the TypeScript types of their JSON. Events of other names are {@link
 * ServerSentEvent}s too.
 *
 * If the server sends events named `open` or `error`, the listeners for the source's own events of
 * that name receive them too. To tell them apart: only the server's events are MessageEvents.
 */
export type EventSourceEventMap<M extends object = object> = {
	open: OpenEvent | Sent<M, "open">;
	message: ServerSentEvent<M extends { message: infer T } ? T : unknown>;
	error: FailureEvent | Sent<M, "error">;
} & { [K in Exclude<keyof M & string, "open" | "message" | "error">]: ServerSentEvent<M[K]> };
