// The entry point of a build for the benchmarks: only the parser, on bytes in memory. The build
// puts this file next to js/.

import { ChunkParser, start } from "../pkg/headwater.js";
import { bytes } from "../pkg/inline.js";
import { Batch } from "./module/batch.js";

await start((imports) => WebAssembly.instantiate(bytes(), imports));

const make = (type, data, lastEventId) => ({ type: type || "message", data, lastEventId });

/**
 * Creates a parser that calls the callback for each message of the chunks that it receives, as
 * `fetchEventSource` and `events` do.
 */
export function createParser(onMessage) {
	const parser = new ChunkParser();
	const batch = new Batch("");
	const deliver = (text) => {
		batch.fill(text);
		for (let message = batch.next(make); message; message = batch.next(make)) {
			onMessage(message);
		}
	};
	return { feed: (chunk) => parser.feed(chunk, chunk.length, deliver) };
}
