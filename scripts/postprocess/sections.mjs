// Lists the sizes of a module's functions. Drops the module's custom sections, which only tools
// read (Core Specification, 5.5 and 7.4.1), and a text that no function uses.

import { Problem } from "../lib/process.mjs";
import { assemble, CODE_SECTION, CUSTOM_SECTION, IMPORT_SECTION, Reader, sections } from "./format.mjs";

const FUNCTION_NAMES = 1;

/**
 * Returns the name and the code size in bytes of each function, and the size of everything else.
 */
export function functionSizes(wasm) {
	let imported = 0;
	let code = 0;
	const sizes = [];
	const names = [];
	for (const { id, contents } of sections(wasm)) {
		const reader = new Reader(contents);
		if (id === IMPORT_SECTION) {
			// All imports here are functions, and they come first in the index space.
			imported = reader.number();
		} else if (id === CODE_SECTION) {
			for (let count = reader.number(); count > 0; count--) {
				const size = reader.number();
				reader.bytes(size);
				sizes.push(size);
				code += size;
			}
		} else if (id === CUSTOM_SECTION && reader.name() === "name") {
			Object.assign(names, functionNames(reader));
		}
	}
	if (names.length === 0) {
		throw new Problem(
			"scripts/postprocess/sections.mjs: the module has no function names. Is --debuginfo among the flags of wasm-opt?",
		);
	}
	return {
		functions: sizes.map((size, index) => ({ name: names[imported + index] ?? "?", size })),
		rest: withoutCustomSections(wasm).length - code,
	};
}

/** Returns the module without custom sections. */
export function withoutCustomSections(wasm) {
	return assemble(
		wasm,
		[...sections(wasm)].filter(({ id }) => id !== CUSTOM_SECTION),
	);
}

/**
 * The error of a closure that is called twice. wasm-opt drops the code that throws it, because the
 * package has no Rust closures, but it does not drop data.
 */
const UNUSED_TEXT = "closure invoked recursively or after being dropped";

/**
 * Overwrites the unused text with zeros, which take almost no bytes when compressed. Changes
 * nothing if the module imports wasm-bindgen's function that throws texts.
 */
export function withoutUnusedText(wasm) {
	const at = wasm.indexOf(UNUSED_TEXT);
	return at < 0 || wasm.includes("__wbindgen_throw") ? wasm : Buffer.from(wasm).fill(0, at, at + UNUSED_TEXT.length);
}

function functionNames(reader) {
	const names = [];
	while (!reader.done) {
		const id = reader.byte();
		const contents = new Reader(reader.bytes(reader.number()));
		if (id === FUNCTION_NAMES) {
			for (let count = contents.number(); count > 0; count--) {
				names[contents.number()] = contents.name();
			}
		}
	}
	return names;
}
