// Lists the files that would be published, for npm and crates.io, and checks the lists. Publishes
// nothing.

import { statSync } from "node:fs";
import { join } from "node:path";
import { run } from "./process.mjs";
import { root } from "./tools.mjs";
import { versionOf } from "./versions.mjs";

/** Both packages contain these files, because the registries show them. */
const BOTH = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

/** The other files that each package may contain. */
const OWN = {
	npm: [/^dist\/[\w-]+\.(js|js\.map|wasm)$/, /^dist\/([\w-]+\/)*[\w-]+\.d\.ts$/, /^package\.json$/],
	// Cargo adds the normalized manifest and a file with the commit.
	crate: [/^src\/([\w-]+\/)*[\w-]+\.rs$/, /^Cargo\.(toml|toml\.orig|lock)$/, /^\.cargo_vcs_info\.json$/],
};

/** Returns the files that `npm pack` would include, with their sizes in bytes. */
export async function npmFiles() {
	const problem = "npm pack --dry-run failed.";
	const { output } = await run("npm", ["pack", "--dry-run", "--json", "--silent"], {
		cwd: root,
		capture: true,
		problem,
	});
	const [{ files }] = JSON.parse(output);
	return files.map(({ path, size }) => ({ path, size }));
}

/** Returns the paths that `cargo package` would include. */
export async function cratePaths() {
	const args = ["package", "--list", "--quiet", "--allow-dirty", "--package", "headwater"];
	const { output } = await run("cargo", args, {
		cwd: root,
		capture: true,
		problem: "cargo package --list failed.",
	});
	return output.trim().split("\n");
}

/** Returns the files of the packed crate with their sizes in bytes. Run `cargo package` before. */
export async function crateFiles() {
	const packed = join(root, "target", "package", `headwater-${versionOf(root)}`);
	return (await cratePaths()).map((path) => ({ path, size: statSync(join(packed, path)).size }));
}

/** Returns the paths that must not be in a package, and the required paths that are missing. */
export function wrongPaths(where, paths) {
	const stray = paths.filter((path) => !BOTH.includes(path) && !OWN[where].some((own) => own.test(path)));
	return { stray, missing: BOTH.filter((path) => !paths.includes(path)) };
}
