// `npm run lint`: rustfmt, clippy, rustdoc, biome, and the types that esbuild, Vite and Playwright
// strip without checking them.

import { join } from "node:path";
import { buildPackage } from "./build.mjs";
import { run, say, script, version } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";
import { checkProse } from "./prose.mjs";
import { setupBuild } from "./setup.mjs";

const DENY = ["--", "-D", "warnings"];
/** The configurations of TypeScript. */
const PROJECTS = ["", "www/", "tests/", "tests/types/", "benches/browser/", "benches/browser/runner/"].map(
	(folder) => `${folder}tsconfig.json`,
);
const WASM = ["--target", "wasm32-unknown-unknown"];

script(async () => {
	await setupBuild();
	await components();
	await buildPackage();
	const cargo = (args, what, env) => check("cargo", args, `${what}: cargo ${args.join(" ")} failed.`, env);
	await cargo(["fmt", "--all", "--check"], "Format of the Rust code");
	await cargo(["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"], "Format of the fuzz target");
	const axum = ["--manifest-path", "tests/servers/axum/Cargo.toml"];
	await cargo(["fmt", ...axum, "--check"], "Format of the axum server");
	await cargo(["clippy", "--quiet", "--workspace", "--all-targets", ...DENY], "Native Rust code");
	await cargo(["clippy", "--quiet", ...WASM, "--features", "serde", "--lib", "--tests", ...DENY], "Browser layer");
	await cargo(["clippy", "--quiet", ...WASM, "--no-default-features", ...DENY], "npm layer", {
		RUSTFLAGS: "--cfg headwater_npm --cfg headwater_bench",
	});
	await cargo(["clippy", "--quiet", ...WASM, "--lib", ...DENY], "Browser layer without serde");
	const example = ["--manifest-path", "examples/chat/Cargo.toml"];
	await cargo(["fmt", ...example, "--check"], "Format of the example in Rust");
	await cargo(["clippy", "--quiet", ...example, ...WASM, ...DENY], "Example in Rust");
	for (const framework of ["leptos", "yew"]) {
		// Without clippy, which would compile the whole framework.
		const manifest = ["--manifest-path", `examples/${framework}/Cargo.toml`];
		await cargo(["fmt", ...manifest, "--check"], `Format of the example in ${framework}`);
	}
	await cargo(["doc", "--quiet", "--no-deps"], "Documentation of the core");
	await cargo(["doc", "--quiet", "--no-deps", ...WASM, "--features", "serde"], "Documentation of the browser layer");
	const bin = (name) => join(root, "node_modules", ".bin", name);
	await check(
		bin("biome"),
		["check", "--error-on-warnings"],
		"TypeScript, JavaScript, JSON or CSS: biome check failed.",
	);
	for (const project of PROJECTS) {
		await check(bin("tsc"), ["--noEmit", "--project", project], `The types of ${project} are wrong: tsc failed.`);
	}
	say("checking: the prose (docs/style.md)");
	checkProse();
	say("all checks passed");
});

/** Installs rustfmt and clippy, for versions of rustup that ignore rust-toolchain.toml. */
async function components() {
	if (!(await version("cargo", ["fmt", "--version"])) || !(await version("cargo", ["clippy", "--version"]))) {
		say("installing rustfmt and clippy");
		const problem = "rustfmt and clippy could not be installed; are you online?";
		await run("rustup", ["component", "add", "rustfmt", "clippy"], { cwd: root, capture: true, problem });
	}
}

async function check(program, args, problem, env = {}) {
	say(`checking: ${[program.split("/").at(-1), ...args].join(" ")}`);
	await run(program, args, { cwd: root, env: { RUSTDOCFLAGS: "-D warnings", ...env }, problem });
}
