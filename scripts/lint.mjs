// `npm run lint`: runs rustfmt, clippy, rustdoc and biome, and checks the prose. It also checks the
// types of TypeScript, because esbuild, Vite and Playwright remove them without a check.

import { join } from "node:path";
import { buildPackage } from "./build.mjs";
import { run, say, script, version } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";
import { checkProse } from "./prose.mjs";
import { setupBuild } from "./setup.mjs";

const DENY = ["--", "-D", "warnings"];
/** The configuration files of TypeScript. */
const PROJECTS = ["", "www/", "tests/", "tests/types/", "benches/browser/", "benches/browser/runner/"].map(
	(folder) => `${folder}tsconfig.json`,
);
const WASM = ["--target", "wasm32-unknown-unknown"];

script(async () => {
	await setupBuild();
	await components();
	await buildPackage();
	const cargo = (args, what, env) => check("cargo", args, `${what}: cargo ${args.join(" ")} failed.`, env);
	await cargo(["fmt", "--all", "--check"], "The Rust code is not formatted");
	await cargo(["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"], "The fuzz target is not formatted");
	const axum = ["--manifest-path", "tests/servers/axum/Cargo.toml"];
	await cargo(["fmt", ...axum, "--check"], "The axum server is not formatted");
	await cargo(["clippy", "--quiet", "--workspace", "--all-targets", ...DENY], "clippy rejects the native Rust code");
	await cargo(
		["clippy", "--quiet", ...WASM, "--features", "serde", "--lib", "--tests", ...DENY],
		"clippy rejects the browser layer",
	);
	await cargo(["clippy", "--quiet", ...WASM, "--no-default-features", ...DENY], "clippy rejects the npm layer", {
		RUSTFLAGS: "--cfg headwater_npm --cfg headwater_bench",
	});
	await cargo(["clippy", "--quiet", ...WASM, "--lib", ...DENY], "clippy rejects the browser layer without serde");
	const example = ["--manifest-path", "examples/chat/Cargo.toml"];
	await cargo(["fmt", ...example, "--check"], "The example in Rust is not formatted");
	await cargo(["clippy", "--quiet", ...example, ...WASM, ...DENY], "clippy rejects the example in Rust");
	for (const framework of ["leptos", "yew"]) {
		// clippy does not check these examples, because it would compile the whole framework.
		const manifest = ["--manifest-path", `examples/${framework}/Cargo.toml`];
		await cargo(["fmt", ...manifest, "--check"], `The example in ${framework} is not formatted`);
	}
	await cargo(["doc", "--quiet", "--no-deps"], "rustdoc rejects the documentation of the core");
	await cargo(
		["doc", "--quiet", "--no-deps", ...WASM, "--features", "serde"],
		"rustdoc rejects the documentation of the browser layer",
	);
	const bin = (name) => join(root, "node_modules", ".bin", name);
	await check(
		bin("biome"),
		["check", "--error-on-warnings"],
		"biome found problems in TypeScript, JavaScript, JSON or CSS.",
	);
	for (const project of PROJECTS) {
		await check(bin("tsc"), ["--noEmit", "--project", project], `tsc found type errors in the project ${project}.`);
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
