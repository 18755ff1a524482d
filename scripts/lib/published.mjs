// Owns what would be published: the files of the npm package and of the crate, and which may be among them. Publishes nothing.

import { statSync } from "node:fs";
import { join } from "node:path";
import { run } from "./process.mjs";
import { root } from "./tools.mjs";
import { versionOf } from "./versions.mjs";

const BOTH = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

/** What may be in each beside these, which both registries show. */
const OWN = {
	npm: [/^dist\/[\w-]+\.(js|js\.map|wasm)$/, /^dist\/([\w-]+\/)*[\w-]+\.d\.ts$/, /^package\.json$/],
	// Cargo writes what is not ours: the manifest as it reads it, and the commit.
	crate: [/^src\/([\w-]+\/)*[\w-]+\.rs$/, /^Cargo\.(toml|toml\.orig|lock)$/, /^\.cargo_vcs_info\.json$/],
};

/** The files of the npm package, as `npm pack` takes them, each with its bytes. */
export async function npmFiles() {
	const problem = "npm does not say what it would pack.";
	const { output } = await run("npm", ["pack", "--dry-run", "--json", "--silent"], {
		cwd: root,
		capture: true,
		problem,
	});
	const [{ files }] = JSON.parse(output);
	return files.map(({ path, size }) => ({ path, size }));
}

/** The paths of the crate's files, as cargo takes them. */
export async function cratePaths() {
	const args = ["package", "--list", "--quiet", "--allow-dirty", "--package", "headwater"];
	const { output } = await run("cargo", args, {
		cwd: root,
		capture: true,
		problem: "cargo does not say what it would pack.",
	});
	return output.trim().split("\n");
}

/** The files of the crate, each with its bytes, when cargo has packed it and looked at what comes out again. */
export async function crateFiles() {
	const packed = join(root, "target", "package", `headwater-${versionOf(root)}`);
	return (await cratePaths()).map((path) => ({ path, size: statSync(join(packed, path)).size }));
}

/** Those of the paths that may not be in it, and what is missing: nothing of either, if all is well. */
export function wrongPaths(where, paths) {
	const stray = paths.filter((path) => !BOTH.includes(path) && !OWN[where].some((own) => own.test(path)));
	return { stray, missing: BOTH.filter((path) => !paths.includes(path)) };
}
