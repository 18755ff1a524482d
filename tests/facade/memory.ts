// Observes the module from outside: catches a page's next WebAssembly instance, and reads its peak
// memory and the most JavaScript objects that it has held at the same time.

import type { Lab } from "./support.ts";

export const MIB = 1024 * 1024;

interface Caught {
	memory: WebAssembly.Memory;
	table: WebAssembly.Table;
}

/** Call this before the first source of a page, because that source starts the module. */
export async function catchMemory(lab: Lab): Promise<void> {
	await lab.page.evaluate(() => {
		const { instantiate } = WebAssembly;
		WebAssembly.instantiate = (async (bytes: BufferSource, imports: WebAssembly.Imports) => {
			const source = await instantiate(bytes, imports);
			// The build shortens the names of exports.
			const exported = Object.values(source.instance.exports);
			const memory = exported.find((value) => value instanceof WebAssembly.Memory);
			const table = exported.find((value) => value instanceof WebAssembly.Table);
			Object.assign(globalThis, { caught: { memory, table } });
			return source;
		}) as typeof instantiate;
	});
}

/** Returns the size of the memory in bytes. The memory never shrinks, so this is the peak. */
export function memorySize(lab: Lab): Promise<number> {
	return lab.page.evaluate(() => (globalThis as unknown as { caught: Caught }).caught.memory.buffer.byteLength);
}

/**
 * Returns the length of the table in which wasm-bindgen keeps the JavaScript objects that Rust
 * holds. It never shrinks either.
 */
export function tableLength(lab: Lab): Promise<number> {
	return lab.page.evaluate(() => (globalThis as unknown as { caught: Caught }).caught.table.length);
}
