// Owns the reading of the text that scripts/lib/pack.mjs makes of the module. Knows nothing of what the bytes are for.

/** The same as in scripts/lib/pack.mjs. */
const ALPHABET = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).filter(
	(character) => !"\"$'<\\`".includes(character),
);
const SINGLE = 87;

export function unpack(text: string): Uint8Array<ArrayBuffer> {
	const ranks = Array.from(text, (character) => ALPHABET.indexOf(character));
	const singles: number[] = [];
	const doubles: number[] = [];
	for (let byte = 0, gap = 0; byte < 256; byte++, gap++) {
		if (gap === ranks[singles.length] && singles.length < SINGLE) {
			singles.push(byte);
			gap = 0;
		} else {
			doubles.push(byte);
		}
	}
	const bytes: number[] = [];
	for (let at = SINGLE; at < ranks.length; at++) {
		const rank = ranks[at] as number;
		const far = (rank - SINGLE) * SINGLE;
		bytes.push((rank < SINGLE ? singles[rank] : doubles[far + (ranks[++at] as number)]) as number);
	}
	return Uint8Array.from(bytes);
}
