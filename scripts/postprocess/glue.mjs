// Changes the glue that wasm-bindgen generates: adds the function that starts the module, and
// removes code that this package does not use.

import { Problem } from "../lib/process.mjs";

/**
 * Wraps the module's exports with js/module/isolation.ts, so that nothing calls the module after a
 * trap. wasm-bindgen's own start functions have no hook for that. Both forms of the package need
 * this function.
 */
const START = `
import { guarded } from "../js/module/isolation.js";

export async function start(instantiate) {
	const made = await instantiate(__wbg_get_imports());
	wasm = guarded((made.instance ?? made).exports);
	wasm.__wbindgen_start();
}
`;

/** Patterns for the names in the glue that `start` uses. */
const STARTED = [/^function __wbg_get_imports\(\)/m, /^let .*\bwasm;$/m, /\bwasm\.__wbindgen_start\(\);/];

/** Returns the glue with the function `start`, which js/module/wasm.ts imports. */
export function addStart(glue) {
	for (const name of STARTED) {
		if (count(glue, name) === 0) {
			throw changed("addStart", name, "0 times");
		}
	}
	return glue + START;
}

/**
 * Shorter replacements of functions in the glue. esbuild then drops code that only the original
 * functions used.
 */
const FUNCTIONS = {
	isLikeNone: `const isLikeNone = (value) => value == null;
`,
	// Stores an error that an import throws. It is one wrapper instead of two nested ones.
	handleError: `const catching = (f) => (...given) => {
	try {
		return f(...given);
	} catch (error) {
		wasm.__wbindgen_exn_store(addToExternrefTable0(error));
	}
};
`,
	// This omits the fast path that reallocates while a text grows, because it helps only with
	// texts that are longer than URLs.
	passStringToWasm0: `function passStringToWasm0(text) {
	const bytes = new TextEncoder().encode(text);
	const ptr = wasm.__wbindgen_malloc(WASM_VECTOR_LEN = bytes.length, 1);
	getArrayU8FromWasm0(ptr, bytes.length).set(bytes);
	return ptr;
}
`,
	// This uses js/module/text.ts, which the module imports in any case.
	getStringFromWasm0: `const getStringFromWasm0 = (ptr, len) => decode(getArrayU8FromWasm0(ptr, len));
`,
	// This does not cache views until memory grows. It keeps the original class, because a page may
	// replace the global one.
	getArrayU8FromWasm0: `const Bytes = Uint8Array;
const getArrayU8FromWasm0 = (ptr, len) => new Bytes(wasm.memory.buffer, ptr >>> 0, len);
`,
	getDataViewMemory0: `const getDataViewMemory0 = () => new DataView(wasm.memory.buffer);
`,
};

/** Patterns for the names in the glue that these replacements use. */
const USED = [
	/^import \{.*\bdecode\b.*\} from '[./]+js\/module\/text\.js';$/m,
	/^let WASM_VECTOR_LEN = 0;$/m,
	/^function addToExternrefTable0\(/m,
	/\bwasm\.__wbindgen_exn_store\(/,
	/\bwasm\.__wbindgen_malloc\b/,
	/\bwasm\.memory\.buffer\b/,
];

/**
 * Replacements of texts in the glue. A pattern with the flag `g` must match at least once, a
 * pattern without it exactly once.
 */
const TEXTS = [
	[/function\(\) \{ return handleError\(function (\([\s\S]*?\n {8}\}), arguments\); \},/g, "catching(function $1),"],
	[/, wasm\.__wbindgen_malloc, wasm\.__wbindgen_realloc\)/g, ")"],
	// None of the imports uses `this`.
	[/function ?\((.*?)\) \{/g, "($1) => {"],
	// The texts below have no effect in the glue.
	[/ \+ [48] \* 0(?=,)/g, ""],
	[/^ {8}__proto__: null,$/gm, ""],
	[/^let cachedTextDecoder = .*\ncachedTextDecoder\.decode\(\);$/m, "let cachedTextDecoder;"],
	[/^const cachedTextEncoder = new TextEncoder\(\);$/m, ""],
];

/** Returns the glue with shorter code that does the same. */
export function slimGlue(glue) {
	const missing = USED.find((name) => !name.test(glue));
	if (missing) {
		throw changed("slimGlue", missing, "0 times");
	}
	const texts = TEXTS.reduce((text, [from, to]) => replace(text, from, to), glue);
	return Object.entries(FUNCTIONS).reduce(
		(text, [name, source]) => replace(text, new RegExp(`^function ${name}\\([\\s\\S]*?\\n\\}\\n`, "m"), source),
		texts,
	);
}

function replace(text, from, to) {
	const found = count(text, from);
	if (from.global ? found === 0 : found !== 1) {
		throw changed("slimGlue", from, `${found} times`);
	}
	return text.replace(from, to);
}

const count = (text, pattern) => [...text.matchAll(new RegExp(pattern, `g${pattern.flags.replace("g", "")}`))].length;

function changed(step, pattern, found) {
	return new Problem(
		`scripts/postprocess/glue.mjs: wasm-bindgen's glue has changed. ${step} found ${pattern} ${found}.\n` +
			"pkg/headwater.js is the unchanged glue of wasm-bindgen. scripts/postprocess/README.md describes the fix.",
	);
}
