// The smallest parts of WebAssembly's binary format: bytes, numbers, names and sections (Core
// Specification, 5.2 and 5.5).

export const CUSTOM_SECTION = 0;
export const IMPORT_SECTION = 2;
export const EXPORT_SECTION = 7;
export const CODE_SECTION = 10;

/** Reads bytes, numbers and names in sequence. */
export class Reader {
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

	/** Reads an unsigned LEB128 number. */
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

/** Writes bytes, numbers and names in sequence. */
export class Writer {
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

/** The length of the start of a module: a magic number and a version. */
export const PREAMBLE = 8;

/** Yields the ids and contents of the sections of a module. */
export function* sections(wasm) {
	const reader = new Reader(wasm);
	reader.bytes(PREAMBLE);
	while (!reader.done) {
		const id = reader.byte();
		const size = reader.number();
		yield { id, contents: reader.bytes(size) };
	}
}

/** Returns a module with the preamble of `wasm` and these sections. */
export function assemble(wasm, sections) {
	const writer = new Writer();
	writer.bytes(wasm.subarray(0, PREAMBLE));
	for (const { id, contents } of sections) {
		writer.byte(id);
		writer.number(contents.length);
		writer.bytes(contents);
	}
	return writer.result();
}
