// Owns the EventSource class: the standard's surface, and the turning of what Rust says into events and promises.
// Knows nothing of fetch, streams, parsing or reconnection, which are Rust's.

import { Batch } from "../module/batch.js";
import { type Listener, load, whenDead } from "../module/wasm.js";
import { type Read, readSettings, type Settings, STREAM_URL } from "../options/settings.js";
import { whenAborted } from "../platform/abort.js";
import { demand, Event, EventTarget } from "../platform/platform.js";
import { exposeMembers } from "../platform/web-idl.js";
import type { Closed, EventSourceEventMap, EventSourceInit, OpenEvent, ServerSentEvent } from "../types.js";
import { nextTask, Pace, TURNS, turns } from "./delivery.js";
import { internal, report, says, settle, type Told, tried } from "./failure.js";
import { lend, type Reader, readerOf } from "./reader.js";
import { ServerEvent } from "./server-event.js";

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;

/** How `fromReadableStream` tells the constructor. */
const READER = Symbol();

/** [non-spec] Whether the platform's own targets call what is in `on…` themselves, as those of workerd do. */
let callsHandlers = false;
try {
	const onopen = () => {
		callsHandlers = true;
	};
	Object.assign(new EventTarget(), { onopen }).dispatchEvent(new Event("open"));
} catch {
	// One of the classes is missing: the constructor says so.
}

type Handler<M extends object, E extends Event> = ((this: EventSource<M>, event: E) => unknown) | null;

/** As read, a handler may be called with any event, as the DOM has it: a source can be used where the browser's is asked for. */
// biome-ignore lint/suspicious/noExplicitAny: see above.
type AnyHandler = ((event: any) => unknown) | null;

/** As js/forms/typed.ts says. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface adds no members, only types of inherited ones; overloads in the class would be methods of its own on the prototype.
export class EventSource<M extends object = object> extends EventTarget {
	declare static readonly CONNECTING: 0;
	declare static readonly OPEN: 1;
	declare static readonly CLOSED: 2;
	declare readonly CONNECTING: 0;
	declare readonly OPEN: 1;
	declare readonly CLOSED: 2;

	readonly #url: string;
	readonly #withCredentials: boolean;
	readonly #options: Omit<Read, "settings" | "made">;
	readonly #closed: Promise<Closed>;
	readonly #handlers = new Map<string, { value: unknown; listener: (event: Event) => void }>();
	readonly #pace = new Pace();
	#fulfilClosed!: (closed: Closed) => void;
	#readyState: 0 | 1 | 2 = CONNECTING;
	#batch: Batch;
	#lastEventId: string;
	#reconnectionTime: number;
	#origin: string;

	constructor(url: string | URL, init: EventSourceInit | null = {}) {
		super();
		demand("EventTarget", "Event");
		// biome-ignore lint/complexity/noArguments: undefined is a URL too, and a rest parameter would make `length` 0.
		if (arguments.length === 0) {
			throw new TypeError("EventSource needs a URL");
		}
		this.#closed = new Promise((fulfil) => {
			this.#fulfilClosed = fulfil;
		});
		const { settings, made, ...options } = readSettings(url, init ?? {}, this.#closed);
		const [, , lastEventId, , delay] = settings;
		const reader = (init as { [READER]?: ReadableStreamDefaultReader } | null)?.[READER];
		this.#url = made.url;
		this.#withCredentials = made.init.credentials === "include";
		this.#batch = new Batch(lastEventId);
		this.#lastEventId = lastEventId;
		this.#reconnectionTime = delay;
		this.#origin = new URL(made.url).origin;
		this.#options = options;
		if (options.signal?.aborted) {
			this.#onAbort();
			return;
		}
		whenAborted(options.signal, this.#onAbort, this.#closed);
		this.#run(reader ? lend(reader, this.#closed) : settings).catch(this.#onModuleFailure);
	}

	static fromReadableStream<M extends object = object>(stream: ReadableStream<Uint8Array>): EventSource<M> {
		const reader = readerOf(stream);
		if (!reader) {
			throw new TypeError("fromReadableStream needs a ReadableStream");
		}
		return new EventSource(STREAM_URL, { [READER]: reader } as EventSourceInit);
	}

	/** The absolute URL of the request. */
	get url(): string {
		return this.#url;
	}

	/** Whether credentials are sent to other origins too. */
	get withCredentials(): boolean {
		return this.#withCredentials;
	}

	/** `CONNECTING` (0), `OPEN` (1) or `CLOSED` (2). */
	get readyState(): 0 | 1 | 2 {
		return this.#readyState;
	}

	/** [non-spec] The last event ID string: that of the last event delivered, with which a reconnection continues. */
	get lastEventId(): string {
		return this.#lastEventId;
	}

	/** [non-spec] The server's reconnection time in milliseconds, as it sent it; until then `reconnect.delay`. */
	get reconnectionTime(): number {
		return this.#reconnectionTime;
	}

	/** [non-spec] Fulfilled once, when the source becomes CLOSED for whatever cause. Never rejected. */
	get closed(): Promise<Closed> {
		// [spec] Web IDL: what is a promise rejects where other attributes throw.
		return #closed in this ? this.#closed : Promise.reject(new TypeError("this is not an EventSource"));
	}

	/** Called when a response was accepted. */
	get onopen(): AnyHandler {
		return this.#handler("open") as AnyHandler;
	}
	set onopen(handler: Handler<M, EventSourceEventMap<M>["open"]>) {
		this.#setHandler("open", handler);
	}

	/** Called for each event without a name of its own. */
	get onmessage(): AnyHandler {
		return this.#handler("message") as AnyHandler;
	}
	set onmessage(handler: Handler<M, EventSourceEventMap<M>["message"]>) {
		this.#setHandler("message", handler);
	}

	/** Called when an attempt failed; `readyState` tells whether another follows. */
	get onerror(): AnyHandler {
		return this.#handler("error") as AnyHandler;
	}
	set onerror(handler: Handler<M, EventSourceEventMap<M>["error"]>) {
		this.#setHandler("error", handler);
	}

	/** Ends the source for good. Nothing is delivered afterwards. */
	close(): void {
		this.#close({ reason: "caller" });
	}

	/** After what may have changed it behind the compiler's back. */
	#isClosed(): boolean {
		return this.#readyState === CLOSED;
	}

	async #run(from: Settings | Reader): Promise<void> {
		const { connect, read } = await load();
		if (!Array.isArray(from)) {
			// [non-spec] The proposal announces the connection in a task.
			await nextTask();
		}
		if (this.#readyState === CLOSED) {
			return;
		}
		whenDead(this.#onModuleFailure, this.#closed);
		if (Array.isArray(from)) {
			connect(this.#listener(), this.#closed, ...from);
		} else {
			read(this.#listener(), this.#closed, from);
		}
	}

	#close(closed: Closed): void {
		if (this.#readyState === CLOSED) {
			return;
		}
		this.#readyState = CLOSED;
		this.#fulfilClosed(closed);
	}

	#onAbort = () => this.#close({ reason: "signal", error: tried(() => this.#options.signal?.reason) });

	#onModuleFailure = (error: unknown) => {
		this.#fireError(internal(error));
	};

	/** Whatever comes after `close()` is dropped: Rust hears of it some microtasks later. */
	#listener(): Listener {
		return {
			open: (response) => {
				if (this.#readyState === CLOSED) {
					return undefined;
				}
				this.#readyState = OPEN;
				this.#origin = tried(() => new URL(response!.url, this.#url).origin) ?? new URL(this.#url).origin;
				super.dispatchEvent(openEvent(response));
				return turns();
			},
			deliver: (text, reconnectionTime) => {
				if (this.#readyState === CLOSED) {
					return undefined;
				}
				this.#reconnectionTime = reconnectionTime ?? this.#reconnectionTime;
				this.#batch.fill(text);
				return this.#deliver();
			},
			error: (...told) => this.#fireError(told),
			end: () => this.#close({ reason: "end" }),
			report,
		};
	}

	async #deliver(): Promise<void> {
		const [batch, pace, { until }] = [this.#batch, this.#pace, this.#options];
		pace.begin();
		const make = (type: string, data: string, lastEventId: string) => {
			return new ServerEvent(type || "message", data, lastEventId, this.#origin) as unknown as ServerSentEvent;
		};
		for (let event = batch.take(make); event; event = batch.take(make)) {
			const last = until && says(until, event);
			// Since `until` is the caller's.
			if (this.#isClosed()) {
				break;
			}
			this.#lastEventId = event.lastEventId;
			super.dispatchEvent(event);
			if (last) {
				this.#close({ reason: "until" });
			}
			for (let turn = 0; turn < TURNS; turn++) {
				await undefined;
			}
			if (pace.isOver) {
				await pace.rest();
			}
			if (this.#isClosed()) {
				break;
			}
		}
		if (!this.#isClosed()) {
			// Of a block without data, if it was the last.
			this.#lastEventId = batch.lastEventId;
		}
		batch.clear();
	}

	/** Answers how long the wait is to be; nothing at the end. */
	#fireError(told: Told): number | undefined {
		if (this.#readyState === CLOSED) {
			return undefined;
		}
		const failure = settle(told, this.#options, this.#lastEventId);
		if (this.#isClosed()) {
			return undefined;
		}
		const { reason, delay, status, error } = failure;
		if (delay === undefined) {
			this.#close({ reason, ...(status !== undefined && { status }), ...(error !== undefined && { error }) });
		} else {
			this.#readyState = CONNECTING;
		}
		super.dispatchEvent(Object.assign(new Event("error"), failure));
		return delay;
	}

	#handler(type: string): unknown {
		return this.#handlers.get(type)?.value ?? null;
	}

	/** [spec] 8.1.8.1, event handlers: the place among the listeners is taken with the first value, and kept. */
	#setHandler(type: string, given: unknown): void {
		const value = typeof given === "object" || typeof given === "function" ? given : null;
		const present = this.#handlers.get(type);
		if (value === null) {
			this.#handlers.delete(type);
			super.removeEventListener(type, present?.listener ?? null);
		} else if (present) {
			present.value = value;
		} else {
			const handler = {
				value,
				listener: (event: Event) => {
					if (typeof handler.value === "function" && handler.value.call(this, event) === false) {
						event.preventDefault();
					}
				},
			};
			this.#handlers.set(type, handler as { value: unknown; listener: (event: Event) => void });
			if (!callsHandlers) {
				super.addEventListener(type, handler.listener);
			}
		}
	}
}

export interface EventSource<M extends object = object> {
	/**
	 * Has a listener called for each event of a type: `open`, `error`, `message`, or whatever name the server gives. As any
	 * EventTarget's, with `once`, `signal` and the rest.
	 */
	addEventListener<K extends keyof EventSourceEventMap<M>>(
		type: K,
		listener: (this: EventSource<M>, event: EventSourceEventMap<M>[K]) => unknown,
		options?: boolean | AddEventListenerOptions,
	): void;
	addEventListener(
		type: string,
		listener: (this: EventSource<M>, event: ServerSentEvent) => unknown,
		options?: boolean | AddEventListenerOptions,
	): void;
	addEventListener(
		type: string,
		listener: EventListenerOrEventListenerObject | null,
		options?: boolean | AddEventListenerOptions,
	): void;
	/** Has the listener called no more. */
	removeEventListener<K extends keyof EventSourceEventMap<M>>(
		type: K,
		listener: (this: EventSource<M>, event: EventSourceEventMap<M>[K]) => unknown,
		options?: boolean | EventListenerOptions,
	): void;
	removeEventListener(
		type: string,
		listener: (this: EventSource<M>, event: ServerSentEvent) => unknown,
		options?: boolean | EventListenerOptions,
	): void;
	removeEventListener(
		type: string,
		listener: EventListenerOrEventListenerObject | null,
		options?: boolean | EventListenerOptions,
	): void;
}

// [spec] Web IDL: constants are on the interface and its prototype, every member is enumerable, and the interface has a
// name whatever a minifier makes of the class.
for (const target of [EventSource, EventSource.prototype]) {
	for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSED })) {
		Object.defineProperty(target, name, { value, enumerable: true });
	}
}
exposeMembers(EventSource);
Object.defineProperty(EventSource, "fromReadableStream", { enumerable: true });
Object.defineProperty(EventSource.prototype, Symbol.toStringTag, { value: "EventSource", configurable: true });
Object.defineProperty(EventSource, "name", { value: "EventSource", configurable: true });

function openEvent(response: Response | undefined): OpenEvent {
	const event = new Event("open");
	if (response) {
		const members = ["status", "headers", "url", "redirected"] as const;
		const read = members.map((name) => [name, tried(() => response[name])]);
		Object.assign(event, { response: Object.freeze(Object.fromEntries(read)) });
	}
	return event as OpenEvent;
}
