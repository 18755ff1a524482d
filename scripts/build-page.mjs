// Builds the pages: the chat page, the tutorials and the benchmark. They import the package by its
// name.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { whenChanged } from "./build.mjs";
import { compress } from "./lib/compress.mjs";
import { run, say } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";

export const pageFolder = join(root, "www", "dist");

const INPUTS = [
	"www/index.html",
	"www/tutorials",
	"www/src",
	"www/public",
	"www/vite.config.ts",
	"dist",
	"package-lock.json",
	"scripts/lib/compress.mjs",
];

/**
 * The benchmark's page uses the styles of the other pages. The last folder does not exist until it
 * is built.
 */
const BENCH_INPUTS = [
	"benches/browser",
	"www/src/styles",
	"www/src/dom.ts",
	"www/public",
	"dist",
	"package-lock.json",
	"scripts/lib/compress.mjs",
	"target/bench/dist",
];

/** Builds `www/dist/` if its inputs have changed. */
export async function buildPage() {
	await whenChanged("page", INPUTS, join(pageFolder, "index.html"), () => vite("the chat page", "www", pageFolder));
	// This build follows that of the chat page, which empties the folder.
	const folder = join(pageFolder, "bench");
	const bench = join(folder, "index.html");
	const inputs = BENCH_INPUTS.filter((input) => existsSync(join(root, input)));
	await whenChanged("bench-page", inputs, bench, () => vite("the benchmark's page", "benches/browser", folder));
}

async function vite(what, folder, output) {
	say(`building ${what}`);
	await run(
		join(root, "node_modules", ".bin", "vite"),
		["build", "--config", `${folder}/vite.config.ts`, "--logLevel", "warn"],
		{ cwd: root, problem: `${what[0].toUpperCase()}${what.slice(1)} could not be built.` },
	);
	compress(output);
}
