// Runs the steps of scripts/postprocess/ on tiny inputs. Each step must stop at an input that it
// does not know.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import binaryen from "binaryen";
import { buildSync } from "esbuild";
import { Problem } from "../../scripts/lib/process.mjs";
import { root } from "../../scripts/lib/tools.mjs";
import { assemble, Reader, sections, Writer } from "../../scripts/postprocess/format.mjs";
import { addStart, slimGlue } from "../../scripts/postprocess/glue.mjs";
import { dropUnusedExports, shortenNames } from "../../scripts/postprocess/names.mjs";
import { pack, packedScript, packLoop } from "../../scripts/postprocess/pack.mjs";
import { postprocess, STEPS } from "../../scripts/postprocess/postprocess.mjs";
import { functionSizes, withoutCustomSections, withoutUnusedText } from "../../scripts/postprocess/sections.mjs";

/**
 * A module like one from wasm-bindgen: with its names, and with one function that calls the
 * imports.
 */
const WAT = `
	(module
		(import "./x_bg.js" "__wbg_get_1" (func $get (param i32) (result i32)))
		(import "./x_bg.js" "__wbg_get_12" (func $other (param i32) (result i32)))
		(memory (export "memory") 1)
		(table (export "__wbindgen_externrefs") 4 externref)
		(global (export "__unused") i32 (i32.const 7))
		(func $allocate (export "__wbindgen_malloc") (param i32 i32) (result i32) (i32.const 100))
		(func $store (export "__wbindgen_exn_store") (param i32) (i32.store (i32.const 0) (local.get 0)))
		(func $alloc (export "__externref_table_alloc") (result i32) (i32.const 3))
		(func $begin (export "__wbindgen_start"))
		(func $connect (export "connect") (param i32) (result i32)
			(i32.add (call $get (local.get 0)) (call $other (local.get 0)))))`;

/** The glue of such a module, as wasm-bindgen writes it. */
const GLUE = `
import { decode } from '../js/module/text.js';

export function connect(text) {
    const ptr0 = passStringToWasm0(text, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
    return wasm.connect(ptr0);
}
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg_get_1: function(arg0) {
            const ret = getStringFromWasm0(arg0, WASM_VECTOR_LEN).length;
            getDataViewMemory0().setInt32(arg0 + 4 * 0, ret, true);
            return ret;
        },
        __wbg_get_12: function() { return handleError(function (arg0) {
            const ret = isLikeNone(arg0) ? 0 : outside(arg0);
            return ret;
        }, arguments); },
        __wbg_gone_3: function(arg0) {
            gone(arg0);
        },
    };
    return {
        __proto__: null,
        "./x_bg.js": import0,
    };
}

function addToExternrefTable0(obj) {
    const idx = wasm.__externref_table_alloc();
    wasm.__wbindgen_externrefs.set(idx, obj);
    return idx;
}

function getArrayU8FromWasm0(ptr, len) {
    return getUint8ArrayMemory0().subarray(ptr / 1, ptr / 1 + len);
}

let cachedDataViewMemory0 = null;
function getDataViewMemory0() {
    return cachedDataViewMemory0 ??= new DataView(wasm.memory.buffer);
}

function getStringFromWasm0(ptr, len) {
    return decodeText(ptr >>> 0, len);
}

function getUint8ArrayMemory0() {
    return new Uint8Array(wasm.memory.buffer);
}

function handleError(f, args) {
    try {
        return f.apply(this, args);
    } catch (e) {
        const idx = addToExternrefTable0(e);
        wasm.__wbindgen_exn_store(idx);
    }
}

function isLikeNone(x) {
    return x === undefined || x === null;
}

function passStringToWasm0(arg, malloc, realloc) {
    if (realloc === undefined) {
        return malloc(0, 1);
    }
    return realloc(0, 1);
}

let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
cachedTextDecoder.decode();
function decodeText(ptr, len) {
    return cachedTextDecoder.decode(getUint8ArrayMemory0().subarray(ptr, ptr + len));
}

const cachedTextEncoder = new TextEncoder();

let WASM_VECTOR_LEN = 0;

let wasmModule, wasmInstance, wasm;
function __wbg_finalize_init(instance, module) {
    wasm = instance.exports;
    wasm.__wbindgen_start();
    return wasm;
}
`;

function assembled(wat, named = true) {
	const module = binaryen.parseText(wat);
	binaryen.setDebugInfo(named);
	return module.emitBinary();
}

const ids = (wasm) => Array.from(sections(wasm), ({ id }) => id);

/** Returns the exports of a glue, as in a script that esbuild bundled. */
function run(glue, outside) {
	const body = glue.replaceAll(/^import .*$/gm, "").replaceAll("export ", "");
	const make = new Function("guarded", "decode", "outside", `${body}\nreturn { start, connect };`);
	return make(
		(exports) => ({ ...exports }),
		(bytes) => new TextDecoder().decode(bytes),
		outside,
	);
}

test("numbers and names are read back as they were written", () => {
	const numbers = [0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32 - 1];
	const writer = new Writer();
	for (const number of numbers) {
		writer.number(number);
	}
	writer.name("größe");
	const reader = new Reader(writer.result());
	assert.deepEqual(
		numbers.map(() => reader.number()),
		numbers,
	);
	assert.equal(reader.name(), "größe");
	assert.ok(reader.done);
});

test("a module that is assembled from its own sections does not change", () => {
	const wasm = assembled(WAT);
	assert.deepEqual(assemble(wasm, sections(wasm)), wasm);
});

test("before the custom sections are removed, the sizes of functions are listed by name", () => {
	const wasm = assembled(WAT);
	assert.ok(ids(wasm).includes(0));
	const stripped = withoutCustomSections(wasm);
	assert.deepEqual(
		ids(stripped),
		ids(wasm).filter((id) => id !== 0),
	);
	assert.ok(WebAssembly.validate(stripped));
	const { functions, rest } = functionSizes(wasm);
	assert.deepEqual(
		functions.map(({ name }) => name),
		["allocate", "store", "alloc", "begin", "connect"],
	);
	const code = functions.reduce((sum, { size }) => sum + size, 0);
	assert.equal(code + rest, stripped.length);
});

test("measuring a module without names fails", () => {
	assert.throws(() => functionSizes(assembled(WAT, false)), Problem);
});

test("exports that the glue does not use are removed", () => {
	const lean = dropUnusedExports(assembled(WAT), GLUE);
	const names = WebAssembly.Module.exports(new WebAssembly.Module(lean)).map(({ name }) => name);
	assert.ok(!names.includes("__unused"));
	assert.equal(names.length, 7);
});

test("names are shortened on both sides, and imports that the module does not have are removed", () => {
	const { module, glue } = shortenNames(dropUnusedExports(assembled(WAT), GLUE), addStart(GLUE));
	const { exports, imports } = WebAssembly.Module;
	const compiled = new WebAssembly.Module(module);
	assert.deepEqual(
		imports(compiled).map(({ module, name }) => [module, name]),
		[
			["Z", "Z"],
			["Z", "Y"],
		],
	);
	const names = exports(compiled).map(({ name }) => name);
	assert.deepEqual(names, ["memory", "Z", "Y", "X", "W", "V", "connect"]);
	assert.match(glue, /^ {8}Z: function\(arg0\)/m);
	assert.match(glue, /^ {8}Y: function\(\) \{ return handleError/m);
	assert.match(glue, /wasm\.Z\.set/);
	assert.doesNotMatch(glue, /__wbg_get_1|__externref|x_bg|gone\(/);
});

test("imports that the module does not have are also removed from slimmed glue", () => {
	const { glue } = shortenNames(dropUnusedExports(assembled(WAT), GLUE), slimGlue(GLUE));
	assert.match(glue, /^ {8}Z: \(arg0\) => \{/m);
	assert.doesNotMatch(glue, /gone/);
});

test("wasm-bindgen's error message for closures is overwritten with zeros unless the module can throw it", () => {
	const text = "closure invoked recursively or after being dropped";
	const data = (name) =>
		assembled(`
		(module
			(import "./x_bg.js" "${name}" (func (param i32 i32)))
			(memory 1)
			(data (i32.const 16) "before${text}after"))`);
	const without = withoutUnusedText(Buffer.from(data("__wbg_get_1")));
	assert.ok(WebAssembly.validate(without));
	assert.match(without.toString("latin1"), /before\0{50}after/);
	const thrown = Buffer.from(data("__wbg___wbindgen_throw_1"));
	assert.deepEqual(withoutUnusedText(thrown), thrown);
	assert.deepEqual(withoutUnusedText(Buffer.from(assembled(WAT))), Buffer.from(assembled(WAT)));
});

for (const [what, wat, glue] of [
	["has an import with a foreign name", WAT.replace("__wbg_get_12", "other_12"), GLUE],
	["has an import from a foreign module", WAT.replaceAll("./x_bg.js", "env"), GLUE],
	["has no import", "(module (memory 1))", GLUE],
	["has no export of wasm-bindgen", WAT.replaceAll(/"(__wbindgen|__externref)/g, '"a'), GLUE],
	["has a name that is not in the glue", WAT, GLUE.replace("__wbg_get_12", "__wbg_get_13")],
	[
		"has an import that is not a function",
		WAT.replace("(memory (exp", '(import "./x_bg.js" "__wbg_m" (memory 1)) (memory (exp'),
		GLUE,
	],
]) {
	test(`names are not shortened if the module ${what}`, () => {
		assert.throws(() => shortenNames(assembled(wat), glue), Problem);
	});
}

for (const [form, change, length] of [
	["as wasm-bindgen writes it", (module, glue) => ({ module, glue }), 0],
	["slimmed", (module, glue) => ({ module, glue: slimGlue(glue) }), 5],
	["slimmed and with short names", (module, glue) => shortenNames(module, slimGlue(glue)), 5],
]) {
	test(`the glue, ${form}, starts the module and keeps the error that an import throws`, async () => {
		const { module, glue } = change(dropUnusedExports(assembled(WAT), addStart(GLUE)), addStart(GLUE));
		const thrown = new Error("outside");
		const { start, connect } = run(glue, () => {
			throw thrown;
		});
		let exports;
		await start(async (imports) => {
			const { instance } = await WebAssembly.instantiate(module, imports);
			exports = Object.values(instance.exports);
			return instance;
		});
		assert.equal(connect("größe"), length);
		const [table, memory] = [WebAssembly.Table, WebAssembly.Memory].map((type) =>
			exports.find((value) => value instanceof type),
		);
		assert.equal(table.get(3), thrown);
		assert.equal(new DataView(memory.buffer).getInt32(0, true), 3);
	});
}

for (const pattern of [
	"import { decode } from '../js/module/text.js';\n",
	"let WASM_VECTOR_LEN = 0;\n",
	"function addToExternrefTable0",
	"wasm.__wbindgen_exn_store(",
	"wasm.__wbindgen_malloc,",
	", wasm.__wbindgen_realloc",
	"handleError(function",
	", arguments);",
	"function handleError",
	"function passStringToWasm0",
	"function getStringFromWasm0",
	"function getArrayU8FromWasm0",
	"function getDataViewMemory0",
	"function isLikeNone",
	"let cachedTextDecoder",
	"const cachedTextEncoder",
	"__proto__: null,",
	" + 4 * 0",
]) {
	test(`the glue is not slimmed without "${pattern.trim()}"`, () => {
		assert.throws(() => slimGlue(GLUE.replaceAll(pattern, "")), Problem);
	});
}

test("the glue is not slimmed if it has a function twice", () => {
	assert.throws(() => slimGlue(`${GLUE}\nfunction isLikeNone(x) {\n    return false;\n}\n`), Problem);
});

for (const pattern of [
	"function __wbg_get_imports",
	"let wasmModule, wasmInstance, wasm;",
	"wasm.__wbindgen_start();",
]) {
	test(`the start is not added without "${pattern}"`, () => {
		assert.throws(() => addStart(GLUE.replace(pattern, "")), Problem);
	});
}

/** Returns the decoder that runs in the page. */
async function decoder() {
	const { outputFiles } = buildSync({
		entryPoints: [join(root, "js", "module", "unpack.ts")],
		format: "esm",
		write: false,
	});
	return await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

for (const [what, bytes] of [
	["a module", assembled(WAT)],
	["each byte once", Uint8Array.from({ length: 256 }, (_, byte) => byte)],
	["each byte once, in descending order", Uint8Array.from({ length: 256 }, (_, byte) => 255 - byte)],
	["one byte", Uint8Array.of(0)],
	["frequent bytes with distant values", Uint8Array.from({ length: 600 }, (_, index) => 255 - (index % 3) * 100)],
	["text", new TextEncoder().encode("the response body was read before")],
	["more than a page of memory", Uint8Array.from({ length: 70_000 }, (_, index) => (index * index) >> 7)],
]) {
	test(`the page unpacks the bytes that the build packed: ${what}`, async () => {
		const { unpack } = await decoder();
		const text = pack(bytes);
		assert.doesNotMatch(text, /[^ -~]|["$'<\\`]/);
		assert.deepEqual(unpack(text, packLoop(text)), bytes);
	});
}

test("the packed text contains words unchanged", () => {
	assert.match(
		pack(new TextEncoder().encode("the response body was read before")),
		/the response body was read before$/,
	);
});

/** Runs the steps on the module and the glue in a temporary folder. Returns their output. */
async function processed(options) {
	const pkg = join(mkdtempSync(join(tmpdir(), "postprocess-")), "pkg");
	const read = (name) => readFileSync(join(pkg, name));
	try {
		mkdirSync(pkg);
		writeFileSync(join(pkg, "headwater_bg.wasm"), assembled(WAT));
		writeFileSync(join(pkg, "headwater.js"), GLUE);
		await postprocess(pkg, options);
		return { module: read("headwater_bg.wasm"), glue: `${read("headwater.js")}`, inline: `${read("inline.js")}` };
	} finally {
		rmSync(join(pkg, ".."), { recursive: true });
	}
}

test("without any step the module does not change, and the glue only gets the function `start`", async () => {
	const { module, glue, inline } = await processed({ without: STEPS });
	assert.deepEqual(new Uint8Array(module), assembled(WAT));
	assert.equal(glue, addStart(GLUE));
	const { bytes } = await import(`data:text/javascript,${encodeURIComponent(inline)}`);
	assert.deepEqual(bytes(), new Uint8Array(module));
});

test("with all steps the module is smaller, and the script that the page unpacks contains it", async () => {
	const { module, glue, inline } = await processed({ flags: ["-Oz", "--enable-reference-types"] });
	assert.ok(module.length < withoutCustomSections(assembled(WAT)).length);
	assert.doesNotMatch(glue, /handleError|__wbg_get_1/);
	assert.equal(inline, packedScript(module));
});

test("flags that wasm-opt does not know stop the build", async () => {
	await assert.rejects(processed({ flags: ["--no-such-flag"] }), Problem);
});
