// The glue that wasm-bindgen generates: the function that starts the module is added to it, and
// code that this package does not need is taken out of it.

import { Problem } from "../lib/process.mjs";

/**
 * The module is called through js/module/isolation.ts, so that a trap cannot leave it half alive.
 * wasm-bindgen's own functions for the start have no place for that. Both forms of the package need
 * it.
 */
const START = `
import { guarded } from "../js/module/isolation.js";

export async function start(instantiate) {
	const made = await instantiate(__wbg_get_imports());
	wasm = guarded((made.instance ?? made).exports);
	wasm.__wbindgen_start();
}
`;

/** The names of the glue's own that the function uses. */
const STARTED = [/^function __wbg_get_imports\(\)/m, /^let .*\bwasm;$/m, /\bwasm\.__wbindgen_start\(\);/];

/** The glue as js/module/wasm.ts imports it. */
export function addStart(glue) {
	for (const name of STARTED) {
		if (count(glue, name) === 0) {
			throw changed("addStart", name, "0 times");
		}
	}
	return glue + START;
}

/** Functions of the glue, and what they are here. esbuild drops what only the former ones used. */
const FUNCTIONS = {
	isLikeNone: `const isLikeNone = (value) => value == null;
`,
	// Catches what an import throws: one function around it, not two in each other.
	handleError: `const catching = (f) => (...given) => {
	try {
		return f(...given);
	} catch (error) {
		wasm.__wbindgen_exn_store(addToExternrefTable0(error));
	}
};
`,
	// Without a second way into memory that grows with a text: it pays only for texts larger than
	// URLs.
	passStringToWasm0: `function passStringToWasm0(text) {
	const bytes = new TextEncoder().encode(text);
	const ptr = wasm.__wbindgen_malloc(WASM_VECTOR_LEN = bytes.length, 1);
	getArrayU8FromWasm0(ptr, bytes.length).set(bytes);
	return ptr;
}
`,
	// By js/module/text.ts, which the module imports anyway.
	getStringFromWasm0: `const getStringFromWasm0 = (ptr, len) => decode(getArrayU8FromWasm0(ptr, len));
`,
	// Without views that are kept until memory grows. By the class that was there first: a page may
	// replace the global one.
	getArrayU8FromWasm0: `const Bytes = Uint8Array;
const getArrayU8FromWasm0 = (ptr, len) => new Bytes(wasm.memory.buffer, ptr >>> 0, len);
`,
	getDataViewMemory0: `const getDataViewMemory0 = () => new DataView(wasm.memory.buffer);
`,
};

/** The names that these functions use. */
const USED = [
	/^import \{.*\bdecode\b.*\} from '[./]+js\/module\/text\.js';$/m,
	/^let WASM_VECTOR_LEN = 0;$/m,
	/^function addToExternrefTable0\(/m,
	/\bwasm\.__wbindgen_exn_store\(/,
	/\bwasm\.__wbindgen_malloc\b/,
	/\bwasm\.memory\.buffer\b/,
];

/** Texts that occur, and what is there instead. Those with `g` occur any number of times. */
const TEXTS = [
	[/function\(\) \{ return handleError\(function (\([\s\S]*?\n {8}\}), arguments\); \},/g, "catching(function $1),"],
	[/, wasm\.__wbindgen_malloc, wasm\.__wbindgen_realloc\)/g, ")"],
	// None of the imports uses `this`.
	[/function ?\((.*?)\) \{/g, "($1) => {"],
	// These say nothing.
	[/ \+ [48] \* 0(?=,)/g, ""],
	[/^ {8}__proto__: null,$/gm, ""],
	[/^let cachedTextDecoder = .*\ncachedTextDecoder\.decode\(\);$/m, "let cachedTextDecoder;"],
	[/^const cachedTextEncoder = new TextEncoder\(\);$/m, ""],
];

/** The glue with less code for the same. */
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
			"pkg/headwater.js is the glue as wasm-bindgen has written it; scripts/postprocess/README.md says what to do.",
	);
}
