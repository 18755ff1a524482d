// The contenders over HTTP: the clients that are compared, each used in the usual way. Each
// contender reads a stream to its end and counts the events.

import { fetchEventSource as microsoft } from "@microsoft/fetch-event-source";
import { EventSource as NpmEventSource } from "eventsource";
import { createParser } from "eventsource-parser";
import * as headwater from "headwater";
import type { Expected, Received } from "./streams.ts";

/** A contender of one row, or the reason why it does not take part. */
export interface Contender<Run> {
	name: string;
	ours?: boolean;
	run: Run | string;
}

/** Reads the stream at this URL, whose events have this type. Returns the counts that it knows. */
export type Reading = (url: string, type: string, expected: Expected) => Promise<Read>;

export interface Read extends Partial<Expected> {
	/** Set if only a part of the total time is measured. */
	milliseconds?: number;
}

/** A message, in the form that any of the contenders delivers. */
export interface AnyMessage {
	data: string;
	lastEventId?: string;
	id?: string | undefined;
}

/**
 * Calls the handler for each message until the end of the stream. If `fetch` is given, it supplies
 * the response.
 */
export type Subscribe = (
	url: string,
	type: string,
	handler: (message: AnyMessage) => void,
	fetch?: () => Promise<Response>,
	onopen?: () => void,
) => Promise<void>;

export const VERSIONS = PACKAGE_VERSIONS;
declare const PACKAGE_VERSIONS: Record<string, string>;
export const versioned = (name: string) => `${name} ${VERSIONS[name]}`;

export const reader: Contender<Reading> = {
	name: "bare loop",
	async run(url) {
		const reader = await readerOf(url);
		let bytes = 0;
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return { bytes };
			bytes += value.length;
		}
	},
};

/** The number of prepared objects, which are yielded again and again. */
const READY_MADE = 4096;

export const readyMade: Contender<Reading> = {
	name: "iterator of ready-made objects",
	async run(url, type, { bytes: allBytes, events: allEvents, characters: allCharacters }) {
		const data = "x".repeat(Math.round(allCharacters / allEvents));
		const objects = Array.from({ length: READY_MADE }, () => ({ type, data, lastEventId: "" }));
		const reader = await readerOf(url);
		let bytes = 0;
		let due = 0;
		let handedOut = 0;
		const iterator = {
			async next(): Promise<IteratorResult<Omit<headwater.Message, "json">>> {
				while (handedOut >= due) {
					const { done, value } = await reader.read();
					if (done) return { done, value: undefined };
					bytes += value.length;
					due = Math.floor((bytes / allBytes) * allEvents);
				}
				const value = objects[handedOut % READY_MADE]!;
				handedOut += 1;
				return { done: false, value };
			},
			[Symbol.asyncIterator]() {
				return iterator;
			},
		};
		const { events } = await counted((_url, _type, handler) => iterate(iterator, handler))(url, type);
		return { bytes, events };
	},
};

export const subscribeByIterator: Subscribe = (url, _type, handler, fetch) =>
	iterate(headwater.events(url, { end: "close", ...(fetch && { fetch }) }), handler);

async function iterate(messages: AsyncIterable<AnyMessage>, handler: (message: AnyMessage) => void): Promise<void> {
	for await (const message of messages) handler(message);
}

type FetchEventSource = typeof microsoft;

function callbacks(fetchEventSource: FetchEventSource): Subscribe {
	return (url, _type, onmessage, fetch) =>
		fetchEventSource(url, {
			openWhenHidden: true,
			onmessage,
			onerror(error) {
				throw error;
			},
			...(fetch && { fetch }),
		});
}

export const subscribeByCallbacks: Subscribe = callbacks(headwater.fetchEventSource as FetchEventSource);

/**
 * Uses one listener. At the end of the stream, an `error` event fires, after which an EventSource
 * would reconnect.
 */
function listener(Class: typeof EventSource): Subscribe {
	return (url, type, handler, fetch, onopen) =>
		new Promise((resolve) => {
			const source = new Class(url, { ...(fetch && { fetch }) } as EventSourceInit);
			source.addEventListener(type, handler);
			if (onopen) source.addEventListener("open", onopen);
			source.addEventListener("error", () => {
				source.close();
				resolve();
			});
		});
}

export const subscribeByListener: Subscribe = listener(headwater.EventSource as unknown as typeof EventSource);

/** The ways to use this package, with their names. */
export const OURS: Contender<Subscribe>[] = [
	{ name: "headwater fetchEventSource", ours: true, run: subscribeByCallbacks },
	{ name: "headwater events()", ours: true, run: subscribeByIterator },
	{ name: "headwater EventSource", ours: true, run: subscribeByListener },
];

function counting({ name, ours, run }: Contender<Subscribe>): Contender<Reading> {
	return { name, ...(ours && { ours }), run: typeof run === "string" ? run : counted(run) };
}

/** Measures the time from the `open` event to the last event; docs/benchmarks.md explains why. */
function countingFromOpen({ name, ours, run }: Contender<Subscribe>): Contender<Reading> {
	return {
		name,
		...(ours && { ours }),
		async run(url, type, { events }) {
			let [opened, ended] = [0, 0];
			let left = events;
			const timed: Subscribe = (url, type, handler) =>
				(run as Subscribe)(
					url,
					type,
					(message) => {
						handler(message);
						left -= 1;
						if (left === 0) ended = performance.now();
					},
					undefined,
					() => {
						opened = performance.now();
					},
				);
			const received = await counted(timed)(url, type);
			return { ...received, milliseconds: ended - opened };
		},
	};
}

function counted(subscribe: Subscribe): (url: string, type: string) => Promise<Received> {
	return async (url, type) => {
		const received: Received = { events: 0, characters: 0, lastEventId: "" };
		await subscribe(url, type, (message) => {
			received.events += 1;
			received.characters += message.data.length;
			received.lastEventId = message.lastEventId ?? message.id ?? received.lastEventId;
		});
		return received;
	};
}

const [callbacksOfOurs, iteratorOfOurs, classOfOurs] = OURS as [
	Contender<Subscribe>,
	Contender<Subscribe>,
	Contender<Subscribe>,
];

export const ourFetchEventSource = counting(callbacksOfOurs);
export const ourEvents = counting(iteratorOfOurs);
export const ourEventSource = countingFromOpen(classOfOurs);

/** The loop that a user would write without a client library. */
export const loop = counting({
	name: `fetch and ${versioned("eventsource-parser")}`,
	async run(url, _type, handler) {
		const parser = createParser({ onEvent: handler });
		const decoder = new TextDecoder();
		const reader = await readerOf(url);
		for (let read = await reader.read(); !read.done; read = await reader.read()) {
			parser.feed(decoder.decode(read.value, { stream: true }));
		}
	},
});

export const microsoftFetchEventSource = counting({
	name: versioned("@microsoft/fetch-event-source"),
	run: callbacks(microsoft),
});

export const native = countingFromOpen({ name: "the browser's EventSource", run: listener(EventSource) });

export const npmEventSource = countingFromOpen({
	name: versioned("eventsource"),
	run: listener(NpmEventSource as unknown as typeof EventSource),
});

async function readerOf(url: string): Promise<ReadableStreamDefaultReader<Uint8Array>> {
	const { body } = await fetch(url);
	return body!.getReader();
}
