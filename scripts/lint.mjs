// Owns the checks of form: rustfmt, clippy, the TypeScript linter and formatter, and the types of what esbuild only
// strips.

import { join } from "node:path";
import { buildPackage } from "./build.mjs";
import { run, say, script, version } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";
import { setupBuild } from "./setup.mjs";

const DENY = ["--", "-D", "warnings"];
/** What esbuild, Vite and Playwright only strip the types of. */
const PROJECTS = ["", "www/", "tests/", "tests/types/", "benches/browser/", "benches/browser/runner/"].map(
	(folder) => `${folder}tsconfig.json`,
);
const WASM = ["--target", "wasm32-unknown-unknown"];

script(async () => {
	await setupBuild();
	await components();
	await buildPackage();
	const cargo = (args, what, env) =>
		check("cargo", args, `${what} is not as it should be (cargo ${args.join(" ")}).`, env);
	await cargo(["fmt", "--all", "--check"], "The format of the Rust code");
	await cargo(["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"], "The format of the fuzz target");
	const axum = ["--manifest-path", "tests/servers/axum/Cargo.toml"];
	await cargo(["fmt", ...axum, "--check"], "The format of the axum server");
	await cargo(["clippy", "--quiet", "--workspace", "--all-targets", ...DENY], "The native Rust code");
	await cargo(["clippy", "--quiet", ...WASM, "--features", "serde", "--lib", "--tests", ...DENY], "The browser layer");
	await cargo(["clippy", "--quiet", ...WASM, "--no-default-features", ...DENY], "The npm layer", {
		RUSTFLAGS: "--cfg headwater_npm --cfg headwater_bench",
	});
	await cargo(["clippy", "--quiet", ...WASM, "--lib", ...DENY], "The browser layer without serde");
	const example = ["--manifest-path", "examples/chat/Cargo.toml"];
	await cargo(["fmt", ...example, "--check"], "The format of the example in Rust");
	await cargo(["clippy", "--quiet", ...example, ...WASM, ...DENY], "The example in Rust");
	for (const framework of ["leptos", "yew"]) {
		// Without clippy, which would compile the whole framework once more.
		const manifest = ["--manifest-path", `examples/${framework}/Cargo.toml`];
		await cargo(["fmt", ...manifest, "--check"], `The format of the example in ${framework}`);
	}
	await cargo(["doc", "--quiet", "--no-deps"], "The documentation of the core");
	await cargo(
		["doc", "--quiet", "--no-deps", ...WASM, "--features", "serde"],
		"The documentation of the browser layer",
	);
	const bin = (name) => join(root, "node_modules", ".bin", name);
	await check(bin("biome"), ["check", "--error-on-warnings"], "The TypeScript code is not as it should be (biome).");
	for (const project of PROJECTS) {
		await check(bin("tsc"), ["--noEmit", "--project", project], `The types do not hold (${project}).`);
	}
	say("the form is good");
});

/** Where rustup does not install by itself what rust-toolchain.toml names. */
async function components() {
	if (!(await version("cargo", ["fmt", "--version"])) || !(await version("cargo", ["clippy", "--version"]))) {
		say("installing rustfmt and clippy");
		const problem = "rustfmt and clippy could not be installed; is there a network?";
		await run("rustup", ["component", "add", "rustfmt", "clippy"], { cwd: root, capture: true, problem });
	}
}

async function check(program, args, problem, env = {}) {
	say(`checking: ${[program.split("/").at(-1), ...args].join(" ")}`);
	await run(program, args, { cwd: root, env: { RUSTDOCFLAGS: "-D warnings", ...env }, problem });
}
