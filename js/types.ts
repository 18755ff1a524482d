// The public types of the package: options, events and failures. Nothing here exists at run time.

/**
 * The reason why a source became CLOSED, or why an attempt failed. There are no other values:
 *
 * - `caller`: `close()` was called.
 * - `signal`: the `signal` option was aborted.
 * - `end`: the server ended the body cleanly. For `fromReadableStream`: the stream ended.
 * - `until`: the option `until` returned true for an event. That event was delivered.
 * - `network`: no response arrived.
 * - `interrupted`: the stream broke off after the response was accepted.
 * - `cors`: the server responded, but CORS does not let this origin read the response.
 * - `status`: the status of the response was not 200.
 * - `content-type`: the status was 200, but the type was not `text/event-stream`.
 * - `timeout`: no response arrived within `connectTimeout`.
 * - `silence`: no byte arrived within `silenceTimeout`.
 * - `attempts`: `reconnect.maxRetries` retries in a row made no progress.
 * - `request`: the request could not be made, the option `request` failed, or the body of the
 *   response was already read or locked.
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

/** Sets the waits between retries, and how many retries there are. All times are in milliseconds. */
export interface ReconnectOptions {
	/** Sets the reconnection time until the server sends one with `retry`. Default: 3000. */
	delay?: number | undefined;
	/** Limits the wait that backoff can reach. A longer `retry` from the server overrides it. Default: 30000. */
	maxDelay?: number | undefined;
	/**
	 * Limits the number of retries in a row without progress. After them the connection fails.
	 * Default: no limit.
	 *
	 * For a GET, every event is progress. For other methods, and for a GET that `request` returns
	 * to continue the response to such a request, only a new last event ID is progress, because
	 * each request may cost something. Without IDs, the limit applies to the whole life of the
	 * source. The backoff starts again by the same rule.
	 */
	maxRetries?: number | undefined;
}

/** Describes the next request to the option `request`. */
export interface Attempt {
	/** The number of the request, which starts at 1. */
	readonly attempt: number;
	/** The last event ID string that is sent with the request. Empty if there is no ID. */
	readonly lastEventId: string;
}

/**
 * Overrides parts of the request for one attempt. Members that are missing keep the value from the
 * options of the source.
 *
 * Members are read by name, like the options. So `request` can return a `Request`, and its URL,
 * method, headers and body are used.
 */
export interface AttemptRequest extends Omit<RequestInit, "signal" | "method" | "headers" | "body"> {
	/**
	 * Replaces the URL. Resolved against the base URL of the page or worker. `source.url` does not
	 * change.
	 */
	url?: string | URL | undefined;
	/** Replaces the method. */
	method?: string | undefined;
	/** Adds headers. Each replaces the header of the same name in the options of the source. */
	headers?: HeadersInit | undefined;
	/** Replaces the body. If `method` is GET, no body is sent unless it is given here. */
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
	/** Contains at most 64 KiB of the text of a refused response. Empty if there is no text. */
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
 * to keep the default. If the callback throws or returns any other value, the error is reported
 * like an uncaught error and the default is used.
 *
 * `failure.delay` is the wait according to backoff and `Retry-After`, for every method.
 * `failure.willReconnect` is the default: whether another request follows without a decision.
 *
 * - `({ attempt, delay }) => attempt < 4 && delay` retries three times with backoff, for a POST
 *   too.
 * - `({ willReconnect, delay }) => willReconnect && delay` keeps the default.
 */
export type Decide = (
	failure: Failure & { readonly lastEventId: string; readonly delay: number },
) => number | false | undefined;

/**
 * The options that all three forms share: the members of `RequestInit`, the standard's
 * `withCredentials`, and additions ([non-spec]).
 *
 * Options are read once, when the source is created, as `fetch` reads them: by name, inherited
 * members and getters included. So a `Request` is a valid `init`. The body and the headers are
 * copied. Later changes to them have no effect.
 */
export interface CommonInit extends RequestInit {
	/**
	 * Sends credentials to other origins too (`credentials: "include"`), as in the standard.
	 * Default: `false`.
	 */
	withCredentials?: boolean | undefined;
	/**
	 * Sends a value as JSON. Sets the body, the header `content-type` unless it is given, and the
	 * method `POST` unless a method is given.
	 */
	json?: unknown;
	/**
	 * Replaces the global `fetch`. Called with an absolute URL and an init whose `headers` are a
	 * plain object.
	 */
	fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
	/**
	 * Called before each attempt. Returns the parts of the request that differ from the options: a
	 * renewed token, a new stream as body, or the GET that continues the response to a POST.
	 *
	 * If it throws or rejects, the attempt fails like a network error. If it returns an invalid
	 * request, the source is closed, unless `reconnect` is a function that decides otherwise. The
	 * option does not permit retries: see `reconnect`.
	 */
	request?:
		| ((
				attempt: Attempt,
		  ) => AttemptRequest | Request | null | undefined | Promise<AttemptRequest | Request | null | undefined>)
		| undefined;
	/** Sets the last event ID of the first request, as if an earlier connection had ended with it. */
	lastEventId?: string | undefined;
	/**
	 * Sends the last event ID in this query parameter instead of the header `Last-Event-ID`. A
	 * server of another origin must allow that header in its response to a preflight. `source.url`
	 * does not contain the parameter.
	 */
	lastEventIdParam?: string | undefined;
	/**
	 * Sets whether a request is retried after a failure.
	 *
	 * - Not given: a GET is retried as the standard says, and other methods are not retried.
	 * - `true` or an object: every method is retried, also after the statuses 408, 425, 429 and
	 *   5xx. `Retry-After` is respected.
	 * - `false`: there are no retries.
	 * - A function decides after each failure. It is not called after a 204, which always ends the
	 *   source.
	 */
	reconnect?: boolean | ReconnectOptions | Decide | undefined;
	/**
	 * Decides whether a response is read as an event stream. Replaces the standard's rule: status
	 * 200 and type `text/event-stream`.
	 *
	 * Called with the unread response. It may read only a `clone()` of it. Not called for a 204,
	 * which always ends the source. If it returns `false`, the attempt fails with reason `status`,
	 * or `content-type` if the status is 200. If it throws, the error is reported and the response
	 * is refused.
	 */
	accept?: ((response: Response) => boolean) | undefined;
	/**
	 * Limits the size of an event, in bytes as received. A larger event fails the connection with
	 * reason `too-large`. Default: 64 MiB (67,108,864).
	 *
	 * Data, event type, last event ID and an unfinished line count together. An ID that is not
	 * ASCII counts three times. The memory of the module may grow to three times the limit plus 8
	 * MiB, and it does not shrink while the page lives.
	 */
	maxEventSize?: number | undefined;
	/**
	 * Sets the meaning of a clean end of the body: reconnect, or close the source. Default:
	 * `"reconnect"` for GET, as in the standard, and `"close"` for other methods. With `until`, the
	 * default is the failure `interrupted`.
	 */
	end?: "reconnect" | "close" | undefined;
	/**
	 * Limits the time from the request to the response, in milliseconds. Default: 0, which leaves
	 * the limit to the browser.
	 */
	connectTimeout?: number | undefined;
	/**
	 * Limits the silence of a stream, in milliseconds. Comments end a silence too. Default: 0, no
	 * limit.
	 *
	 * This limit and `connectTimeout` use the wall clock. A limit is extended once, by at most ten
	 * seconds, if it expires while the page is hidden, or more than a second late because the
	 * machine slept.
	 */
	silenceTimeout?: number | undefined;
	/**
	 * Aborts the request while the page is hidden, and repeats it as soon as the page is visible.
	 * Default: `false`. Has no effect if the request may not be repeated.
	 */
	pauseWhenHidden?: boolean | undefined;
}

/** Configures an {@link EventSource}. */
export interface EventSourceInit extends CommonInit {
	/**
	 * Returns whether an event is the last one. Called before the event is delivered. After the
	 * delivery the source closes with reason `until`.
	 *
	 * Without such an event, the end of the body means that the stream was cut: the failure has
	 * reason `interrupted`, unless `end` is given. If the callback throws, the error is reported
	 * and the event is not the last one.
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

/**
 * The event that a source fires for each message: a MessageEvent with an additional method
 * `json()`.
 */
export interface ServerSentEvent<T = unknown> extends MessageEvent<string>, WithJson<T> {
	/** The data, whose lines are joined with line feeds. */
	readonly data: string;
	/** The last event ID string as of this event. It is empty if there is no ID. */
	readonly lastEventId: string;
	/** The origin of the server that responded, after redirects. */
	readonly origin: string;
}

/** A message that {@link events} yields: a plain object. Its prototype has only the method `json`. */
export interface Message<T = unknown, K extends string = string> extends WithJson<T> {
	/** The event type, which is `message` unless the server sent another one. */
	readonly type: K;
	/** The data, whose lines are joined with line feeds. */
	readonly data: string;
	/** The last event ID string as of this message. It is empty if there is no ID. */
	readonly lastEventId: string;
}

/** Maps the event types in `M` to a union of messages. Without a map it is any message. */
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
	/** The event type, which is empty unless the server sent one. */
	readonly event: string;
	/** The data, whose lines are joined with line feeds. */
	readonly data: string;
	/** Always `undefined`. The source uses the server's reconnection time itself. */
	readonly retry?: number | undefined;
}

/** Configures {@link fetchEventSource}: most options of an EventSource, and callbacks. */
export interface FetchEventSourceInit extends Omit<CommonInit, "reconnect" | "end" | "pauseWhenHidden" | "accept"> {
	/**
	 * Called with each response before it is read. The response can have any status and type. A
	 * returned promise is awaited, and `connectTimeout` includes it.
	 *
	 * If the callback returns, the response is read as an event stream. Then it may have read only
	 * a `clone()`. If it throws, `onerror` is called with the error. Without `onopen`, a response
	 * needs status 200 and type `text/event-stream`.
	 */
	onopen?: (((response: Response) => unknown) | undefined) | undefined;
	/**
	 * Called for each message. If it throws, `onerror` is called with the error, and the rest of
	 * the response is dropped.
	 */
	onmessage?: (((message: EventSourceMessage) => void) | undefined) | undefined;
	/**
	 * Called at a clean end of the body. If it throws, `onerror` is called with the error.
	 * Otherwise the promise is fulfilled.
	 */
	onclose?: ((() => void) | undefined) | undefined;
	/**
	 * Called after each failure with an Error that has the fields of the `error` event, or with the
	 * error that another callback threw.
	 *
	 * If it returns a number, that is the wait before the next attempt in milliseconds, for every
	 * method. If it throws, the promise is rejected with that error. Otherwise a GET is retried as
	 * the standard says, and other methods are not retried. `delay` of the Error is the wait
	 * according to backoff.
	 */
	// biome-ignore lint/suspicious/noExplicitAny: any value can be thrown, and callers narrow the type.
	onerror?: (((error: any) => unknown) | undefined) | undefined;
	/**
	 * Keeps the stream open while the page is hidden. Default: `true`. The opposite of
	 * `pauseWhenHidden`.
	 */
	openWhenHidden?: boolean | undefined;
	/**
	 * Returns whether a message is the last one. The promise is fulfilled after `onmessage` was
	 * called with it. See `until` of {@link EventSourceInit}.
	 */
	until?: ((message: EventSourceMessage) => boolean) | undefined;
}

/** Describes an accepted response: the `open` event carries it. */
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
	/**
	 * [non-spec] Describes the accepted response. Missing if the source was made by
	 * `fromReadableStream`.
	 */
	readonly response: ResponseHead;
}

/**
 * The `error` event: an attempt failed. `source.readyState` already has its new value: CONNECTING
 * or CLOSED.
 */
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

/** The type of a server's event of this name, if the map has the name. */
type Sent<M, K extends string> = M extends { [key in K]: infer T } ? ServerSentEvent<T> : never;

/**
 * Maps the names of a source's events to their types. `M` maps the names of the server's events to
 * the types of their JSON. Events of other names are {@link ServerSentEvent}s too.
 *
 * If the server sends events named `open` or `error`, the listeners for the source's own events
 * receive them. They are MessageEvents.
 */
export type EventSourceEventMap<M extends object = object> = {
	open: OpenEvent | Sent<M, "open">;
	message: ServerSentEvent<M extends { message: infer T } ? T : unknown>;
	error: FailureEvent | Sent<M, "error">;
} & { [K in Exclude<keyof M & string, "open" | "message" | "error">]: ServerSentEvent<M[K]> };
