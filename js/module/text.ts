// Decodes text that comes from the module.

/**
 * The number of bytes after which a decoder is replaced, because Safari's decoders fail after two
 * gigabytes.
 */
const MOST = 2 ** 30;

function decoding(...given: ConstructorParameters<typeof TextDecoder>): (bytes: Uint8Array) => string {
	let decoder: TextDecoder;
	let decoded = MOST;
	return (bytes) => {
		decoded += bytes.length;
		if (decoded >= MOST) {
			decoder = new TextDecoder(...given);
			decoded = bytes.length;
		}
		return decoder.decode(bytes);
	};
}

/** Decodes UTF-8. A byte order mark is kept as a character; invalid bytes become U+FFFD. */
export const decode = decoding("utf-8", { ignoreBOM: true });

/** Decodes ASCII, in two thirds of the time that {@link decode} takes. */
export const decodeAscii = decoding("latin1");
