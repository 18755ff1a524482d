// `npm run test:all`: runs the tests that take too long for `npm test`, the facade's tests with the
// plain package, and two benches, which only print figures.

import { join } from "node:path";
import { buildPackage, buildPlain, buildTrap } from "./build.mjs";
import { buildPage } from "./build-page.mjs";
import { buildTestServers, serverPath } from "./build-server.mjs";
import { buildDocs } from "./docs.mjs";
import { run, say, script } from "./lib/process.mjs";
import { browserLayer, examples, pages, runSuites } from "./lib/suites.mjs";
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
	await buildTestServers();
	await buildDocs();
	say("measuring the parser (cargo bench)");
	await run("cargo", ["bench", "--quiet", "--bench", "parse"], {
		cwd: root,
		problem: "The parser benchmark failed.",
	});
	say("measuring large events through the package (node benches/large-event.mjs)");
	await run(process.execPath, ["benches/large-event.mjs"], {
		cwd: root,
		problem: "The benchmark of large events failed.",
	});
	for (const [problem, file] of [
		["The check of the crate's public API failed (npm run api).", "public-api.mjs"],
		["The check of the oldest supported Rust failed (npm run msrv).", "msrv.mjs"],
	]) {
		await run(process.execPath, [join("scripts", file)], { cwd: root, problem });
	}
	await runSuites([
		examples,
		browserLayer(serverPath("headwater-scenario"), "firefox", "safari"),
		pages("chromium-long", "firefox-long", "webkit-long", "chromium-plain", "cluster", "docs"),
	]);
});
