// A stream from the caller: its lock, and its end.

import type { Reader } from "../module/wire.js";
import { nextTask } from "../platform/next-task.js";
import { isStream } from "../platform/streams.js";

/** The reader of a stream, which is locked by it. `undefined` for other values. */
export function readerOf(stream: unknown): ReadableStreamDefaultReader | undefined {
	const reader = isStream(stream) ? stream.getReader() : undefined;
	return typeof reader?.read === "function" ? reader : undefined;
}

/**
 * The reader that the module uses. The stream is cancelled from here, a task after `closed` is
 * fulfilled: in a handler of the last message the stream has not closed yet, and to cancel it there
 * would reject the `pipeTo()` that fills it.
 */
export function lend(reader: ReadableStreamDefaultReader, closed: Promise<unknown>): Reader {
	closed
		.then(nextTask)
		.then(() => reader.cancel())
		.catch(() => {});
	return { read: () => reader.read(), cancel: async () => {} };
}
