// Owns the form in which the module is a text of the package: one that brotli, which compresses the package on its way,
// sees the module's own patterns in. Deflated and in base64 it would hide them, and weigh 0.9 kB more. js/unpack.ts reads
// what is written here; what the bytes are for nobody here knows.
//
// The 87 bytes that are most frequent are a character each, the others two: one of the last two characters of the alphabet,
// and then any but these. Both sets are in ascending order, and the text begins with the gaps between the bytes of the first.

/** Printable ASCII that no language of the web minds in a string; the same as in js/unpack.ts. */
const ALPHABET = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).filter(
	(character) => !"\"$'<\\`".includes(character),
);
const SINGLE = ALPHABET.length - 2;

export function pack(bytes) {
	const count = new Array(256).fill(0);
	for (const byte of bytes) {
		count[byte]++;
	}
	const ascending = (a, b) => a - b;
	const byFrequency = [...count.keys()].sort((a, b) => count[b] - count[a] || a - b);
	const singles = byFrequency.slice(0, SINGLE).sort(ascending);
	const doubles = byFrequency.slice(SINGLE).sort(ascending);
	const codes = [];
	for (const [index, byte] of singles.entries()) {
		codes[byte] = ALPHABET[index];
	}
	for (const [index, byte] of doubles.entries()) {
		codes[byte] = ALPHABET[SINGLE + Math.floor(index / SINGLE)] + ALPHABET[index % SINGLE];
	}
	const gaps = singles.map((byte, index) => ALPHABET[byte - (singles[index - 1] ?? 0)]);
	if (gaps.includes(undefined)) {
		throw new Error("two frequent bytes are too far apart to be packed");
	}
	return gaps.join("") + Array.from(bytes, (byte) => codes[byte]).join("");
}
