// Unpacks the text that scripts/postprocess/pack.mjs makes of the module.

/**
 * The bytes that are packed as their own characters. The constant is the same as in
 * scripts/postprocess/pack.mjs.
 */
const ITSELF = /[ a-z]/;

/**
 * The characters that stand for the other bytes. The constant is the same as in
 * scripts/postprocess/pack.mjs.
 */
const CHARACTERS = /[!#%&(-;=-[\]^_{-~]/;
const SINGLE = 59;

/** The offset of the text, after the tables that the loop needs. */
const START = 512;

/** Returns the bytes of `text`. `loop` is the WebAssembly module that unpacks them. */
export function unpack(text: string, loop: string): Uint8Array<ArrayBuffer> {
	const module = new WebAssembly.Module(Uint8Array.from(atob(loop), (character) => character.charCodeAt(0)));
	const { memory, unpack } = new WebAssembly.Instance(module).exports as unknown as Loop;
	const bytes = new Uint8Array(memory.buffer);
	bytes.set(new TextEncoder().encode(text), START);
	const others: number[] = [];
	const alphabet: number[] = [];
	for (let byte = 0; byte < 256; byte++) {
		const character = String.fromCharCode(byte);
		if (ITSELF.test(character)) {
			bytes[byte] = byte;
		} else {
			others.push(byte);
		}
		if (CHARACTERS.test(character)) {
			alphabet.push(byte);
		}
	}
	let gap = 0;
	let single = 0;
	let double = SINGLE;
	for (const byte of others) {
		if (single < SINGLE && alphabet[gap] === bytes[START + single]) {
			bytes[alphabet[single++] as number] = byte;
			gap = 0;
		} else {
			bytes[(alphabet[double % SINGLE] as number) + 128 * Math.floor(double++ / SINGLE)] = byte;
			gap++;
		}
	}
	const begin = START + SINGLE;
	return bytes.subarray(begin, unpack(begin, START + text.length));
}

interface Loop {
	memory: { buffer: ArrayBuffer };
	unpack(start: number, end: number): number;
}
