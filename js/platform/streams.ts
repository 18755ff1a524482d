// Recognizes streams by their methods. `instanceof` would not recognize streams of other realms and
// libraries.

export function isStream(value: unknown): value is ReadableStream {
	return typeof (value as ReadableStream | null | undefined)?.getReader === "function";
}

/**
 * Whether a body can be sent only once: a stream, or another value that Node or a library for Node
 * accepts as a stream.
 */
export function isOneShot(value: unknown): boolean {
	const { getReader, pipe, [Symbol.asyncIterator]: iterate } = Object(value);
	return [getReader, pipe, iterate].some((method) => typeof method === "function");
}
