// The class EventSource: the interface of the standard, and the events that it fires.

import type { ResponseLike } from "../module/attempt.js";
import { STREAM_URL } from "../options/parse.js";
import { callPredicate, tryRead } from "../platform/callbacks.js";
import { nextTask } from "../platform/next-task.js";
import { demand, Event, EventTarget } from "../platform/platform.js";
import { exposeMembers } from "../platform/web-idl.js";
import type { Closed, EventSourceInit, Failure, OpenEvent, ServerSentEvent } from "../types.js";
import { EventHandlers } from "./event-handlers.js";
import { type Form, Lifecycle } from "./lifecycle.js";
import { Pace, TURNS, turns } from "./pace.js";
import { lend, readerOf } from "./reader.js";
import { ServerEvent } from "./server-event.js";

enum ReadyState {
	CONNECTING = 0,
	OPEN = 1,
	CLOSED = 2,
}

/** The key under which `fromReadableStream` passes its reader to the constructor. */
const READER = Symbol();

/** The types of handlers and listeners are in js/forms/typed.ts. */
export class EventSource extends EventTarget {
	declare static readonly CONNECTING: 0;
	declare static readonly OPEN: 1;
	declare static readonly CLOSED: 2;
	declare readonly CONNECTING: 0;
	declare readonly OPEN: 1;
	declare readonly CLOSED: 2;

	readonly #life: Lifecycle<ServerSentEvent>;
	readonly #handlers = new EventHandlers();
	readonly #pace = new Pace();
	readonly #url: string;
	readonly #withCredentials: boolean;
	#isOpen = false;
	#lastEventId: string;
	#reconnectionTime: number;
	#origin = "";

	constructor(url: string | URL, init: EventSourceInit | null = {}) {
		super();
		demand("EventTarget", "Event");
		// biome-ignore lint/complexity/noArguments: undefined is a URL too, and a rest parameter would make `length` 0.
		if (arguments.length === 0) {
			throw new TypeError("EventSource needs a URL");
		}
		const form: Form = {
			open: (response) => this.#open(response),
			deliver: (reconnectionTime) => this.#deliver(reconnectionTime),
			fail: (failure) => this.#fail(failure),
		};
		const life = new Lifecycle<ServerSentEvent>(form);
		const { settings, template } = life.begin(url, init ?? {});
		const reader = (init as { [READER]?: ReadableStreamDefaultReader } | null)?.[READER];
		this.#life = life;
		this.#url = template.url;
		this.#withCredentials = template.init.credentials === "include";
		this.#lastEventId = settings.lastEventId;
		this.#reconnectionTime = settings.delay;
		if (reader) {
			// [non-spec] As in the proposal, `open` fires in a later task. `bind` is used because
			// an arrow function would share its scope with the functions of `form`, which would
			// then keep the settings alive.
			nextTask().then(life.start.bind(life, settings, lend(reader, life.closed)));
		} else {
			life.start(settings);
		}
	}

	static fromReadableStream(stream: ReadableStream<Uint8Array>): EventSource {
		const reader = readerOf(stream);
		if (!reader) {
			throw new TypeError("fromReadableStream needs a ReadableStream");
		}
		return new EventSource(STREAM_URL, { [READER]: reader } as EventSourceInit);
	}

	/** Returns the absolute URL of the request. */
	get url(): string {
		return this.#url;
	}

	/** Returns whether credentials are sent to other origins too. */
	get withCredentials(): boolean {
		return this.#withCredentials;
	}

	/** Returns `CONNECTING` (0), `OPEN` (1) or `CLOSED` (2). */
	get readyState(): 0 | 1 | 2 {
		return this.#life.isOver ? ReadyState.CLOSED : this.#isOpen ? ReadyState.OPEN : ReadyState.CONNECTING;
	}

	/**
	 * [non-spec] Returns the last event ID string of the last delivered event. A reconnection
	 * continues from this ID.
	 */
	get lastEventId(): string {
		return this.#lastEventId;
	}

	/**
	 * [non-spec] Returns the reconnection time in milliseconds that the server sent, or
	 * `reconnect.delay` if the server has sent none.
	 */
	get reconnectionTime(): number {
		return this.#reconnectionTime;
	}

	/**
	 * [non-spec] Returns a promise that is fulfilled once, when the source becomes CLOSED for any
	 * reason. It is never rejected.
	 */
	get closed(): Promise<Closed> {
		// [spec] Web IDL: an attribute whose type is a promise rejects instead of throwing.
		return #life in this ? this.#life.closed : Promise.reject(new TypeError("this is not an EventSource"));
	}

	get onopen(): unknown {
		return this.#handlers.get("open");
	}
	set onopen(handler: unknown) {
		this.#handlers.set(this, "open", handler);
	}

	get onmessage(): unknown {
		return this.#handlers.get("message");
	}
	set onmessage(handler: unknown) {
		this.#handlers.set(this, "message", handler);
	}

	get onerror(): unknown {
		return this.#handlers.get("error");
	}
	set onerror(handler: unknown) {
		this.#handlers.set(this, "error", handler);
	}

	/** Closes the source permanently. Nothing is delivered afterwards. */
	close(): void {
		this.#life.close();
	}

	#open(response: ResponseLike | undefined): Promise<void> {
		const url = this.#url;
		this.#isOpen = true;
		this.#origin = tryRead(() => new URL(response!.url!, url).origin) ?? new URL(url).origin;
		super.dispatchEvent(openEvent(response));
		return turns();
	}

	async #deliver(reconnectionTime: number | undefined): Promise<void> {
		const life = this.#life;
		const pace = this.#pace;
		const { batch } = life;
		const { until } = life.rules;
		this.#reconnectionTime = reconnectionTime ?? this.#reconnectionTime;
		pace.begin();
		const make = (type: string, data: string, lastEventId: string) => {
			return new ServerEvent(type || "message", data, lastEventId, this.#origin) as unknown as ServerSentEvent;
		};
		for (let event = batch.next(make); event; event = batch.next(make)) {
			const isLast = until && callPredicate(until, event);
			if (life.isOver) {
				break;
			}
			this.#lastEventId = event.lastEventId;
			super.dispatchEvent(event);
			if (isLast) {
				life.close({ reason: "until" });
			}
			// This loop does the same as turns(), which would take one more turn.
			for (let turn = 0; turn < TURNS; turn++) {
				await undefined;
			}
			if (pace.isOver) {
				await pace.rest();
			}
			if (life.isOver) {
				break;
			}
		}
		if (!life.isOver) {
			// The last block may have an ID but no data.
			this.#lastEventId = batch.lastEventId;
		}
		batch.clear();
	}

	#fail(failure: Failure): void {
		this.#isOpen = false;
		if (!failure.willReconnect) {
			this.#life.close(failure);
		}
		super.dispatchEvent(Object.assign(new Event("error"), failure));
	}
}

// [spec] Web IDL: the constants are on the interface and on its prototype, and every member is
// enumerable. The name is set again, because a minifier may have removed it from the class.
for (const target of [EventSource, EventSource.prototype]) {
	for (const [name, value] of Object.entries({
		CONNECTING: ReadyState.CONNECTING,
		OPEN: ReadyState.OPEN,
		CLOSED: ReadyState.CLOSED,
	})) {
		Object.defineProperty(target, name, { value, enumerable: true });
	}
}
exposeMembers(EventSource);
Object.defineProperty(EventSource, "fromReadableStream", { enumerable: true });
Object.defineProperty(EventSource.prototype, Symbol.toStringTag, { value: "EventSource", configurable: true });
Object.defineProperty(EventSource, "name", { value: "EventSource", configurable: true });

function openEvent(response: ResponseLike | undefined): OpenEvent {
	const event = new Event("open");
	if (response) {
		const members = ["status", "headers", "url", "redirected"] as const;
		const read = members.map((name) => [name, tryRead(() => response[name])]);
		Object.assign(event, { response: Object.freeze(Object.fromEntries(read)) });
	}
	return event as OpenEvent;
}
