// Builds the package: Rust to WebAssembly, the post-processing of scripts/postprocess/, the bundles
// of the facade with and without the module, and the declarations. Needs the tools of setup.mjs.
//
//     npm run build               dist/
//     npm run build -- --plain    target/plain/dist/: without the post-processing

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

/** The inputs of `pkg/`: the module and its glue. */
const MODULE_INPUTS = [
	"src",
	"Cargo.toml",
	"Cargo.lock",
	"package-lock.json",
	"rust-toolchain.toml",
	"scripts/build.mjs",
	"scripts/lib",
	"scripts/postprocess",
];

/** The inputs of `dist/`. */
const INPUTS = [...MODULE_INPUTS, "js", "package.json", "tsconfig.json"];

/**
 * The files of js/ that become files of dist/. A further entry has to import from `./index.js`. The
 * bundle keeps this import, so that a page loads only one copy of the facade and of the module.
 */
const ENTRIES = ["index", "slim"];
const DEFAULT_ENTRY = "./index.js";

/** Includes the npm layer of the crate. */
const NPM = "--cfg headwater_npm";

/**
 * The flags that give the fewest compressed bytes, found by trying many combinations.
 * `--low-memory-unused` turns an addition into the offset of a load. That is valid because a Rust
 * module stores nothing in the first kilobyte of memory, which is the far end of the stack.
 */
const SMALLEST = [
	...["-Oz", "--flatten", "--rereloop", "-Oz", "-Oz", "--converge", "--reorder-functions", "--low-memory-unused"],
	...["--one-caller-inline-max-function-size=300", "--always-inline-max-function-size=3", "--reorder-locals"],
];

/**
 * LLVM optimizes for speed, with two limits. It inlines a function only if that makes the code
 * smaller or if the source requires it. It duplicates only a third as much code as usual to save
 * jumps. Optimized for size, the package would be half a kilobyte smaller and 10 % slower.
 */
const LITTLE_COPYING = "-Cllvm-args=-inline-threshold=-10 -Cllvm-args=-jump-threading-threshold=2";

/**
 * Makes the search for line ends twice as fast. Every engine that has the other features of Rust's
 * default target also has SIMD.
 */
const SIMD = "-Ctarget-feature=+simd128";

/**
 * A panic becomes one instruction that traps, without a message and the code that formats it. The
 * standard library must be compiled with the same setting. Stable Rust accepts the two flags only
 * with `RUSTC_BOOTSTRAP`.
 */
const IMMEDIATE_ABORT = { RUSTC_BOOTSTRAP: "1", CARGO_PROFILE_RELEASE_PANIC: "immediate-abort" };
const STD = ["-Zpanic-immediate-abort", "-Zbuild-std=core,alloc"];

/** How cargo is called for the package. */
const SMALL = {
	folder: "target",
	args: STD,
	env: { RUSTFLAGS: `${NPM} ${LITTLE_COPYING} ${SIMD}`, ...IMMEDIATE_ABORT },
};
/**
 * How cargo is called for the plain package: with the npm layer and no other flag. Its folder is
 * separate, because Cargo recompiles all crates in a folder when the flags change.
 */
const PLAIN = { folder: "target/plain-cargo", args: [], env: { RUSTFLAGS: NPM } };

/** Builds `pkg/` and `dist/`, each only if its inputs have changed. */
export async function buildPackage() {
	const pkg = join(root, "pkg");
	await whenChanged("module", MODULE_INPUTS, join(pkg, "inline.js"), async () => {
		say("building the package: Rust to WebAssembly");
		await wasm(pkg);
	});
	await whenChanged("package", INPUTS, join(root, "dist", "index.js"), async () => {
		say("building the package: facade and declarations");
		rmSync(join(root, "dist"), { recursive: true, force: true });
		await finish(root);
	});
}

/** The folder of the plain package. It has the same layout as the checkout. */
export const plainFolder = join(root, "target", "plain");

/**
 * Builds the package without post-processing into `target/plain/`, and a variant of it with a
 * module that traps on purpose.
 */
export async function buildPlain() {
	await whenChanged("plain", INPUTS, join(plainFolder, "dist", "index.js"), async () => {
		say("building the plain package");
		copySources(plainFolder);
		await wasm(join(plainFolder, "pkg"), { plain: true });
		await finish(plainFolder, { plain: true });
		// Some tests load their own modules from that folder.
		symlinkSync(join(root, "tests"), join(plainFolder, "tests"));
		const trap = join(plainFolder, "target", "trap");
		copySources(trap);
		await wasm(join(trap, "pkg"), { cfgs: TRAP, plain: true });
		await bundle(trap, ["index"], { plain: true });
	});
}

/**
 * Builds the package without one step of the post-processing into `target/without/`. Returns that
 * folder.
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
 * Builds the package with a module that traps on purpose into `target/trap/dist/`, for the tests of
 * traps.
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

/** Builds the parser alone into `target/bench/dist/`, for the benchmark in a browser. */
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
 * Runs `make`, unless `product` exists and was made from inputs with the same contents. A hash of
 * the contents is kept in `target/`.
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

/** Deletes the folder and creates it with the files that esbuild and tsc read. */
function copySources(folder) {
	rmSync(folder, { recursive: true, force: true });
	cpSync(join(root, "js"), join(folder, "js"), { recursive: true });
	for (const file of ["package.json", "tsconfig.json"]) {
		copyFileSync(join(root, file), join(folder, file));
	}
}

/**
 * Compiles the module into `pkg`. `cfgs` apply to this crate only. `without` lists the steps of the
 * post-processing to skip: all of them in the plain form.
 */
async function wasm(pkg, { cfgs = [], plain = false, without = plain ? STEPS : [] } = {}) {
	rmSync(pkg, { recursive: true, force: true });
	mkdirSync(pkg, { recursive: true });
	const { folder, args, env } = plain ? PLAIN : SMALL;
	// The crate type is not in Cargo.toml, because dependents would then build the cdylib too,
	// without an allocator and a panic handler.
	const kind = ["--lib", "--crate-type", "cdylib", "--no-default-features"];
	await run("cargo", ["rustc", "--quiet", "--release", ...args, ...kind, "--target", target, "--", ...cfgs], {
		cwd: root,
		env: { CARGO_TARGET_DIR: join(root, folder), ...env },
		problem: "The Rust crate could not be built.",
	});
	await run(
		join(toolsBin, "wasm-bindgen"),
		[
			// Omits the default path, a URL relative to the glue. Bundlers would follow it,
			// although the module is inlined.
			...["--target", "web", "--omit-default-module-path"],
			"--remove-producers-section",
			// Every engine that can run the module has `encodeInto`.
			...["--encode-into", "always"],
			...["--out-dir", pkg, "--out-name", "headwater"],
			join(root, folder, target, "release", "headwater.wasm"),
		],
		{ capture: true, problem: "wasm-bindgen failed." },
	);
	await postprocess(pkg, { without, flags: SMALLEST });
}

/**
 * Makes the package from `pkg/` and `js/`: the bundles of both entries, the module and the
 * declarations.
 */
async function finish(folder, { plain = false } = {}) {
	await bundle(folder, ENTRIES, { plain });
	copyFileSync(join(folder, "pkg", "headwater_bg.wasm"), join(folder, "dist", "headwater.wasm"));
	await run(join(root, "node_modules", ".bin", "tsc"), ["--project", folder], {
		cwd: root,
		problem: "tsc found type errors in the facade.",
	});
}

/**
 * Engines that can run the module (reference types: Chrome 96; SIMD: Safari 16.4) also support this
 * version of the language. Only Firefox supports it later, from 93 on.
 */
const LANGUAGE = "es2022";

/**
 * Members that only the facade's own objects have. They get short names, which saves about 100 bytes
 * after brotli. Members of public types and of the platform's objects are not in this list.
 */
export const INTERNAL_MEMBERS = [
	...["batch", "begin", "callbacks", "decide", "ended", "fulfill", "grace", "intercept", "isEmpty", "isOver"],
	...["isUndecided", "leave", "rules", "sentOnce", "settings", "settled", "template", "waited"],
];

/**
 * Chromium compiles the functions of such a file while it loads, instead of when each is first called
 * (https://github.com/WICG/explicit-javascript-compile-hints-file-based). Other engines ignore it.
 */
export const COMPILE_HINT = "//# allFunctionsCalledOnLoad";

/** Bundles the facade. The plain form is not minified, so that it can be read and debugged. */
export async function bundle(folder, entries, { plain = false } = {}) {
	await run(
		join(root, "node_modules", ".bin", "esbuild"),
		[
			...entries.map((entry) => join(folder, "js", `${entry}.ts`)),
			...["--bundle", "--format=esm", `--target=${LANGUAGE}`, "--sourcemap", "--log-level=warning"],
			...(plain ? [] : ["--minify", `--mangle-props=^(${INTERNAL_MEMBERS.join("|")})$`, `--banner:js=${COMPILE_HINT}`]),
			`--external:${DEFAULT_ENTRY}`,
			`--metafile=${join(folder, "pkg", "bundle.json")}`,
			`--outdir=${join(folder, "dist")}`,
		],
		{ problem: "The facade could not be built." },
	);
}

/** Returns one hash of the contents of these files and folders. */
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
