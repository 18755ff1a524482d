// The reader of a stream that the caller passed: locking and canceling.

import type { Reader } from "../module/wire.js";
import { nextTask } from "../platform/next-task.js";
import { isStream } from "../platform/streams.js";

/** Locks a stream and returns its reader. Returns `undefined` for other values. */
export function readerOf(stream: unknown): ReadableStreamDefaultReader | undefined {
	const reader = isStream(stream) ? stream.getReader() : undefined;
	return typeof reader?.read === "function" ? reader : undefined;
}

/**
 * Returns the reader that the module uses. Its `cancel()` does nothing: this function cancels the
 * stream, one task after `closed` is fulfilled. The delay of one task is needed: while the handler
 * of the last message runs, the stream is not closed yet, and canceling it then would reject the
 * `pipeTo()` that fills it.
 */
export function lend(reader: ReadableStreamDefaultReader, closed: Promise<unknown>): Reader {
	closed
		.then(nextTask)
		.then(() => reader.cancel())
		.catch(() => {});
	return { read: () => reader.read(), cancel: async () => {} };
}
