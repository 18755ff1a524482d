// Owns the reading of the text that scripts/lib/pack.mjs makes of the module. Knows nothing of what the bytes are for.

/** Printable ASCII but `"$'<\` and the backtick; the same as in scripts/lib/pack.mjs. */
const ALPHABET = " !#%&()*+,-./0123456789:;=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~";
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
