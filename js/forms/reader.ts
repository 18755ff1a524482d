// Owns the reading of a stream that the caller has: its lock, and the end of it. Knows nothing of what is read.

import { isStream } from "../request/checks.js";
import { nextTask } from "./delivery.js";

/** What src/web/body.rs uses of a reader. */
export type Reader = Pick<ReadableStreamDefaultReader, "read" | "cancel">;

/** The reader of a stream, which is locked by it. Nothing for other values. */
export function readerOf(stream: unknown): ReadableStreamDefaultReader | undefined {
	const reader = isStream(stream) ? stream.getReader() : undefined;
	return typeof reader?.read === "function" ? reader : undefined;
}

/**
 * What the module reads with. The stream is cancelled from here: a task after `closed` is fulfilled. In a handler of the last
 * message the stream has not closed yet, and to cancel it there would make the `pipeTo()` that fills it reject.
 */
export function lend(reader: ReadableStreamDefaultReader, closed: Promise<unknown>): Reader {
	closed
		.then(nextTask)
		.then(() => reader.cancel())
		.catch(() => {});
	return { read: () => reader.read(), cancel: async () => {} };
}
