// `npm test`: installs missing tools, builds changed parts and runs all tests except the long ones.
//
//     npm test                            all suites
//     npm test -- native node chromium    these suites

import { buildPackage, buildTrap } from "./build.mjs";
import { buildPage } from "./build-page.mjs";
import { buildNative, buildTestServers, serverPath } from "./build-server.mjs";
import { readArguments, script } from "./lib/process.mjs";
import {
	browserLayer,
	chooseSuites,
	instructions,
	nodeTests,
	pages,
	runSuites,
	size,
	native as testNative,
} from "./lib/suites.mjs";
import { setupBuild, setupTests } from "./setup.mjs";

/** The browsers in Playwright. */
const BROWSERS = ["chromium", "firefox", "webkit"];
const SUITES = ["native", "instructions", "node", "size", ...BROWSERS];

script(async () => {
	const chosen = chooseSuites(readArguments({ allowPositionals: true }).positionals, SUITES);
	const browsers = BROWSERS.filter((name) => chosen.includes(name));
	const only = (name, suite) => (chosen.includes(name) ? [suite] : []);
	await setupBuild();
	await setupTests({ browsers, counting: chosen.includes("instructions") });
	// These run in parallel: Cargo compiles them in different folders, and much of each compilation
	// uses only one core.
	const native = chosen.includes("native") ? buildNative() : buildTestServers();
	for (const { status, reason } of await Promise.allSettled([native, buildPackages()])) {
		if (status === "rejected") {
			throw reason;
		}
	}
	await runSuites([
		...only("native", testNative),
		...only("instructions", instructions),
		...only("chromium", browserLayer(serverPath("headwater-scenario"), "chrome")),
		...only("node", nodeTests),
		...(browsers.length > 0 ? [pages(...browsers)] : []),
		...only("size", size),
	]);
});

async function buildPackages() {
	await buildPackage();
	await buildTrap();
	await buildPage();
}
