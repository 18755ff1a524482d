// Calculates each event of a run from its number, independently of the server in
// tests/servers/scenario/src/chaos/. Runs in Node and in browsers.

const TEXT = 1;

const CHARACTERS = [..."aZ7 :\0éßЖ\x85\xa0€日本\u2028\ufeff😀𝄞𐍈\u{10ffff}"];

const TYPES = ["message", "message", "token", "日本 😀"];

/** All event types of a run. */
export const NAMES = [...new Set(TYPES)];

/** SplitMix on 32 bits. */
class Random {
	#state = 0;

	constructor(...parts) {
		for (const part of parts) {
			this.#state ^= part;
			this.#state = this.next();
		}
	}

	next() {
		this.#state = (this.#state + 0x9e3779b9) | 0;
		let mixed = Math.imul(this.#state ^ (this.#state >>> 16), 0x21f0aaad);
		mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
		return (mixed ^ (mixed >>> 15)) >>> 0;
	}

	below(end) {
		return this.next() % end;
	}
}

/** Returns the type and the data of event `number`. */
export function expected(seed, number) {
	const random = new Random(seed, TEXT, number);
	const type = TYPES[random.below(TYPES.length)];
	const lines = Array.from({ length: 1 + random.below(4) }, () => {
		const length = random.below(100) === 0 ? 2000 : random.below(24);
		return Array.from({ length }, () => CHARACTERS[random.below(CHARACTERS.length)]).join("");
	});
	lines[0] = `${number} é日😀${lines[0]}`;
	return { type, data: lines.join("\n") };
}
