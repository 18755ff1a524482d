// Owns the reading of the text that scripts/lib/pack.mjs makes of the module. Knows nothing of what the bytes are for.

/** The first character of the alphabet in scripts/lib/pack.mjs, and those of ASCII that are not in it. */
const FIRST = 32;
const LEFT_OUT = "\"$'<\\`";
const SINGLE = 87;

/** Runs once, before anything has been compiled: a plain loop over numbers is what takes no time then. */
export function unpack(text: string): Uint8Array<ArrayBuffer> {
	const ranks = new Uint8Array(128);
	for (let code = FIRST, rank = 0; code < 127; code++) {
		if (!LEFT_OUT.includes(String.fromCharCode(code))) {
			ranks[code] = rank++;
		}
	}
	const rankAt = (at: number) => ranks[text.charCodeAt(at)] as number;
	const singles = new Uint8Array(256);
	const doubles = new Uint8Array(256);
	for (let byte = 0, gap = 0, single = 0, double = 0; byte < 256; byte++, gap++) {
		if (single < SINGLE && gap === rankAt(single)) {
			singles[single++] = byte;
			gap = 0;
		} else {
			doubles[double++] = byte;
		}
	}
	const bytes = new Uint8Array(text.length);
	let length = 0;
	for (let at = SINGLE; at < text.length; at++) {
		const rank = ranks[text.charCodeAt(at)] as number;
		bytes[length++] = (rank < SINGLE ? singles[rank] : doubles[(rank - SINGLE) * SINGLE + rankAt(++at)]) as number;
	}
	return bytes.subarray(0, length);
}
