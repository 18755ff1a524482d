// Packs the module into a text, and makes the small module that unpacks it. The text keeps the
// patterns and words of the module, so brotli can compress them during the transfer. Deflate and
// base64 would hide them. js/module/unpack.ts reads this format.
//
// A space or a lower-case letter stands for itself. Every other byte becomes one character if it is
// frequent, otherwise two. The first of the two is one of the last three characters of the
// alphabet. The second is one of the characters before those. Frequent and rare bytes are each
// numbered in ascending order. The text begins with one character for each frequent byte: it says
// how many rare bytes lie between this byte and the previous frequent byte.

import binaryen from "binaryen";

/** The bytes that stand for themselves. js/module/unpack.ts contains the same set. */
const ITSELF = /[ a-z]/;

/**
 * The alphabet: the other characters of printable ASCII, without those that need escapes in a
 * string or a page. js/module/unpack.ts contains the same set.
 */
const CHARACTERS = /[!#%&(-;=-[\]^_{-~]/;

const BYTES = Array.from({ length: 256 }, (_, byte) => byte);
const ALPHABET = BYTES.map((byte) => String.fromCharCode(byte)).filter((character) => CHARACTERS.test(character));
const SINGLE = ALPHABET.length - 3;

/**
 * The address of the text, after the tables of the loop. js/module/unpack.ts contains the same
 * number.
 */
const START = 512;

/**
 * Returns the source of a script that contains the module and a function that returns the module's
 * bytes.
 */
export function packedScript(wasm) {
	const packed = pack(wasm);
	return (
		`import { unpack } from "../js/module/unpack.js";\n` +
		`export const bytes = () => unpack("${packed}", "${packLoop(packed)}");\n`
	);
}

/** Returns the text of these bytes. */
export function pack(bytes) {
	const counts = new Array(256).fill(0);
	for (const byte of bytes) {
		counts[byte]++;
	}
	const { codes, gaps } = codesFor(counts);
	return gaps.join("") + Array.from(bytes, (byte) => codes[byte]).join("");
}

/**
 * Returns the characters for each byte, and the numbers of rare bytes between frequent ones (the
 * gaps). The bytes in `required` get one character although they are rare, because each of them
 * splits a gap that is too long for one character.
 */
function codesFor(counts, required = []) {
	const codes = BYTES.map((byte) => String.fromCharCode(byte));
	const others = BYTES.filter((byte) => !ITSELF.test(codes[byte]));
	const byFrequency = others.filter((byte) => !required.includes(byte)).sort((a, b) => counts[b] - counts[a] || a - b);
	const frequent = new Set([...required, ...byFrequency].slice(0, SINGLE));
	const gaps = [];
	let gap = 0;
	let double = 0;
	for (const byte of others) {
		if (frequent.has(byte)) {
			codes[byte] = ALPHABET[gaps.length];
			gaps.push(ALPHABET[gap]);
			gap = 0;
		} else if (gaps.length < SINGLE && gap === ALPHABET.length - 1) {
			return codesFor(counts, [...required, byte]);
		} else {
			codes[byte] = ALPHABET[SINGLE + Math.floor(double / SINGLE)] + ALPHABET[double % SINGLE];
			double++;
			gap++;
		}
	}
	return { codes, gaps };
}

/**
 * Returns the unpacking loop as a small module in base64. JavaScript that runs once is interpreted,
 * and would take three times as long as compiling and running this module.
 *
 * `unpack(start, end)` reads the characters at these addresses, replaces them with the bytes, and
 * returns the end of the bytes. The caller has to fill the tables before: the byte for a single
 * character is at the character's code. The byte for a pair is at the code of the pair's second
 * character plus 128, 256 or 384.
 */
export function packLoop(text) {
	const pages = Math.ceil((START + text.length) / 65536);
	const FIRST_OF_TWO = ALPHABET[SINGLE].charCodeAt(0);
	const module = binaryen.parseText(`
		(module
			(memory (export "memory") ${pages})
			(func (export "unpack") (param $at i32) (param $end i32) (result i32)
				(local $out i32) (local $place i32)
				(local.set $out (local.get $at))
				(loop $next
					(local.set $place (i32.load8_u (local.get $at)))
					(local.set $at (i32.add (local.get $at) (i32.const 1)))
					(if (i32.ge_u (local.get $place) (i32.const ${FIRST_OF_TWO})) (then
						(local.set $place
							(i32.add
								(i32.shl (i32.sub (local.get $place) (i32.const ${FIRST_OF_TWO - 1})) (i32.const 7))
								(i32.load8_u (local.get $at))))
						(local.set $at (i32.add (local.get $at) (i32.const 1)))))
					(i32.store8 (local.get $out) (i32.load8_u (local.get $place)))
					(local.set $out (i32.add (local.get $out) (i32.const 1)))
					(br_if $next (i32.lt_u (local.get $at) (local.get $end))))
				(local.get $out)))`);
	module.optimize();
	return Buffer.from(module.emitBinary()).toString("base64");
}
