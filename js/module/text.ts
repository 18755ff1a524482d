// Owns the decoding of text that comes from the module. Knows nothing of what it says.

/** Safari's decoders fail after two gigabytes. */
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

/** UTF-8. A byte order mark is a character; what is not UTF-8 becomes U+FFFD. */
export const decode = decoding("utf-8", { ignoreBOM: true });

/** The same of ASCII: where each byte is a character, a call takes two thirds of the time. */
export const decodeAscii = decoding("latin1");
