// The glue that wasm-bindgen generates: the function that starts the module is added to it, and code that this package does
// not need is taken out of it.

import { Problem } from "../lib/process.mjs";

/**
 * The module is called through js/module/isolation.ts, so that a trap cannot leave it half alive. wasm-bindgen's own functions
 * for the start have no place for that. Both forms of the package need it.
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
const STARTED = ["function __wbg_get_imports()", /^let .*\bwasm;$/m, "wasm.__wbindgen_start();"];

/** The glue as js/module/wasm.ts imports it. */
export function addStart(glue) {
	for (const name of STARTED) {
		if (count(glue, name) === 0) {
			throw changed("addStart", name, "0 times");
		}
	}
	return glue + START;
}

/** Of a patch: the text occurs once, or, with "some", any number of times but not never. `gone` must not be left after it. */
const PATCHES = [
	{
		what: "an import that may throw is one function in another, not two in each other",
		from: /function\(\) \{ return handleError\(function (\([\s\S]*?\n {8}\}), arguments\); \},/g,
		to: "catching(function $1),",
		times: "some",
		gone: "handleError(function",
	},
	{
		what: "the function around it",
		from: /function handleError\(f, args\) \{\n {4}try \{\n {8}return f\.apply\(this, args\);/,
		to: "const catching = (f) => (...given) => {\n    try {\n        return f(...given);",
	},
	{
		what: "imports are arrow functions; none of them uses `this`",
		from: /function ?\(([^)]*)\) \{/g,
		to: "($1) => {",
		times: "some",
	},
	{
		what: "no second way for a text into memory, which pays for texts larger than URLs",
		from: /if \(realloc === undefined\) \{\n([\s\S]*?return ptr;\n) {4}\}\n[\s\S]*?\n\}\n/,
		to: "$1}\n",
	},
	{
		what: "no decoder of the glue's own",
		from: /let cachedTextDecoder = [\s\S]*?\nfunction decodeText/,
		to: "function decodeText",
	},
	{
		what: "texts are decoded by js/module/text.ts, which the module imports anyway",
		from: /numBytesDecoded \+= len;[\s\S]*?return cachedTextDecoder\.decode\((.*)\);/,
		to: "return decode($1);",
		needs: /^import \{.*\bdecode\b.*\} from '[./]+js\/module\/text\.js';$/m,
	},
	{
		what: "a new view of memory for each number, in place of one that is kept until memory grows",
		from: /if \(cachedDataViewMemory0 === null[\s\S]*?return cachedDataViewMemory0;/,
		to: "return new DataView(wasm.memory.buffer);",
	},
	{ what: "no encoder before one is used", from: "const cachedTextEncoder = new TextEncoder();\n\n", to: "" },
	{ what: "but then", from: "cachedTextEncoder.", to: "new TextEncoder()." },
];

/** The glue without what nobody here needs of it. */
export function slimGlue(glue) {
	return PATCHES.reduce(patch, glue);
}

function patch(glue, { what, from, to, times, needs, gone }) {
	const found = count(glue, from);
	if (times === "some" ? found === 0 : found !== 1) {
		throw changed(what, from, `${found} times`);
	}
	if (needs && count(glue, needs) === 0) {
		throw changed(what, needs, "0 times");
	}
	const patched = glue.replace(from, to);
	if (gone && patched.includes(gone)) {
		throw changed(what, gone, "after it is applied");
	}
	return patched;
}

function count(text, pattern) {
	if (typeof pattern === "string") {
		return text.split(pattern).length - 1;
	}
	return [...text.matchAll(new RegExp(pattern, `g${pattern.flags.replace("g", "")}`))].length;
}

function changed(what, pattern, found) {
	return new Problem(
		`scripts/postprocess/glue.mjs: wasm-bindgen's glue has changed. The patch "${what}" found its text ${found}: ${pattern}\n` +
			"Compare with pkg/headwater.js as wasm-bindgen writes it, or delete the patch: scripts/postprocess/README.md says how.",
	);
}
