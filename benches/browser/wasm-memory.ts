// Measures the memory of the package's module from outside. It must be imported before the page
// creates its first source, because the package then starts the module.

const memories: WebAssembly.Memory[] = [];
const { instantiate } = WebAssembly;

WebAssembly.instantiate = (async (bytes: BufferSource, imports?: WebAssembly.Imports) => {
	const source = await instantiate(bytes, imports);
	for (const exported of Object.values(source.instance.exports)) {
		if (exported instanceof WebAssembly.Memory) memories.push(exported);
	}
	return source;
}) as typeof instantiate;

/** Returns the size of the memory in bytes. The memory never shrinks. */
export function wasmMemory(): number {
	if (memories.length === 0) throw new Error("no WebAssembly module was started");
	return memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}
