// Runs all steps between wasm-bindgen and esbuild, in order. README.md shows a diagram, and the
// number of bytes that each step saves.

import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../lib/process.mjs";
import { root } from "../lib/tools.mjs";
import { addStart, slimGlue } from "./glue.mjs";
import { dropUnusedExports, shortenNames } from "./names.mjs";
import { functionSizes, withoutCustomSections, withoutUnusedText } from "./sections.mjs";

/** The names of the steps, which `without` accepts. */
export const STEPS = ["glue", "wasm-opt", "sections", "names", "pack"];

/**
 * Turns wasm-bindgen's output in the folder `pkg` into the files that js/ imports. `without` lists
 * the steps to skip, and `flags` are the flags for wasm-opt.
 */
export async function postprocess(pkg, { without = [], flags }) {
	const [moduleFile, glueFile] = ["headwater_bg.wasm", "headwater.js"].map((name) => join(pkg, name));
	const takes = (step) => !without.includes(step);
	let glue = addStart(readFileSync(glueFile, "utf8"));
	if (takes("glue")) {
		glue = slimGlue(glue);
	}
	if (takes("names")) {
		writeFileSync(moduleFile, dropUnusedExports(readFileSync(moduleFile), glue));
	}
	if (takes("wasm-opt")) {
		const program = join(root, "node_modules", ".bin", "wasm-opt");
		const problem = "wasm-opt failed. Its flags are in scripts/build.mjs.";
		await run(program, [...flags, "--debuginfo", moduleFile, "-o", moduleFile], { capture: true, problem });
	}
	let module = readFileSync(moduleFile);
	if (takes("sections")) {
		writeFileSync(join(pkg, "functions.json"), JSON.stringify(functionSizes(module)));
		module = withoutUnusedText(withoutCustomSections(module));
	}
	if (takes("names")) {
		({ module, glue } = shortenNames(module, glue));
	}
	writeFileSync(moduleFile, module);
	writeFileSync(glueFile, glue);
	await writeInline(pkg, module, takes("pack"));
	appendFileSync(
		join(pkg, "headwater.d.ts"),
		'export function start(instantiate: import("../js/module/wasm.js").Instantiate): Promise<void>;\n',
	);
}

/** Writes the script that contains the module, for js/index.ts. */
async function writeInline(pkg, module, isPacked) {
	// This import is not at the top of the file, because in a fresh clone the file is loaded before
	// the npm packages are installed.
	const { packedScript } = await import("./pack.mjs");
	writeFileSync(join(pkg, "inline.js"), isPacked ? packedScript(module) : base64Script(module));
	writeFileSync(join(pkg, "inline.d.ts"), "export declare function bytes(): Uint8Array<ArrayBuffer>;\n");
}

const base64Script = (module) =>
	`const text = "${Buffer.from(module).toString("base64")}";\n` +
	"export const bytes = () => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));\n";
