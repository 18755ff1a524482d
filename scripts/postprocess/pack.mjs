// Packs the module into a text, and makes the small module that reads it. brotli, which compresses the package on its way,
// sees the module's own patterns in that text. Deflated and in base64 they would be hidden. js/module/unpack.ts reads what
// is written here.
//
// The 87 bytes that are most frequent are a character each, the others two: one of the last two characters of the alphabet,
// and then any but these. Both sets are in ascending order, and the text begins with the gaps between the bytes of the first.

import binaryen from "binaryen";
import { Problem } from "../lib/process.mjs";

/** Printable ASCII without what has to be escaped in a string or a page; the same as in js/module/unpack.ts. */
const ALPHABET = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).filter(
	(character) => !"\"$'<\\`".includes(character),
);
const SINGLE = ALPHABET.length - 2;

/** Where the text is put, behind the tables that the loop needs; the same as in js/module/unpack.ts. */
const START = 512;

/** The source of a script that has the module in it, and a function that returns the module's bytes. */
export function packedScript(wasm) {
	const packed = pack(wasm);
	return (
		`import { unpack } from "../js/module/unpack.js";\n` +
		`export const bytes = () => unpack("${packed}", "${packLoop(packed)}");\n`
	);
}

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
		throw new Problem(
			"scripts/postprocess/pack.mjs: two frequent bytes of the module are too far apart. See scripts/postprocess/README.md.",
		);
	}
	return gaps.join("") + Array.from(bytes, (byte) => codes[byte]).join("");
}

/**
 * The reading of such a text, as base64 of a module of its own: JavaScript that runs once is interpreted, and takes three times
 * as long for it as to have this compiled.
 *
 * `unpack(start, end)` reads the characters that lie there, puts the bytes in their place, and returns where the bytes end. Before
 * that, the byte of each character must be at its code, and that of a pair at the second one's code, 128 or 256 on.
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
