// Owns answers that the page makes by itself, for what no server could time so exactly.

const HEADERS = { "content-type": "text/event-stream" };

export const answer = (body: ReadableStream<Uint8Array>) => new Response(body as BodyInit, { headers: HEADERS });

/** What a TCP segment carries on an ordinary network, and so what a slow stream is read in. */
export const SEGMENT = 1400;
/** What browsers read at most at once. */
export const LARGE_CHUNK = 64 * 1024;

/** These chunks, as fast as they are taken. */
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
/** What an event of one line has beside its data. */
export const AROUND = BEFORE.length + AFTER.length;

/** One event of so many bytes, segment by segment, without having all of it at a time. */
export function* largeEvent(bytes: number): Generator<Uint8Array> {
	const encoder = new TextEncoder();
	const letters = encoder.encode("x".repeat(SEGMENT));
	yield encoder.encode(BEFORE);
	for (let left = bytes - AROUND; left > 0; left -= SEGMENT) yield letters.subarray(0, Math.min(left, SEGMENT));
	yield encoder.encode(AFTER);
}
