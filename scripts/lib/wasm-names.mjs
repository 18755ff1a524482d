// Owns the shortening of the names under which the module and its glue know each other. wasm-bindgen gives every import
// a name with a hash in it, twice in the package: a kilobyte and a half that no compression takes away. Knows of the
// binary format only the import and export sections (WebAssembly Core Specification, 5.5).

import { assemble, Reader, sections, Writer } from "./wasm-format.mjs";

const IMPORT_SECTION = 2;
const EXPORT_SECTION = 7;

/** wasm-bindgen's own names, which mean nothing to anybody else and occur nowhere but as such. */
const INTERNAL = /^(\.\/.*_bg\.js|__wb.*|__externref_.*|wasm_bindgen__.*)$/;

/** The module and its glue with short names. */
export function shortenNames(wasm, glue) {
	const names = new Map();
	const shorten = (name) => {
		if (!INTERNAL.test(name)) {
			return name;
		}
		if (!names.has(name)) {
			names.set(name, `_${names.size.toString(36)}`);
		}
		return names.get(name);
	};
	const module = rewriteSections(wasm, {
		[IMPORT_SECTION]: (reader, writer) => {
			writer.name(shorten(reader.name()));
			writer.name(shorten(reader.name()));
			copyImportDescription(reader, writer);
		},
		[EXPORT_SECTION]: (reader, writer) => {
			writer.name(shorten(reader.name()));
			writer.byte(reader.byte());
			writer.number(reader.number());
		},
	});
	// Longest first, since a name may begin with another.
	const longestFirst = [...names.keys()].sort((a, b) => b.length - a.length);
	return { module, glue: longestFirst.reduce((text, name) => text.replaceAll(name, names.get(name)), glue) };
}

/** Rewrites each entry of the sections that have a rewriter, and copies the others. */
function rewriteSections(wasm, rewriters) {
	const rewritten = Array.from(sections(wasm), ({ id, contents }) => ({
		id,
		contents: rewriters[id] ? rewriteEntries(contents, rewriters[id]) : contents,
	}));
	return assemble(wasm, rewritten);
}

function rewriteEntries(contents, rewrite) {
	const reader = new Reader(contents);
	const writer = new Writer();
	const count = reader.number();
	writer.number(count);
	for (let entry = 0; entry < count; entry++) {
		rewrite(reader, writer);
	}
	return writer.result();
}

/** Functions only: a Rust module brings its own memory, table and globals. */
function copyImportDescription(reader, writer) {
	const kind = reader.byte();
	if (kind !== 0) {
		throw new Error(`import of kind ${kind}: only functions are expected`);
	}
	writer.byte(kind);
	writer.number(reader.number());
}
