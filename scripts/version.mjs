// `npm version` runs this file: it copies the version from package.json to all other files, and
// adds these files to npm's commit.
//
//     npm version minor

import { run, script } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";
import { repeatVersion } from "./lib/versions.mjs";

script(async () => {
	const files = repeatVersion(root, new Date().toISOString().slice(0, 10));
	await run("git", ["add", ...files], { cwd: root, problem: "git add failed for the files with the new version." });
});
