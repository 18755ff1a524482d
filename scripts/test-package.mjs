// Owns `npm run test:package`: the packed tarball, installed and built by the tools that people use, opened in Chromium.
//
// npm run test:package -- bundlers frameworks

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildPackage } from "./build.mjs";
import { buildServer } from "./build-server.mjs";
import { countPlaywright, skipped } from "./lib/counts.mjs";
import { pack } from "./lib/packed.mjs";
import { readArguments, run, say, script } from "./lib/process.mjs";
import { runSuites, verdict } from "./lib/suites.mjs";
import { root } from "./lib/tools.mjs";
import { setupBuild, setupTests } from "./setup.mjs";

script(async () => {
	const { positionals } = readArguments({ allowPositionals: true });
	await setupBuild();
	await setupTests();
	await buildPackage();
	await buildServer("headwater-scenario");
	await runSuites([() => consumers(positionals)]);
});

/** Those whose files have one of these names in theirs, or all. */
export async function consumers(names = []) {
	await pack();
	say("testing the packed package as its users have it (Playwright)");
	const report = join(root, "test-results", "package.json");
	rmSync(report, { force: true });
	const config = join("tests", "package", "playwright.config.ts");
	const program = join(root, "node_modules", ".bin", "playwright");
	const { code } = await run(program, ["test", `--config=${config}`, ...names], { cwd: root });
	const results = JSON.parse(readFileSync(report, "utf8"));
	for (const line of skipped(results)) {
		console.log(line);
	}
	return verdict(code, countPlaywright(results));
}
