// `npm run test:all`: the tests that take too long for `npm test`, the facade's tests on the plain
// package, and two benches, which are run for their figures and assert nothing.

import { join } from "node:path";
import { buildPackage, buildPlain, buildTrap } from "./build.mjs";
import { buildPage } from "./build-page.mjs";
import { buildServer } from "./build-server.mjs";
import { run, say, script } from "./lib/process.mjs";
import { browserLayer, pages, runSuites } from "./lib/suites.mjs";
import { root } from "./lib/tools.mjs";
import { setupBuild, setupCluster, setupTests } from "./setup.mjs";

script(async () => {
	await setupBuild();
	await setupTests();
	await setupCluster();
	await buildPackage();
	await buildTrap();
	await buildPlain();
	await buildPage();
	await buildServer("headwater-chat");
	const scenario = await buildServer("headwater-scenario");
	say("measuring the parser (cargo bench)");
	await run("cargo", ["bench", "--quiet", "--bench", "parse"], {
		cwd: root,
		problem: "The bench of the parser failed.",
	});
	say("measuring large events through the package (node benches/large-event.mjs)");
	await run(process.execPath, ["benches/large-event.mjs"], {
		cwd: root,
		problem: "The bench of large events failed.",
	});
	for (const [what, file] of [
		["the public API of the crate is not what it is said to be", "public-api.mjs"],
		["the oldest Rust that the crate names is not the oldest", "msrv.mjs"],
	]) {
		await run(process.execPath, [join("scripts", file)], { cwd: root, problem: `Look above: ${what}.` });
	}
	await runSuites([
		browserLayer(scenario, "safari"),
		pages("chromium-long", "firefox-long", "webkit-long", "chromium-plain", "cluster"),
	]);
});
