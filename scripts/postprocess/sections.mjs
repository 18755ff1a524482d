// Drops the custom sections of a module, which only tools read, and lists before that what its
// bytes are for (Core Specification, 5.5 and 7.4.1).

import { Problem } from "../lib/process.mjs";
import { assemble, CODE_SECTION, CUSTOM_SECTION, IMPORT_SECTION, Reader, sections } from "./format.mjs";

const FUNCTION_NAMES = 1;

/**
 * The size of the code of each function in bytes, by its name, and of everything that is no code.
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
		throw new Problem("scripts/postprocess/sections.mjs: the module has no names. Does wasm-opt have --debuginfo?");
	}
	return {
		functions: sizes.map((size, index) => ({ name: names[imported + index] ?? "?", size })),
		rest: withoutCustomSections(wasm).length - code,
	};
}

/** The same module without custom sections. */
export function withoutCustomSections(wasm) {
	return assemble(
		wasm,
		[...sections(wasm)].filter(({ id }) => id !== CUSTOM_SECTION),
	);
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
