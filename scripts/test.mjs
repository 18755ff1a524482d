// Owns `npm test`: installs what is missing, builds what has changed, runs every test, and counts.

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildPackage } from "./build.mjs";
import { buildPage } from "./build-page.mjs";
import { buildServer } from "./build-server.mjs";
import { add, countNode, countPlaywright, countRust } from "./lib/counts.mjs";
import { Problem, run, say, script, serve } from "./lib/process.mjs";
import { find, findChromium, findFirefox, root, toolsPath } from "./lib/tools.mjs";
import { setupBuild, setupTests } from "./setup.mjs";
import { checkSize } from "./size.mjs";

const results = join(root, "test-results");

script(async () => {
	await setupBuild();
	await setupTests();
	await buildPackage();
	await buildPage();
	await buildServer("headwater-chat");
	const scenario = await buildServer("headwater-scenario");
	let total = { passed: 0, failed: 0, skipped: 0 };
	for (const suite of [native, ...(await browserLayer(scenario)), nodeTests, pages, size]) {
		total = add(total, await suite());
	}
	say("done");
	console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
	process.exitCode = total.failed === 0 ? 0 : 1;
});

async function native() {
	say("testing natively: core and servers (cargo test)");
	const { code, output } = await run("cargo", ["test", "--quiet", "--workspace", "--no-fail-fast"], {
		cwd: root,
		tee: true,
	});
	return verdict(code, countRust(output));
}

/** `wasm-pack test` in both browsers, each with a window and a dedicated worker. */
async function browserLayer(scenario) {
	return ["chrome", "firefox"].map((browser) => async () => {
		say(`testing the browser layer from Rust (wasm-pack test --headless --${browser})`);
		const server = await serve(scenario, ["--until-stdin-closes"], /on (http:\S+)\n/);
		const env = {
			...toolsPath,
			HEADWATER_SCENARIO: server.found,
			// On a machine busy with other things a browser may take longer to start than the default of five seconds.
			WASM_BINDGEN_TEST_DRIVER_TIMEOUT: "60",
			WASM_BINDGEN_TEST_TIMEOUT: "120",
		};
		const tests = ["--test", "web", "--test", "web-worker", "--features", "serde"];
		const { code, output } = await run(
			"wasm-pack",
			["test", "--headless", `--${browser}`, ...driver(browser), "--", ...tests],
			{ cwd: root, env, tee: true },
		);
		await server.stop();
		return verdict(code, countRust(output));
	});
}

/** The driver on PATH: without its name wasm-pack would look for a newer one to download. */
function driver(browser) {
	return browser === "chrome" ? ["--chromedriver", find("chromedriver")] : ["--geckodriver", find("geckodriver")];
}

async function nodeTests() {
	say("testing the package in Node");
	const { code, output } = await run(process.execPath, ["--test", "--test-reporter=tap", "tests/node/"], {
		cwd: root,
		tee: true,
	});
	return verdict(code, countNode(output));
}

async function pages() {
	say(`testing facade and pages (Playwright: ${findChromium()}, ${findFirefox()})`);
	const report = join(results, "playwright.json");
	rmSync(report, { force: true });
	const { code } = await run(join(root, "node_modules", ".bin", "playwright"), ["test"], { cwd: root });
	return verdict(code, countPlaywright(JSON.parse(readFileSync(report, "utf8"))));
}

async function size() {
	say("measuring the package");
	try {
		checkSize();
		return { passed: 1, failed: 0, skipped: 0 };
	} catch (error) {
		if (!(error instanceof Problem)) {
			throw error;
		}
		console.error(error.message);
		return { passed: 0, failed: 1, skipped: 0 };
	}
}

/** A runner that fails without a failed test has failed all the same, as one that ran none. */
function verdict(code, counted) {
	const ran = counted.passed + counted.failed > 0;
	return (code === 0 && ran) || counted.failed > 0 ? counted : add(counted, { passed: 0, failed: 1, skipped: 0 });
}
