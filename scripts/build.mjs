// Owns the way from sources to `dist/`: Rust to WebAssembly, the module packed into a string, the facade bundled around it
// and without it, its declarations. Takes for granted that the tools are there (setup.mjs).

import { createHash } from "node:crypto";
import {
	appendFileSync,
	copyFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { adaptGlue } from "./lib/glue.mjs";
import { run, say, script } from "./lib/process.mjs";
import { root, toolsBin } from "./lib/tools.mjs";
import { shortenNames } from "./lib/wasm-names.mjs";
import { functionSizes, withoutCustomSections } from "./lib/wasm-sizes.mjs";

const target = "wasm32-unknown-unknown";

/** What `dist/` is made from. */
const INPUTS = [
	"src",
	"js",
	"Cargo.toml",
	"Cargo.lock",
	"package-lock.json",
	"tsconfig.json",
	"scripts/build.mjs",
	"scripts/lib",
];

/** Compiles the npm layer of the crate. */
const NPM = "--cfg headwater_npm";

/**
 * Of many combinations the one with the fewest bytes once compressed. Nothing of a Rust module lies in the first kilobyte of
 * memory, which is the far end of the stack, so that an addition can become the offset of a load.
 */
const SMALLEST = [
	...["-Oz", "--flatten", "--rereloop", "-Oz", "-Oz", "--converge", "--reorder-functions", "--low-memory-unused"],
	...["--one-caller-inline-max-function-size=300", "--always-inline-max-function-size=3"],
];

/**
 * Of LLVM's too: optimised for speed, with only the inlining that makes code smaller, and that which the source demands where
 * bytes are looked at, and a third of the code that is doubled to save jumps. For size it would be half a kilobyte smaller once
 * compressed, and a tenth slower.
 */
const LITTLE_COPYING = "-Cllvm-args=-inline-threshold=-10 -Cllvm-args=-jump-threading-threshold=2";

/** Which every engine has that has all of what Rust's own target takes for granted: the search for line ends is twice as fast. */
const SIMD = "-Ctarget-feature=+simd128";

/**
 * A panic is one instruction that traps: no message, and no code that formats one. The standard library has to be compiled
 * with the same setting. Stable Rust has neither of the two flags without this variable.
 */
const IMMEDIATE_ABORT = { RUSTC_BOOTSTRAP: "1", CARGO_PROFILE_RELEASE_PANIC: "immediate-abort" };
const STD = ["-Zpanic-immediate-abort", "-Zbuild-std=core,alloc"];

/** Builds `dist/`, if what it is made from has changed. */
export async function buildPackage() {
	await whenChanged("package", INPUTS, join(root, "dist", "index.js"), async () => {
		say("building the package: Rust to WebAssembly");
		await wasm(join(root, "pkg"));
		say("building the package: facade and declarations");
		rmSync(join(root, "dist"), { recursive: true, force: true });
		await bundle(root, ["index", "slim"]);
		copyFileSync(join(root, "pkg", "headwater_bg.wasm"), join(root, "dist", "headwater.wasm"));
		await declarations();
	});
}

/** Builds, into `target/trap/dist/`, the package whose module traps on purpose, for the tests of what happens then. */
export async function buildTrap() {
	const folder = join(root, "target", "trap");
	await whenChanged("trap", INPUTS, join(folder, "dist", "index.js"), async () => {
		say("building the package that traps on purpose");
		rmSync(folder, { recursive: true, force: true });
		cpSync(join(root, "js"), join(folder, "js"), { recursive: true });
		await wasm(join(folder, "pkg"), ["--cfg", "headwater_trap"]);
		await bundle(folder, ["index"]);
	});
}

/** Builds, into `target/bench/dist/`, the parser alone, for the benchmark in a browser. */
export async function buildBench() {
	const folder = join(root, "target", "bench");
	await whenChanged("bench", [...INPUTS, "benches/parser-alone.mjs"], join(folder, "dist", "bench.js"), async () => {
		say("building the parser alone");
		rmSync(folder, { recursive: true, force: true });
		cpSync(join(root, "js"), join(folder, "js"), { recursive: true });
		cpSync(join(root, "benches", "parser-alone.mjs"), join(folder, "js", "bench.ts"));
		await wasm(join(folder, "pkg"), ["--cfg", "headwater_bench"]);
		await bundle(folder, ["bench"]);
	});
}

/** Runs `make` unless `product` is there and was made from these inputs. What it was made from is noted in `target/`. */
export async function whenChanged(name, inputs, product, make) {
	const stamp = join(root, "target", `${name}.inputs`);
	const sum = hash(inputs.map((input) => join(root, input)));
	if (existsSync(product) && existsSync(stamp) && readFileSync(stamp, "utf8") === sum) {
		return;
	}
	rmSync(stamp, { force: true });
	await make();
	mkdirSync(join(root, "target"), { recursive: true });
	writeFileSync(stamp, sum);
}

/** `cfgs` are for this crate alone. */
async function wasm(pkg, cfgs = []) {
	rmSync(pkg, { recursive: true, force: true });
	mkdirSync(pkg, { recursive: true });
	// Not in Cargo.toml: dependants would be made to build it too, with an allocator and a panic handler that they may not have.
	const kind = ["--lib", "--crate-type", "cdylib", "--no-default-features"];
	await run("cargo", ["rustc", "--quiet", "--release", ...STD, ...kind, "--target", target, "--", ...cfgs], {
		cwd: root,
		env: { CARGO_TARGET_DIR: join(root, "target"), RUSTFLAGS: `${NPM} ${LITTLE_COPYING} ${SIMD}`, ...IMMEDIATE_ABORT },
		problem: "The Rust crate does not build.",
	});
	await run(
		join(toolsBin, "wasm-bindgen"),
		[
			// The default path would be a URL beside the glue, which bundlers follow although the module is inlined.
			...["--target", "web", "--omit-default-module-path"],
			"--remove-producers-section",
			// Every engine that can run the module has it.
			...["--encode-into", "always"],
			...["--out-dir", pkg, "--out-name", "headwater"],
			join(root, "target", target, "release", "headwater.wasm"),
		],
		{ capture: true, problem: "wasm-bindgen failed." },
	);
	const module = join(pkg, "headwater_bg.wasm");
	await run(
		join(root, "node_modules", ".bin", "wasm-opt"),
		[...SMALLEST, "--debuginfo", "--strip-dwarf", "--strip-target-features", module, "-o", module],
		{
			capture: true,
			problem: "wasm-opt failed.",
		},
	);
	const named = readFileSync(module);
	writeFileSync(join(pkg, "functions.json"), JSON.stringify(functionSizes(named)));
	const optimised = Buffer.from(withoutCustomSections(named));
	const glueFile = join(pkg, "headwater.js");
	const short = shortenNames(optimised, readFileSync(glueFile, "utf8"));
	writeFileSync(module, short.module);
	writeFileSync(glueFile, adaptGlue(short.glue));
	appendFileSync(
		join(pkg, "headwater.d.ts"),
		'export function start(instantiate: import("../js/module/wasm.js").Instantiate): Promise<void>;\n',
	);
	// Not at the top: in a fresh clone npm's packages are installed only when this file has been loaded.
	const { pack, packLoop } = await import("./lib/pack.mjs");
	const packed = pack(short.module);
	writeFileSync(
		join(pkg, "inline.js"),
		`export const packed = "${packed}";\nexport const loop = "${packLoop(packed)}";\n`,
	);
	writeFileSync(join(pkg, "inline.d.ts"), "export declare const packed: string;\nexport declare const loop: string;\n");
}

/** What the engines have that have what the module needs (reference types: Chrome 96; SIMD: Safari 16.4), but for Firefox: 93. */
const LANGUAGE = "es2022";

async function bundle(folder, entries) {
	await run(
		join(root, "node_modules", ".bin", "esbuild"),
		[
			...entries.map((entry) => join(folder, "js", `${entry}.ts`)),
			...["--bundle", "--format=esm", `--target=${LANGUAGE}`, "--minify", "--sourcemap", "--log-level=warning"],
			`--metafile=${join(folder, "pkg", "bundle.json")}`,
			`--outdir=${join(folder, "dist")}`,
		],
		{ problem: "The facade does not build." },
	);
}

async function declarations() {
	await run(join(root, "node_modules", ".bin", "tsc"), ["--project", root], {
		cwd: root,
		problem: "The facade's types do not hold.",
	});
}

/** One number for the contents of these files and folders. */
function hash(paths) {
	const sum = createHash("sha256");
	for (const path of paths.flatMap(files).sort()) {
		sum.update(path).update(readFileSync(path));
	}
	return sum.digest("hex");
}

function files(path) {
	return statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => files(join(path, name))) : [path];
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	script(buildPackage);
}
