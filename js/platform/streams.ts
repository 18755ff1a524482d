// Which values are streams, by their methods: `instanceof` would not recognize those of other
// realms and libraries.

export function isStream(value: unknown): value is ReadableStream {
	return typeof (value as ReadableStream | null | undefined)?.getReader === "function";
}

/** A body that can be sent once: a stream, or what Node or a library for Node accepts as one. */
export function isOneShot(value: unknown): boolean {
	const { getReader, pipe, [Symbol.asyncIterator]: iterate } = Object(value);
	return [getReader, pipe, iterate].some((method) => typeof method === "function");
}
