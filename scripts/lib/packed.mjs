// Owns what stands in for the registry: the packed tarball, and small projects that install it with
// what else they ask for.

import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildPackage } from "../build.mjs";
import { run, script } from "./process.mjs";
import { root, toolsFolder } from "./tools.mjs";

const projects = join(root, "tests", "package");
/** Outside of the checkout, which tools would take for the project, and where a fresh clone finds what is installed already. */
const work = join(toolsFolder, "package");

/** Where the projects ask for it: their `package.json` has `"headwater": "file:../../headwater.tgz"`. */
export const tarball = join(work, "headwater.tgz");

/** Makes the tarball of what is built. */
export async function pack() {
	mkdirSync(work, { recursive: true });
	const args = ["pack", "--silent", "--pack-destination", work];
	const { output } = await run("npm", args, { cwd: root, capture: true, problem: "The package cannot be packed." });
	renameSync(join(work, output.trim().split("\n").at(-1)), tarball);
	return tarball;
}

/**
 * A project of tests/package/, such as "apps/vite", as a copy with all that it asks for installed; answers its folder. Of an earlier run only
 * what was installed stays, but for the tarball.
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
		problem: `What ${name} asks for could not be installed; is there a network?`,
	});
	return folder;
}

/** Runs what a project has installed, in its folder. */
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
