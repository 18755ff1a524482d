// Owns what is changed in the glue that wasm-bindgen generates: its functions are guarded, and what nobody here needs of it
// is left out. Knows of the module only that the glue calls it.

/** The module is called through js/module/isolation.ts. */
const IMPORTS = `import { guarded } from "../js/module/isolation.js";
`;

/** Instead of wasm-bindgen's own ways to start a module, which take what nobody here gives them. */
const START = `export async function start(instantiate) {
	const made = await instantiate(__wbg_get_imports());
	__wbg_finalize_init(made.instance ?? made);
}
`;

/** What there is once, and what is to be there instead. */
const CHANGES = [
	["wasm = instance.exports;", "wasm = guarded(instance.exports);"],
	["export { initSync, __wbg_init as default };", START],
	// What throws is told to the module: a function around another, instead of one within one for each import.
	[
		/function handleError\(f, args\) \{\n {4}try \{\n {8}return f\.apply\(this, args\);/,
		"const catching = (f) => (...given) => {\n    try {\n        return f(...given);",
	],
	// A second way, into memory that grows with a text, is for texts larger than URLs.
	[/if \(realloc === undefined\) \{\n([\s\S]*?return ptr;\n) {4}\}\n[\s\S]*?\n\}\n/, "$1}\n"],
	[/let cachedTextDecoder = [\s\S]*?\nfunction decodeText/, "function decodeText"],
	// By js/module/text.ts, which the module itself imports.
	[/numBytesDecoded \+= len;[\s\S]*?return cachedTextDecoder\.decode\((.*)\);/, "return decode($1);"],
	// In place of a view that is kept until memory grows.
	[
		/if \(cachedDataViewMemory0 === null[\s\S]*?return cachedDataViewMemory0;/,
		"return new DataView(wasm.memory.buffer);",
	],
	// The glue can be imported where TextEncoder is missing.
	["const cachedTextEncoder = new TextEncoder();\n\n", ""],
	["cachedTextEncoder.", "new TextEncoder()."],
	["let cachedDataViewMemory0 = null;\n", ""],
	["    cachedDataViewMemory0 = null;\n", ""],
];

/** The glue as js/module/wasm.ts imports it. */
export function adaptGlue(glue) {
	let text = glue
		.replaceAll("function() { return handleError(function (", "catching(function (")
		.replaceAll("        }, arguments); },\n", "        }),\n")
		// None of them uses `this`.
		.replaceAll(/function ?\(([^)]*)\) \{/g, "($1) => {");
	for (const [before, after] of CHANGES) {
		if (text.split(before).length !== (before instanceof RegExp && after.includes("$1") ? 3 : 2)) {
			throw new Error(`wasm-bindgen's glue is not what it was: once, it had ${before}`);
		}
		text = text.replace(before, after);
	}
	return IMPORTS + text;
}
