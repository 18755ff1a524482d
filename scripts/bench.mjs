// `npm run bench`: runs the benchmark in a browser and prints the result of each row. The exit
// status is 1 if a run was wrong, for example because an event did not arrive. A missed goal does
// not change the status.
//
//     npm run bench -- --quick --only floods --only bursts --browser firefox --json

import { join } from "node:path";
import { buildBench, buildPackage } from "./build.mjs";
import { buildPage } from "./build-page.mjs";
import { buildChatServer } from "./build-server.mjs";
import { Problem, readArguments, run, script } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";
import { setupBuild, setupTests } from "./setup.mjs";

const OPTIONS = {
	browser: { type: "string", default: "chromium" },
	only: { type: "string", multiple: true },
	quick: { type: "boolean", default: false },
	json: { type: "boolean", default: false },
};

const BROWSERS = ["chromium", "firefox"];

script(async () => {
	const { browser, ...options } = readOptions();
	if (options.json) {
		// Everything but the figures goes to the standard error output.
		console.log = console.error;
	}
	await setupBuild();
	await setupTests();
	await buildPackage();
	await buildBench();
	await buildPage();
	await buildChatServer();
	const config = join("benches", "browser", "runner", "playwright.config.ts");
	const env = { HEADWATER_BENCH: JSON.stringify(options) };
	const args = ["test", "--config", config, "--project", browser];
	const { code } = await run(join(root, "node_modules", ".bin", "playwright"), args, { cwd: root, env });
	process.exitCode = code === 0 ? 0 : 1;
});

function readOptions() {
	const { values } = readArguments({ options: OPTIONS });
	if (!BROWSERS.includes(values.browser)) {
		throw new Problem(`--browser must be one of ${BROWSERS.join(", ")}, not "${values.browser}".`);
	}
	return values;
}
