// Owns the size of what is shipped: raw, gzip and brotli of each part and of the whole, and the budget for the whole.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { buildPackage } from "./build.mjs";
import { Problem, script } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";

/** Brotli bytes of `dist/index.js`: everything that a page loads. */
const BUDGET = 24_000;

/** The sizes of each part; the parts are in the whole, the module packed. */
export function sizes() {
	const parts = {
		"whole: dist/index.js (minified, module inlined)": readFileSync(join(root, "dist", "index.js")),
		"part: the WebAssembly module": readFileSync(join(root, "pkg", "headwater_bg.wasm")),
		"part: glue of wasm-bindgen, not minified": readFileSync(join(root, "pkg", "headwater.js")),
	};
	return Object.entries(parts).map(([name, bytes]) => ({
		name,
		raw: bytes.length,
		gzip: gzipSync(bytes, { level: 9 }).length,
		brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
	}));
}

/** Prints the sizes. A problem if the whole is over the budget. */
export function checkSize(asJson = false) {
	const rows = sizes();
	const [whole] = rows;
	if (asJson) {
		console.log(JSON.stringify({ budget: BUDGET, files: rows }, null, 2));
	} else {
		console.log(`${"bytes".padEnd(50)}${"raw".padStart(9)}${"gzip".padStart(9)}${"brotli".padStart(9)}`);
		for (const { name, raw, gzip, brotli } of rows) {
			console.log(`${name.padEnd(50)}${[raw, gzip, brotli].map((size) => `${size}`.padStart(9)).join("")}`);
		}
		console.log(`budget: ${BUDGET} bytes of brotli for the whole; ${BUDGET - whole.brotli} left`);
	}
	if (whole.brotli > BUDGET) {
		throw new Problem(`The package is ${whole.brotli - BUDGET} bytes over its budget of ${BUDGET}.`);
	}
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	script(async () => {
		await buildPackage();
		checkSize(process.argv.includes("--json"));
	});
}
