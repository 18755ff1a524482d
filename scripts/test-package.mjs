// `npm run test:package`: installs the packed tarball and builds applications with it, with the
// tools of its users. Opens the results in Chromium.
//
//     npm run test:package -- bundlers frameworks

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildPackage } from "./build.mjs";
import { buildTestServers } from "./build-server.mjs";
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
	await buildTestServers();
	await runSuites([() => consumers(positionals)]);
});

/** Runs the tests whose file names contain one of these names, or all tests. */
export async function consumers(names = []) {
	await pack();
	say("testing the packed package with the tools of its users (Playwright)");
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
