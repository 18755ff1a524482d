// The contenders that parse bytes in memory, each used in the usual way.

import { createParser } from "eventsource-parser";
import { type Contender, versioned } from "./contenders.ts";
import type { Received } from "./streams.ts";

export interface Message {
	type: string;
	data: string;
	lastEventId: string;
}

export interface Parser {
	feed(chunk: Uint8Array): void;
}

/** Creates a parser that calls the callback with a new object for each message. */
export type MakeParser = (onMessage: (message: Message) => void) => Parser;

interface BenchBuild {
	createParser: MakeParser;
}

/** Undefined if that build was not made. */
const [load] = Object.values(import.meta.glob<BenchBuild>("../../target/bench/dist/bench.js"));

export async function parsers(): Promise<Contender<MakeParser>[]> {
	const run = load ? (await load()).createParser : "its build is missing; npm run bench creates it";
	return [
		{ name: "headwater's parser", ours: true, run },
		{ name: versioned("eventsource-parser"), run: peer },
	];
}

/** eventsource-parser takes text, and leaves the last event ID to its caller. */
function peer(onMessage: (message: Message) => void): Parser {
	const decoder = new TextDecoder();
	let lastEventId = "";
	const parser = createParser({
		onEvent({ event = "message", data, id }) {
			lastEventId = id ?? lastEventId;
			onMessage({ type: event, data, lastEventId });
		},
	});
	return { feed: (chunk) => parser.feed(decoder.decode(chunk, { stream: true })) };
}

/** Parses all chunks with a new parser. */
export function parse(make: MakeParser, chunks: readonly Uint8Array[]): Received {
	const received: Received = { events: 0, characters: 0, lastEventId: "" };
	const parser = make((message) => {
		received.events += 1;
		received.characters += message.data.length;
		received.lastEventId = message.lastEventId;
	});
	for (const chunk of chunks) parser.feed(chunk);
	return received;
}

export function cut(bytes: Uint8Array, size: number): Uint8Array[] {
	return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
		bytes.subarray(index * size, (index + 1) * size),
	);
}
