// Owns the shortening of the names under which the module and its glue know each other. wasm-bindgen gives every import
// a name with a hash in it, twice in the package: a kilobyte and a half that no compression takes away. Knows of the
// binary format only the import and export sections (WebAssembly Core Specification, 5.5).

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
	const reader = new Reader(wasm);
	const writer = new Writer();
	writer.bytes(reader.bytes(8));
	while (!reader.done) {
		const id = reader.byte();
		const contents = reader.bytes(reader.number());
		const section = rewriters[id] ? rewriteEntries(contents, rewriters[id]) : contents;
		writer.byte(id);
		writer.number(section.length);
		writer.bytes(section);
	}
	return writer.result();
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

class Reader {
	#bytes;
	#at = 0;

	constructor(bytes) {
		this.#bytes = bytes;
	}

	get done() {
		return this.#at >= this.#bytes.length;
	}

	byte() {
		return this.#bytes[this.#at++];
	}

	bytes(length) {
		this.#at += length;
		return this.#bytes.subarray(this.#at - length, this.#at);
	}

	/** LEB128, unsigned. */
	number() {
		let value = 0;
		for (let shift = 0; ; shift += 7) {
			const byte = this.byte();
			value |= (byte & 0x7f) << shift;
			if (byte < 0x80) {
				return value >>> 0;
			}
		}
	}

	name() {
		return new TextDecoder().decode(this.bytes(this.number()));
	}
}

class Writer {
	#bytes = [];

	byte(byte) {
		this.#bytes.push(byte);
	}

	bytes(bytes) {
		for (const byte of bytes) {
			this.#bytes.push(byte);
		}
	}

	number(value) {
		let rest = value;
		while (rest > 0x7f) {
			this.byte((rest & 0x7f) | 0x80);
			rest >>>= 7;
		}
		this.byte(rest);
	}

	name(name) {
		const bytes = new TextEncoder().encode(name);
		this.number(bytes.length);
		this.bytes(bytes);
	}

	result() {
		return Uint8Array.from(this.#bytes);
	}
}
