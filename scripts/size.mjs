// Prints the size of each file of the package and of both entries: raw, with gzip and with brotli.
// Also prints how many bytes each part of the code takes. Fails if an entry exceeds its budget.
//
//     npm run size
//     npm run size -- --json     prints JSON
//     npm run size -- --steps    prints the bytes that each step of scripts/postprocess/ saves

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { buildPackage, buildWithout } from "./build.mjs";
import { Problem, readArguments, script } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";
import { STEPS } from "./postprocess/postprocess.mjs";

/** The most bytes that a page may load with each entry, after brotli. */
const BUDGETS = { headwater: 23_450, "headwater/slim": 23_000 };

/**
 * Patterns that map the name of a function of the module, without hashes, to its purpose. The first
 * match counts.
 */
const PURPOSES = [
	["browser layer: attempts, reading, waits, events", /headwater::(npm::bindings|web::)|^(connect|read|poll)\b/],
	["events: lines, fields, text, batches", /headwater::(core::(parser|line|kept|text)|npm::batch)/],
	["core: connection, errors, content type", /headwater::core::/],
	["memory", /talc|alloc(::|$)|__rust_|mem(cmp|move|cpy|set)/],
	["wasm-bindgen", /wbindgen|externref|wasm_bindgen|js_sys|web_sys/],
	["other", /(?:)/],
];

/** The hash that the compiler adds to the name of a crate. */
const HASH = /\[[0-9a-f]{10,}\]/g;

/** For each entry, the files that a page loads in addition to its script. */
const ENTRIES = { headwater: [], "headwater/slim": ["headwater.wasm"] };

/**
 * Returns the sizes of each entry of the package in this folder, and of its files. An entry is
 * measured in an application that imports all three forms and is minified by esbuild.
 */
export async function sizes(folder = root) {
	// This import is not at the top of the file, because in a fresh clone the file is loaded before
	// the npm packages are installed.
	const { buildSync } = await import("esbuild");
	return Object.entries(ENTRIES).flatMap(([entry, names]) => {
		const contents = `export { EventSource, events, fetchEventSource } from "${entry}";`;
		const bundling = { bundle: true, minify: true, format: "esm", target: "es2022", write: false };
		const { outputFiles } = buildSync({ stdin: { contents, resolveDir: folder }, ...bundling });
		const files = [
			{ name: "  the script, bundled", ...weigh(outputFiles[0].contents) },
			...names.map((name) => ({ name: `  dist/${name}`, ...weigh(readFileSync(join(folder, "dist", name))) })),
		];
		const total = (kind) => files.reduce((sum, file) => sum + file[kind], 0);
		return [{ name: entry, raw: total("raw"), gzip: total("gzip"), brotli: total("brotli") }, ...files];
	});
}

function weigh(bytes) {
	return {
		raw: bytes.length,
		gzip: gzipSync(bytes, { level: 9 }).length,
		brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
	};
}

/**
 * Returns the raw bytes of the unpacked module by purpose, and of the minified JavaScript by file.
 */
function breakdown() {
	const { functions, rest } = JSON.parse(readFileSync(join(root, "pkg", "functions.json"), "utf8"));
	const module = Object.fromEntries(PURPOSES.map(([purpose]) => [purpose, 0]));
	for (const { name, size } of functions) {
		const plain = name.replaceAll(HASH, "");
		module[PURPOSES.find(([, names]) => names.test(plain))[0]] += size;
	}
	module["string constants, imports, types, tables"] = rest;
	const { outputs } = JSON.parse(readFileSync(join(root, "pkg", "bundle.json"), "utf8"));
	const { inputs } = Object.values(outputs).find(({ entryPoint }) => entryPoint === "js/index.ts");
	const scripts = Object.entries(inputs).map(([file, { bytesInOutput }]) => [file, bytesInOutput]);
	const largestFirst = (entries) => Object.fromEntries(entries.sort(([, a], [, b]) => b - a));
	return {
		module: largestFirst(Object.entries(module).filter(([, size]) => size > 0)),
		scripts: largestFirst(scripts.filter(([, size]) => size > 0)),
	};
}

/** Prints the sizes. Throws if an entry exceeds its budget. */
export async function checkSize(asJson = false) {
	const rows = await sizes();
	if (asJson) {
		console.log(JSON.stringify({ budgets: BUDGETS, files: rows, ...breakdown() }, null, 2));
	} else {
		console.log(`${"bytes".padEnd(50)}${"raw".padStart(9)}${"gzip".padStart(9)}${"brotli".padStart(9)}`);
		for (const { name, raw, gzip, brotli } of rows) {
			console.log(`${name.padEnd(50)}${[raw, gzip, brotli].map((size) => `${size}`.padStart(9)).join("")}`);
		}
		const { module, scripts } = breakdown();
		for (const [title, sizes] of [
			["the module, by the purpose of its functions", module],
			["the JavaScript, minified, by file", scripts],
		]) {
			console.log(`\n${title}`);
			for (const [name, size] of Object.entries(sizes)) {
				console.log(`  ${name.padEnd(53)}${`${size}`.padStart(9)}`);
			}
		}
	}
	for (const [entry, budget] of Object.entries(BUDGETS)) {
		const left = budget - rows.find(({ name }) => name === entry).brotli;
		if (left < 0) {
			throw new Problem(
				`${entry} is ${-left} bytes over its budget of ${budget} bytes (brotli). See "Change, test, repeat" in CONTRIBUTING.md.`,
			);
		}
		if (!asJson) {
			console.log(`\nbudget of ${entry}: ${budget} bytes (brotli); ${left} left`);
		}
	}
}

/**
 * Builds the package once without each step of the post-processing, and prints the bytes that the
 * step saves.
 */
async function showSteps() {
	const brotli = async (folder) =>
		(await sizes(folder)).filter(({ name }) => name in BUDGETS).map(({ name, brotli }) => [name, brotli]);
	const whole = Object.fromEntries(await brotli(root));
	console.log(`${"bytes that each step saves (brotli)".padEnd(36)}${Object.keys(whole).join("  ")}`);
	for (const step of STEPS) {
		const saved = (await brotli(await buildWithout(step))).map(([name, size]) =>
			`${size - whole[name]}`.padStart(name.length + 2),
		);
		console.log(`${step.padEnd(34)}${saved.join("")}`);
	}
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	script(async () => {
		await buildPackage();
		const { values } = readArguments({ options: { json: { type: "boolean" }, steps: { type: "boolean" } } });
		await (values.steps ? showSteps() : checkSize(values.json));
	});
}
