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
	examples,
	instructions,
	nodeTests,
	pages,
	runSuites,
	size,
	native as testNative,
} from "./lib/suites.mjs";
import { setupBuild, setupTests } from "./setup.mjs";

/** The browsers in Playwright, each with its name in `wasm-pack test`, if it is tested there. */
const BROWSERS = { chromium: "chrome", firefox: "firefox", webkit: undefined };
const SUITES = ["native", "examples", "instructions", "node", "size", ...Object.keys(BROWSERS)];

script(async () => {
	const chosen = chooseSuites(readArguments({ allowPositionals: true }).positionals, SUITES);
	const browsers = Object.keys(BROWSERS).filter((name) => chosen.includes(name));
	const fromRust = browsers.map((name) => BROWSERS[name]).filter(Boolean);
	const only = (name, suite) => (chosen.includes(name) ? [suite] : []);
	await setupBuild();
	await setupTests({ browsers, counting: chosen.includes("instructions") });
	// Cargo compiles these in different folders, and much of either runs on one core.
	const native = chosen.includes("native") ? buildNative() : buildTestServers();
	for (const { status, reason } of await Promise.allSettled([native, buildPackages()])) {
		if (status === "rejected") {
			throw reason;
		}
	}
	await runSuites([
		...only("native", testNative),
		...only("examples", examples),
		...only("instructions", instructions),
		...(fromRust.length > 0 ? [browserLayer(serverPath("headwater-scenario"), ...fromRust)] : []),
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
