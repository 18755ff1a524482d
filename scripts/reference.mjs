// Owns docs/api/: the reference that typedoc makes of the types and their documentation in the packed package. typedoc has a TypeScript of
// its own: it reads declarations, which are the same to every version.

import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildPackage } from "./build.mjs";
import { install, pack, runInstalled } from "./lib/packed.mjs";
import { say, script } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";
import { setupBuild } from "./setup.mjs";

/** Where the reference is kept. */
export const reference = join(root, "docs", "api");

/** The reference of the tarball, in a folder of its own. */
export async function makeReference() {
	const folder = await install("apps/reference");
	// What lies in node_modules typedoc takes for somebody else's.
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
		say("written to docs/api");
	});
}
