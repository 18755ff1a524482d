// Packs the module into a text, and makes the small module that reads it. brotli, which compresses
// the package on its way, sees the module's own patterns in that text, and the words in it.
// Deflated and in base64 they would be hidden. js/module/unpack.ts reads what is written here.
//
// A space and a lower-case letter are themselves. Of the other bytes, the most frequent ones are a
// character each, and the rest two: one of the last three characters of the alphabet, and then any
// of those before. Both sets are in ascending order. The text begins with a character for each
// frequent byte: how many of the rest there are between it and the one before.

import binaryen from "binaryen";

/** The bytes that are themselves; the same as in js/module/unpack.ts. */
const ITSELF = /[ a-z]/;

/**
 * The rest of printable ASCII, without what has to be escaped in a string or a page; the same as in
 * js/module/unpack.ts.
 */
const CHARACTERS = /[!#%&(-;=-[\]^_{-~]/;

const BYTES = Array.from({ length: 256 }, (_, byte) => byte);
const ALPHABET = BYTES.map((byte) => String.fromCharCode(byte)).filter((character) => CHARACTERS.test(character));
const SINGLE = ALPHABET.length - 3;

/**
 * Where the text is put, behind the tables that the loop needs; the same as in js/module/unpack.ts.
 */
const START = 512;

/**
 * The source of a script that has the module in it, and a function that returns the module's bytes.
 */
export function packedScript(wasm) {
	const packed = pack(wasm);
	return (
		`import { unpack } from "../js/module/unpack.js";\n` +
		`export const bytes = () => unpack("${packed}", "${packLoop(packed)}");\n`
	);
}

/** The text of these bytes. */
export function pack(bytes) {
	const counts = new Array(256).fill(0);
	for (const byte of bytes) {
		counts[byte]++;
	}
	const { codes, gaps } = codesFor(counts);
	return gaps.join("") + Array.from(bytes, (byte) => codes[byte]).join("");
}

/**
 * `required` are bytes that get one character however rare they are: a gap that is too wide has to
 * end.
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
 * The reading of such a text, as base64 of a module of its own: JavaScript that runs once is
 * interpreted, and takes three times as long for it as to have this compiled.
 *
 * `unpack(start, end)` reads the characters that lie there, puts the bytes in their place, and
 * returns where the bytes end. Before that, the byte of each character must be at its code, and
 * that of a pair at the second one's code, 128, 256 or 384 on.
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
