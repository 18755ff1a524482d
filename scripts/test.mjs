// `npm test`: installs what is missing, builds what has changed, runs every test but the long ones,
// and counts.

import { buildPackage, buildTrap } from "./build.mjs";
import { buildPage } from "./build-page.mjs";
import { buildServer } from "./build-server.mjs";
import { script } from "./lib/process.mjs";
import { browserLayer, examples, instructions, native, nodeTests, pages, runSuites, size } from "./lib/suites.mjs";
import { setupBuild, setupTests } from "./setup.mjs";

script(async () => {
	await setupBuild();
	await setupTests();
	await buildPackage();
	await buildTrap();
	await buildPage();
	await buildServer("headwater-chat");
	const scenario = await buildServer("headwater-scenario");
	await runSuites([
		native,
		examples,
		instructions,
		browserLayer(scenario, "chrome", "firefox"),
		nodeTests,
		pages("chromium", "firefox", "webkit"),
		size,
	]);
});
