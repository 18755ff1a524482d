// `npm run reference`: writes docs/api/ with typedoc, from the types of the packed package. typedoc
// uses its own version of TypeScript, which reads the declarations in the same way.

import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildPackage } from "./build.mjs";
import { install, pack, runInstalled } from "./lib/packed.mjs";
import { say, script } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";
import { setupBuild } from "./setup.mjs";

/** The folder of the reference. */
export const reference = join(root, "docs", "api");

/** Writes the reference of the tarball into a new folder, and returns the folder. */
export async function makeReference() {
	const folder = await install("apps/reference");
	// typedoc treats files in node_modules as foreign and omits them.
	cpSync(join(folder, "node_modules", "headwater", "dist"), join(folder, "types"), { recursive: true });
	await runInstalled(folder, "typedoc");
	return join(folder, "api");
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	script(async () => {
		await setupBuild();
		await buildPackage();
		await pack();
		const made = await makeReference();
		rmSync(reference, { recursive: true, force: true });
		cpSync(made, reference, { recursive: true });
		say("wrote docs/api");
	});
}
