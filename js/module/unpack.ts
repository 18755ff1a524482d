// Owns the reading of the text that scripts/lib/pack.mjs makes of the module. Knows nothing of what the bytes are for.

/** The first character of the alphabet in scripts/lib/pack.mjs, and those of ASCII that are not in it. */
const FIRST = 32;
const LEFT_OUT = "\"$'<\\`";
const SINGLE = 87;

/** Behind the tables that the loop wants. */
const START = 512;

/** The bytes of `text`, by the `loop` that comes with it. */
export function unpack(text: string, loop: string): Uint8Array<ArrayBuffer> {
	const module = new WebAssembly.Module(Uint8Array.from(atob(loop), (character) => character.charCodeAt(0)));
	const { memory, unpack } = new WebAssembly.Instance(module).exports as unknown as Loop;
	const bytes = new Uint8Array(memory.buffer);
	bytes.set(new TextEncoder().encode(text), START);
	const alphabet: number[] = [];
	for (let code = FIRST; code < 127; code++) {
		if (!LEFT_OUT.includes(String.fromCharCode(code))) {
			alphabet.push(code);
		}
	}
	for (let byte = 0, gap = 0, single = 0, double = 0; byte < 256; byte++, gap++) {
		if (single < SINGLE && alphabet[gap] === bytes[START + single]) {
			bytes[alphabet[single++] as number] = byte;
			gap = 0;
		} else {
			const second = alphabet[double % SINGLE] as number;
			bytes[second + (double++ < SINGLE ? 128 : 256)] = byte;
		}
	}
	const begin = START + SINGLE;
	return bytes.subarray(begin, unpack(begin, START + text.length));
}

interface Loop {
	memory: { buffer: ArrayBuffer };
	unpack(start: number, end: number): number;
}
