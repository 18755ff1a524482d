// Builds the package from its sources: Rust to WebAssembly, what follows (scripts/postprocess/),
// the facade bundled with and without the module, and its declarations. The tools must be there
// (setup.mjs).
//
//     npm run build               dist/
//     npm run build -- --plain    target/plain/dist/: nothing between wasm-bindgen and esbuild

import { createHash } from "node:crypto";
import {
	copyFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readArguments, run, say, script } from "./lib/process.mjs";
import { root, toolsBin } from "./lib/tools.mjs";
import { postprocess, STEPS } from "./postprocess/postprocess.mjs";

const target = "wasm32-unknown-unknown";

/** What `dist/` is made from. */
const INPUTS = [
	"src",
	"js",
	"Cargo.toml",
	"Cargo.lock",
	"package.json",
	"package-lock.json",
	"rust-toolchain.toml",
	"tsconfig.json",
	"scripts/build.mjs",
	"scripts/lib",
	"scripts/postprocess",
];

/**
 * The files of js/ that become files of dist/. An entry that adds to the default one imports what it
 * needs from `./index.js`, which stays an import: so a page has one copy of the facade and of the
 * module, whatever it imports.
 */
const ENTRIES = ["index", "slim"];
const DEFAULT_ENTRY = "./index.js";

/** Compiles the npm layer of the crate. */
const NPM = "--cfg headwater_npm";

/**
 * Of many combinations the one with the fewest bytes once compressed. Nothing of a Rust module lies
 * in the first kilobyte of memory, which is the far end of the stack, so that an addition can
 * become the offset of a load.
 */
const SMALLEST = [
	...["-Oz", "--flatten", "--rereloop", "-Oz", "-Oz", "--converge", "--reorder-functions", "--low-memory-unused"],
	...["--one-caller-inline-max-function-size=300", "--always-inline-max-function-size=3", "--reorder-locals"],
];

/**
 * LLVM optimizes for speed, but inlines only where that makes code smaller or the source demands
 * it, and doubles a third of the code that it would to save jumps. For size, the package would be
 * half a kilobyte smaller and a tenth slower.
 */
const LITTLE_COPYING = "-Cllvm-args=-inline-threshold=-10 -Cllvm-args=-jump-threading-threshold=2";

/**
 * Every engine has it that has the rest of what Rust's own target needs. The search for line ends
 * is twice as fast.
 */
const SIMD = "-Ctarget-feature=+simd128";

/**
 * A panic is one instruction that traps: no message, and no code that formats one. The standard
 * library has to be compiled with the same setting. Stable Rust accepts the two flags only with
 * this variable.
 */
const IMMEDIATE_ABORT = { RUSTC_BOOTSTRAP: "1", CARGO_PROFILE_RELEASE_PANIC: "immediate-abort" };
const STD = ["-Zpanic-immediate-abort", "-Zbuild-std=core,alloc"];

/**
 * How cargo is called for the small form of the package, and for the plain one, which needs nothing
 * but the npm layer.
 */
const SMALL = {
	folder: "target",
	args: STD,
	env: { RUSTFLAGS: `${NPM} ${LITTLE_COPYING} ${SIMD}`, ...IMMEDIATE_ABORT },
};
/**
 * In a folder of its own, since Cargo would compile all crates anew after each change of the flags.
 */
const PLAIN = { folder: "target/plain-cargo", args: [], env: { RUSTFLAGS: NPM } };

/** Builds `dist/`, if what it is made from has changed. */
export async function buildPackage() {
	await whenChanged("package", INPUTS, join(root, "dist", "index.js"), async () => {
		say("building the package: Rust to WebAssembly");
		await wasm(join(root, "pkg"));
		say("building the package: facade and declarations");
		rmSync(join(root, "dist"), { recursive: true, force: true });
		await finish(root);
	});
}

/**
 * The folder of the plain package, which has the same files as the checkout as far as they make the
 * package.
 */
export const plainFolder = join(root, "target", "plain");

/**
 * Builds the package without post-processing into `target/plain/`, and its form that traps on
 * purpose.
 */
export async function buildPlain() {
	await whenChanged("plain", INPUTS, join(plainFolder, "dist", "index.js"), async () => {
		say("building the plain package");
		copySources(plainFolder);
		await wasm(join(plainFolder, "pkg"), { plain: true });
		await finish(plainFolder, { plain: true });
		// Some tests load modules of their own from there.
		symlinkSync(join(root, "tests"), join(plainFolder, "tests"));
		const trap = join(plainFolder, "target", "trap");
		copySources(trap);
		await wasm(join(trap, "pkg"), { cfgs: TRAP, plain: true });
		await bundle(trap, ["index"], { plain: true });
	});
}

/**
 * Builds the package without one step of the post-processing into a folder in `target/`, and
 * returns the folder.
 */
export async function buildWithout(step) {
	const folder = join(root, "target", "without");
	copySources(folder);
	await wasm(join(folder, "pkg"), { without: [step] });
	await finish(folder);
	return folder;
}

const TRAP = ["--cfg", "headwater_trap"];

/**
 * Builds, into `target/trap/dist/`, the package whose module traps on purpose, for the tests of
 * what happens then.
 */
export async function buildTrap() {
	const folder = join(root, "target", "trap");
	await whenChanged("trap", INPUTS, join(folder, "dist", "index.js"), async () => {
		say("building the package that traps on purpose");
		copySources(folder);
		await wasm(join(folder, "pkg"), { cfgs: TRAP });
		await bundle(folder, ["index"]);
	});
}

/** Builds, into `target/bench/dist/`, the parser alone, for the benchmark in a browser. */
export async function buildBench() {
	const folder = join(root, "target", "bench");
	await whenChanged("bench", [...INPUTS, "benches/parser-alone.mjs"], join(folder, "dist", "bench.js"), async () => {
		say("building the parser alone");
		copySources(folder);
		cpSync(join(root, "benches", "parser-alone.mjs"), join(folder, "js", "bench.ts"));
		await wasm(join(folder, "pkg"), { cfgs: ["--cfg", "headwater_bench"] });
		await bundle(folder, ["bench"]);
	});
}

/**
 * Runs `make` unless `product` is there and was made from these inputs. What it was made from is
 * noted in `target/`.
 */
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

/** A fresh folder with what esbuild and tsc read. */
function copySources(folder) {
	rmSync(folder, { recursive: true, force: true });
	cpSync(join(root, "js"), join(folder, "js"), { recursive: true });
	for (const file of ["package.json", "tsconfig.json"]) {
		copyFileSync(join(root, file), join(folder, file));
	}
}

/**
 * `cfgs` are for this crate alone; `without` are steps of the post-processing to leave out, in the
 * plain form all.
 */
async function wasm(pkg, { cfgs = [], plain = false, without = plain ? STEPS : [] } = {}) {
	rmSync(pkg, { recursive: true, force: true });
	mkdirSync(pkg, { recursive: true });
	const { folder, args, env } = plain ? PLAIN : SMALL;
	// Not in Cargo.toml: dependants would be made to build it too, with an allocator and a panic
	// handler that they may not have.
	const kind = ["--lib", "--crate-type", "cdylib", "--no-default-features"];
	await run("cargo", ["rustc", "--quiet", "--release", ...args, ...kind, "--target", target, "--", ...cfgs], {
		cwd: root,
		env: { CARGO_TARGET_DIR: join(root, folder), ...env },
		problem: "The Rust crate does not build.",
	});
	await run(
		join(toolsBin, "wasm-bindgen"),
		[
			// The default path would be a URL beside the glue, which bundlers follow although the
			// module is inlined.
			...["--target", "web", "--omit-default-module-path"],
			"--remove-producers-section",
			// Every engine that can run the module has it.
			...["--encode-into", "always"],
			...["--out-dir", pkg, "--out-name", "headwater"],
			join(root, folder, target, "release", "headwater.wasm"),
		],
		{ capture: true, problem: "wasm-bindgen failed." },
	);
	await postprocess(pkg, { without, flags: SMALLEST });
}

/** From `pkg/` and `js/` to a package: both entries, the module and the declarations. */
async function finish(folder, { plain = false } = {}) {
	await bundle(folder, ENTRIES, { plain });
	copyFileSync(join(folder, "pkg", "headwater_bg.wasm"), join(folder, "dist", "headwater.wasm"));
	await run(join(root, "node_modules", ".bin", "tsc"), ["--project", folder], {
		cwd: root,
		problem: "The facade's types do not hold.",
	});
}

/**
 * The engines that have what the module needs (reference types: Chrome 96; SIMD: Safari 16.4) have
 * it, but for Firefox: 93.
 */
const LANGUAGE = "es2022";

/** The plain form can be read and debugged: it is not minified. */
export async function bundle(folder, entries, { plain = false } = {}) {
	await run(
		join(root, "node_modules", ".bin", "esbuild"),
		[
			...entries.map((entry) => join(folder, "js", `${entry}.ts`)),
			...["--bundle", "--format=esm", `--target=${LANGUAGE}`, "--sourcemap", "--log-level=warning"],
			...(plain ? [] : ["--minify"]),
			`--external:${DEFAULT_ENTRY}`,
			`--metafile=${join(folder, "pkg", "bundle.json")}`,
			`--outdir=${join(folder, "dist")}`,
		],
		{ problem: "The facade does not build." },
	);
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
	script(async () => {
		const { values } = readArguments({ options: { plain: { type: "boolean" } } });
		await (values.plain ? buildPlain() : buildPackage());
	});
}
