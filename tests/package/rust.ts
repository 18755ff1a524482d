// Builds the pages of examples/ with the packaged crate as their dependency.

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../scripts/lib/process.mjs";
import { root, toolsPath } from "../../scripts/lib/tools.mjs";
import { expect } from "./support.ts";

const target = join(root, "target");

/** Runs a Rust tool in a folder. Its output is shown if it fails. */
async function tool(cwd: string, program: string, ...args: string[]) {
	const env = { ...toolsPath, CARGO_TARGET_DIR: target };
	await run(program, args, { cwd, env, capture: true, problem: `${program} ${args.join(" ")} failed in ${cwd}.` });
}

/** Builds the page of `examples/<name>` with the packaged crate, and returns its folder. */
export async function buildExample(name: string) {
	const work = join(target, "package", `rust-${name}`);
	const project = join(work, name);
	rmSync(work, { recursive: true, force: true });
	mkdirSync(work, { recursive: true });
	// cargo does not have to verify the package, because the build of the example verifies it.
	await tool(root, "cargo", "package", "--quiet", "--package", "headwater", "--allow-dirty", "--no-verify");
	const crate = `headwater-${/^version = "(.+)"$/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))?.[1]}`;
	// `-m` sets the times of the files to now. In every package they are from 2006, so cargo would
	// not notice that a crate has changed.
	await tool(work, "tar", "-xmf", join(target, "package", `${crate}.crate`));
	cpSync(join(root, "examples", name), project, { recursive: true });
	const manifest = readFileSync(join(project, "Cargo.toml"), "utf8");
	expect(manifest, "the example depends on the crate by its path").toContain('path = "../.."');
	writeFileSync(join(project, "Cargo.toml"), manifest.replace('path = "../.."', `path = "../${crate}"`));
	await tool(project, "cargo", "build", "--quiet", "--locked");
	const module = join(target, "wasm32-unknown-unknown", "debug", `${name}.wasm`);
	await tool(project, "wasm-bindgen", "--target", "web", "--out-dir", "pkg", module);
	return project;
}
