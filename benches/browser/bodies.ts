// Responses that the page itself creates, because no server could time them exactly.

const HEADERS = { "content-type": "text/event-stream" };

export const answer = (body: ReadableStream<Uint8Array>) => new Response(body as BodyInit, { headers: HEADERS });

/**
 * The payload of a TCP segment on an ordinary network in bytes, and thus the chunk size of a slow
 * stream.
 */
export const SEGMENT = 1400;
/** The largest number of bytes that browsers read at once. */
export const LARGE_CHUNK = 64 * 1024;

/** Returns a stream of these chunks, which are supplied as fast as they are read. */
export function streamOf(chunks: Iterable<Uint8Array>): ReadableStream<Uint8Array> {
	const iterator = chunks[Symbol.iterator]();
	return new ReadableStream({
		pull(controller) {
			const { done, value } = iterator.next();
			if (done) controller.close();
			else controller.enqueue(value);
		},
	});
}

const [BEFORE, AFTER] = ["data: ", "\n\n"];
/** The bytes of a one-line event besides its data. */
export const AROUND = BEFORE.length + AFTER.length;

/**
 * Yields one event of this size, segment by segment, so that the whole event is never in memory.
 */
export function* largeEvent(bytes: number): Generator<Uint8Array> {
	const encoder = new TextEncoder();
	const letters = encoder.encode("x".repeat(SEGMENT));
	yield encoder.encode(BEFORE);
	for (let left = bytes - AROUND; left > 0; left -= SEGMENT) yield letters.subarray(0, Math.min(left, SEGMENT));
	yield encoder.encode(AFTER);
}
