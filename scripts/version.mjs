// Owns what `npm version` does beside changing package.json: every other place repeats the version, in the same commit.
//
// npm version minor

import { run, script } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";
import { repeatVersion } from "./lib/versions.mjs";

script(async () => {
	const files = repeatVersion(root, new Date().toISOString().slice(0, 10));
	await run("git", ["add", ...files], { cwd: root, problem: "What has changed could not be added to npm's commit." });
});
