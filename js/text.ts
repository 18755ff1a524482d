// Owns the decoding of UTF-8 that comes from the module. Knows nothing of what it says.

/** Safari's decoders fail after two gigabytes. */
const MOST = 2 ** 30;

let decoder: TextDecoder;
let decoded = MOST;

/** A byte order mark is a character; what is not UTF-8 becomes U+FFFD. */
export function decode(bytes: Uint8Array): string {
	decoded += bytes.length;
	if (decoded >= MOST) {
		decoder = new TextDecoder("utf-8", { ignoreBOM: true });
		decoded = bytes.length;
	}
	return decoder.decode(bytes);
}
