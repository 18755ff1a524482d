// Owns making each panic of a module a bare trap. The panic handler (src/npm/runtime.rs) says nothing, but the functions that
// lead to it are in the module all the same, with the formatting and the texts of their messages: two kilobytes of the
// package. What `panic = "immediate-abort"` does in nightly Rust is done here to the finished module. Knows nothing of
// what is in it beside names that Rust's own library has.

import binaryen from "binaryen";
import { Reader, sections } from "./wasm-format.mjs";

const DATA_SECTION = 11;
const I32_CONST = 0x41;

/** Functions that can only panic, and those that only a panic's message can call: no code of this project formats. */
const ONLY_FOR_PANICS = [
	/^core\[\w+\]::(panicking|fmt)::/,
	/^core\[\w+\]::(cell::panic_|option::(unwrap|expect)_failed|result::unwrap_failed|slice::index::slice_|str::slice_error)/,
	/^alloc\[\w+\]::(raw_vec::(handle_error|capacity_overflow)|alloc::handle_alloc_error|fmt::)/,
	/^<.* as core\[\w+\]::fmt::\w+>::/,
	/^<core\[\w+\]::fmt::/,
];

/**
 * What calls a closure of Rust's, and polls promises. The crates below put it into the module's table, where no optimiser can
 * know that nobody calls it; this module has no closures for JavaScript.
 */
const ONLY_FOR_CLOSURES = [/^wasm_bindgen::convert::closures::_::invoke/, /\bjs_sys::futures::/];

/** What Rust's library and the crates below say when they panic; and the digits with which they say numbers. */
const TEXTS = [
	/assertion `left {0,2}| {0,2}right` failed(: )?|\n {1,2}(left|right): |==!=matches/g,
	/memory allocation of | bytes failed|capacity overflow|Tried to shrink to a larger capacity/g,
	/attempt to divide by zero|`async fn` resumed after completion|RefCell already (mutably )?borrowed/g,
	/finish: (callbacks should be Some|result should be None)|FnOnce called more than once/g,
	/Lazy instance has previously been poisoned|reentrant init/g,
	/0x0123456789ABCDEF|0123456789abcdef|(\d\d){100}/g,
];

/** The name of a source file, as a panic would tell it. */
const SOURCE_FILE = /[\w./-]+\.rs/g;

/** The size of `core::panic::Location` in bytes: pointer to the file's name, its length, line, column. */
const LOCATION = 16;

/** The same module, whose panics trap at once, as would its closures. It must have its name section, and keeps it. */
export function trapAtOnce(wasm) {
	const module = binaryen.readBinary(wasm);
	for (let index = 0; index < module.getNumFunctions(); index++) {
		const reference = module.getFunctionByIndex(index);
		const { name } = binaryen.getFunctionInfo(reference);
		if ([...ONLY_FOR_PANICS, ...ONLY_FOR_CLOSURES].some((pattern) => pattern.test(name))) {
			binaryen.Function(reference).body = module.unreachable();
		}
	}
	binaryen.setDebugInfo(true);
	return module.emitBinary();
}

/** Blanks, in place, what such a module would still tell, once optimising has removed the code that pointed to it. */
export function blankMessages(wasm) {
	blankLocations(wasm);
	blankTexts(wasm, binaryen.readBinary(wasm).emitText());
}

/**
 * Blanks, in place, where in its source a panic would say it was, file names and all: nobody reads it any more, and
 * zeros cost nothing once compressed.
 */
function blankLocations(wasm) {
	for (const { address, data } of dataSegments(wasm)) {
		for (const { index, 0: file } of data.toString("latin1").matchAll(SOURCE_FILE)) {
			const pointer = Buffer.alloc(8);
			pointer.writeUInt32LE(address + index, 0);
			pointer.writeUInt32LE(file.length, 4);
			for (let found = data.indexOf(pointer); found >= 0; found = data.indexOf(pointer, found)) {
				// A segment ends before its last zeros.
				data.fill(0, found, Math.min(found + LOCATION, data.length));
			}
			data.fill(0, index, index + file.length);
		}
	}
}

/** Blanks, in place, the texts to which nothing points any more, neither code nor data. */
function blankTexts(wasm, wat) {
	const pointers = new Set([...wat.matchAll(/(?:i32\.const |offset=)(\d+)/g)].map((match) => Number(match[1])));
	const segments = [...dataSegments(wasm)];
	for (const { address, data } of segments) {
		for (let at = -address & 3; at + 4 <= data.length; at += 4) {
			pointers.add(data.readUInt32LE(at));
		}
	}
	for (const { address, data } of segments) {
		for (const { index, 0: text } of TEXTS.flatMap((texts) => [...data.toString("latin1").matchAll(texts)])) {
			if (![...text].some((_, offset) => pointers.has(address + index + offset))) {
				data.fill(0, index, index + text.length);
			}
		}
	}
}

/** Where in memory each segment goes, and its bytes, which are the module's. */
function* dataSegments(wasm) {
	for (const { id, start, contents } of sections(wasm)) {
		if (id !== DATA_SECTION) {
			continue;
		}
		const reader = new Reader(contents);
		for (let count = reader.number(); count > 0; count--) {
			if (reader.byte() !== 0 || reader.byte() !== I32_CONST) {
				throw new Error("a data segment that is not active at a constant address");
			}
			const address = reader.number();
			reader.byte();
			const length = reader.number();
			yield { address, data: Buffer.from(wasm.buffer, wasm.byteOffset + start + reader.at, length) };
			reader.bytes(length);
		}
	}
}
