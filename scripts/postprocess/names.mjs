// Shortens the names of imports and exports that the module and its glue share, and drops those
// that only one of the two uses. wasm-bindgen gives every import a name with a hash. Each hash
// would be in the package twice, and hashes do not compress.

import { Problem } from "../lib/process.mjs";
import { assemble, EXPORT_SECTION, IMPORT_SECTION, Reader, sections, Writer } from "./format.mjs";

/** The names that wasm-bindgen generates. They have no other meaning in the glue. */
const INTERNAL = /^(\.\/.*_bg\.js|__wb.*|__externref_.*)$/;

/** The same names, in the text of the glue. */
const WORD = /(?<![\w$])(?:__wb\w+|__externref_\w+|\.\/\w+_bg\.js)/g;
/**
 * Matches an import in the glue, before or after `slimGlue` has turned its function into an arrow
 * function.
 */
const IMPORT = /^ {8}([\w$]+): .*\{\n[\s\S]*?\n {8}\}.*,\n/gm;

/**
 * Returns the module without the exports that the glue does not use, so that wasm-opt can drop the
 * code that only they need.
 */
export function dropUnusedExports(wasm, glue) {
	const known = new Set(glue.match(/[\w$]+/g));
	return rewrite(wasm, { [EXPORT_SECTION]: (entry) => known.has(entry.name) && entry });
}

/**
 * Returns the module and its glue with short names. Imports that the optimized module no longer
 * uses are removed from the glue.
 */
export function shortenNames(wasm, glue) {
	const { imports, exports } = namesOf(wasm);
	// Modules, imports and exports are numbered separately, because a module, an import and an
	// export may have the same name.
	const spaces = [imports.map(([module]) => module), imports.map(([, name]) => name), exports];
	const short = new Map(spaces.flatMap(shortened));
	check(imports, exports, short);
	const imported = new Set(imports.map(([, name]) => name));
	const lean = glue.replace(IMPORT, (entry, name) => (imported.has(name) ? entry : ""));
	return { module: rename(wasm, short), glue: renameIn(lean, short) };
}

/** The short names, in the order that gives the fewest compressed bytes. */
const LETTERS = "ZYXWVUTSRQPONMLKJIHGFEDCBAzyxwvutsrqponmlkjihgfedcba$_";

/** Returns pairs of an internal name and a short one. */
function shortened(names) {
	const internal = [...new Set(names)].filter((name) => INTERNAL.test(name));
	return internal.map((name, index) => [name, LETTERS[index] ?? `_${index}`]);
}

/** Throws unless the names of all imports and of at least one export come from wasm-bindgen. */
function check(imports, exports, short) {
	const strange = imports.flat().find((name) => !short.has(name));
	if (strange !== undefined) {
		throw changed(`the module imports "${strange}", which INTERNAL does not match`);
	}
	if (imports.length === 0 || !exports.some((name) => short.has(name))) {
		throw changed("the module imports nothing, or exports nothing that INTERNAL matches");
	}
}

function renameIn(glue, short) {
	const found = new Set();
	const renamed = glue.replace(WORD, (name) => {
		found.add(name);
		return short.get(name) ?? name;
	});
	const missing = [...short.keys()].find((name) => !found.has(name));
	if (missing !== undefined) {
		throw changed(`the glue does not contain the module's name "${missing}"`);
	}
	return renamed;
}

function changed(what) {
	return new Problem(
		`scripts/postprocess/names.mjs: wasm-bindgen's names have changed: ${what}. See scripts/postprocess/README.md.`,
	);
}

/** Returns the imports as pairs of module and name, and the names of the exports. */
function namesOf(wasm) {
	const found = { imports: [], exports: [] };
	rewrite(wasm, {
		[IMPORT_SECTION]: ({ module, name }) => void found.imports.push([module, name]),
		[EXPORT_SECTION]: ({ name }) => void found.exports.push(name),
	});
	return found;
}

function rename(wasm, short) {
	const shorten = (name) => short.get(name) ?? name;
	return rewrite(wasm, {
		[IMPORT_SECTION]: ({ module, name }) => ({ module: shorten(module), name: shorten(name) }),
		[EXPORT_SECTION]: ({ name }) => ({ name: shorten(name) }),
	});
}

/**
 * Returns the module with each import and export replaced by the result of the function for its
 * section. A falsy result removes the entry.
 */
function rewrite(wasm, functions) {
	const rewritten = Array.from(sections(wasm), ({ id, contents }) => ({
		id,
		contents: functions[id] ? rewriteEntries(id, contents, functions[id]) : contents,
	}));
	return assemble(wasm, rewritten);
}

function rewriteEntries(id, contents, change) {
	const reader = new Reader(contents);
	const entries = [];
	for (let count = reader.number(); count > 0; count--) {
		const module = id === IMPORT_SECTION ? reader.name() : undefined;
		const changed = change({ module, name: reader.name() });
		const kind = reader.byte();
		if (id === IMPORT_SECTION && kind !== 0) {
			throw new Problem(
				`scripts/postprocess/names.mjs: the module has an import of kind ${kind}, but only functions are supported.`,
			);
		}
		const index = reader.number();
		if (changed) {
			entries.push({ ...changed, kind, index });
		}
	}
	const writer = new Writer();
	writer.number(entries.length);
	for (const { module, name, kind, index } of entries) {
		if (module !== undefined) {
			writer.name(module);
		}
		writer.name(name);
		writer.byte(kind);
		writer.number(index);
	}
	return writer.result();
}
