// Owns the question what the bytes of a module are for: its sections, and its functions by their names, which it drops once they
// have been counted (WebAssembly Core Specification, 5.5 and 7.4.1). Knows nothing of what the names mean.

import { assemble, Reader, sections } from "./wasm-format.mjs";

const CUSTOM_SECTION = 0;
const IMPORT_SECTION = 2;
const CODE_SECTION = 10;
const FUNCTION_NAMES = 1;

/** The size of the code of each function in bytes, by its name, and that of all that is no code. */
export function functionSizes(wasm) {
	let imported = 0;
	let code = 0;
	const sizes = [];
	const names = [];
	for (const { id, contents } of sections(wasm)) {
		const reader = new Reader(contents);
		if (id === IMPORT_SECTION) {
			// What is imported here are functions, and they come first in the index space.
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
	return {
		functions: sizes.map((size, index) => ({ name: names[imported + index] ?? "?", size })),
		rest: withoutCustomSections(wasm).length - code,
	};
}

/** The same module without what only tools read. */
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
