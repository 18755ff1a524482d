// The suites of `npm test` and `npm run test:all`: functions that run the tests and count them.

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { compareInstructions } from "../instructions.mjs";
import { checkSize } from "../size.mjs";
import { add, countNode, countPlaywright, countRust, skipped } from "./counts.mjs";
import { startDisplay } from "./display.mjs";
import { Problem, run, say, serve } from "./process.mjs";
import { find, findWebKitDriver, root, toolsPath } from "./tools.mjs";

/** Runs suites one after the other and prints the sums. The process fails if a test failed. */
export async function runSuites(suites) {
	let total = { passed: 0, failed: 0, skipped: 0 };
	for (const suite of suites) {
		total = add(total, await suite());
	}
	say("done");
	console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
	process.exitCode = total.failed === 0 ? 0 : 1;
}

/**
 * Returns the suites with these names, or all suites if there are no names. Throws if a suite does
 * not exist.
 */
export function chooseSuites(names, all) {
	const unknown = names.filter((name) => !all.includes(name));
	if (unknown.length > 0) {
		throw new Problem(`Unknown suite: ${unknown.join(", ")}. The suites are: ${all.join(", ")}.`);
	}
	return names.length > 0 ? names : all;
}

export async function native() {
	say("running the native tests of core and servers (cargo test; test:all also compiles the ignored examples)");
	const { code, output } = await run("cargo", ["test", "--quiet", "--workspace", "--no-fail-fast"], {
		cwd: root,
		tee: true,
	});
	return verdict(code, countRust(output));
}

/** Compiles the examples in the documentation of the browser layer, which nothing can run. */
export async function examples() {
	say("compiling the examples of the browser layer (cargo test --doc)");
	const args = ["test", "--quiet", "--doc", "--target", "wasm32-unknown-unknown", "--features", "serde"];
	const env = { CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: "true" };
	const { code } = await run("cargo", args, { cwd: root, env });
	return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/**
 * The drivers, by the names that wasm-pack gives them. WebKitGTK's driver accepts the same
 * arguments as Safari's.
 */
const DRIVERS = {
	chrome: () => ["--chromedriver", find("chromedriver")],
	firefox: () => ["--geckodriver", find("geckodriver")],
	safari: () => ["--safaridriver", findWebKitDriver()],
};

/**
 * Runs `wasm-pack test` in these browsers, each with a window and a dedicated worker. All of them
 * use one server, because the server's origin is compiled into the tests.
 */
export function browserLayer(scenario, ...browsers) {
	return async () => {
		const server = await serve(scenario, ["--until-stdin-closes"], /on (http:\S+)\n/);
		let total = { passed: 0, failed: 0, skipped: 0 };
		for (const browser of browsers) {
			total = add(total, await wasmPackTest(browser, server.found));
		}
		await server.stop();
		return total;
	};
}

/** Names the driver, because wasm-pack would otherwise download a newer one. */
async function wasmPackTest(browser, origin) {
	const driver = DRIVERS[browser]();
	say(`testing the browser layer from Rust (wasm-pack test --headless --${browser} ${driver.join(" ")})`);
	const display = browser === "safari" ? await startDisplay() : undefined;
	const env = {
		...toolsPath,
		...(display && { DISPLAY: display.name }),
		HEADWATER_SCENARIO: origin,
		// On a busy machine, a browser may need longer to start than the default of 5 seconds.
		WASM_BINDGEN_TEST_DRIVER_TIMEOUT: "60",
		WASM_BINDGEN_TEST_TIMEOUT: "120",
	};
	const tests = ["--test", "web", "--test", "web-worker", "--features", "serde"];
	const args = ["test", "--headless", `--${browser}`, ...driver, "--", ...tests];
	const { code, output } = await run("wasm-pack", args, { cwd: root, env, tee: true });
	await display?.stop();
	return verdict(code, countRust(output));
}

export async function nodeTests() {
	say("testing the build and the package in Node");
	const { code, output } = await run(
		process.execPath,
		["--test", "--test-concurrency=4", "--test-reporter=tap", "tests/node/"],
		{
			cwd: root,
			tee: true,
		},
	);
	return verdict(code, countNode(output));
}

/** Runs the tests of facade and pages in these projects of playwright.config.ts. */
export function pages(...projects) {
	return async () => {
		say(`testing facade and pages (Playwright: ${projects.join(", ")})`);
		const report = join(root, "test-results", "playwright.json");
		rmSync(report, { force: true });
		const args = ["test", ...projects.map((project) => `--project=${project}`)];
		const { code } = await run(join(root, "node_modules", ".bin", "playwright"), args, { cwd: root });
		const results = JSON.parse(readFileSync(report, "utf8"));
		for (const line of skipped(results)) {
			console.log(line);
		}
		return verdict(code, countPlaywright(results));
	};
}

export async function size() {
	say("measuring the package");
	try {
		await checkSize();
		return { passed: 1, failed: 0, skipped: 0 };
	} catch (error) {
		if (!(error instanceof Problem)) {
			throw error;
		}
		console.error(error.message);
		return { passed: 0, failed: 1, skipped: 0 };
	}
}

export function instructions() {
	say("counting the parser's instructions (valgrind --tool=callgrind)");
	return compareInstructions();
}

/** Adds one failure if the runner failed although no test failed, or if it ran no test. */
export function verdict(code, counted) {
	const ran = counted.passed + counted.failed > 0;
	return (code === 0 && ran) || counted.failed > 0 ? counted : add(counted, { passed: 0, failed: 1, skipped: 0 });
}
