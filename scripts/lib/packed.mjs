// For tests that use the package as from a registry: packs the tarball, and installs it into small
// projects together with their other dependencies.

import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildPackage } from "../build.mjs";
import { run, script } from "./process.mjs";
import { root, toolsFolder } from "./tools.mjs";

const projects = join(root, "tests", "package");
/**
 * The folder is outside the checkout, because tools would otherwise treat the checkout as the
 * project. A fresh clone also finds the installed packages there.
 */
const work = join(toolsFolder, "package");

/** The path in the `package.json` of the projects: `"headwater": "file:../../headwater.tgz"`. */
export const tarball = join(work, "headwater.tgz");

/** Packs `dist/` into the tarball. */
export async function pack() {
	mkdirSync(work, { recursive: true });
	const args = ["pack", "--silent", "--pack-destination", work];
	const { output } = await run("npm", args, { cwd: root, capture: true, problem: "The package cannot be packed." });
	renameSync(join(work, output.trim().split("\n").at(-1)), tarball);
	return tarball;
}

/**
 * Copies a project of tests/package/, such as "apps/vite", installs its dependencies and returns
 * the folder. From an earlier run, it keeps only node_modules, without the packed package.
 */
export async function install(name) {
	const folder = join(work, name);
	mkdirSync(folder, { recursive: true });
	for (const left of readdirSync(folder).filter((left) => left !== "node_modules")) {
		rmSync(join(folder, left), { recursive: true });
	}
	cpSync(join(projects, name), folder, { recursive: true });
	for (const stale of ["headwater", ".package-lock.json"]) {
		rmSync(join(folder, "node_modules", stale), { recursive: true, force: true });
	}
	const args = ["install", "--engine-strict=false", "--no-audit", "--no-fund", "--no-package-lock"];
	await run("npm", args, {
		cwd: folder,
		capture: true,
		problem: `The dependencies of ${name} could not be installed; are you online?`,
	});
	return folder;
}

/** Runs a program of the project's dependencies in its folder. */
export async function runInstalled(folder, program, ...args) {
	await run(join(folder, "node_modules", ".bin", program), args, {
		cwd: folder,
		capture: true,
		env: { CI: "1", NODE_ENV: "" },
		problem: `${program} ${args.join(" ")} failed in ${folder}.`,
	});
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	script(async () => {
		await buildPackage();
		console.log(await pack());
	});
}
