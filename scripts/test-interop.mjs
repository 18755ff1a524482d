// `npm run test:interop`: runs the tests against real servers. Each server is installed, started
// and stopped here. If a server cannot be installed, it is skipped, and the reason is printed.
//
//     npm run test:interop -- --only spring,axum

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildPackage } from "./build.mjs";
import { buildTestServers } from "./build-server.mjs";
import { countPlaywright, skipped } from "./lib/counts.mjs";
import { SERVERS, start } from "./lib/interop.mjs";
import { Problem, readArguments, run, say, script } from "./lib/process.mjs";
import { runSuites, verdict } from "./lib/suites.mjs";
import { root } from "./lib/tools.mjs";
import { setupBuild, setupTests } from "./setup.mjs";

script(async () => {
	const { only } = readArguments({ options: { only: { type: "string" } } }).values;
	const names = only?.split(",") ?? Object.keys(SERVERS);
	const unknown = names.filter((name) => !(name in SERVERS));
	if (unknown.length > 0) {
		throw new Problem(`Unknown server: ${unknown.join(", ")}. The servers are: ${Object.keys(SERVERS).join(", ")}.`);
	}
	await setupBuild();
	await setupTests();
	await buildPackage();
	await buildTestServers();
	await runSuites(names.map((name) => () => testWith(name)));
});

async function testWith(name) {
	const problem = (error, word, counted) => {
		if (!(error instanceof Problem)) {
			throw error;
		}
		console.log(`${word}: ${name}: ${error.message.replaceAll(/\s*\n\s*/g, " ")}`);
		return counted;
	};
	let installed;
	let server;
	try {
		installed = await SERVERS[name](name);
	} catch (error) {
		return problem(error, "not tested", { passed: 0, failed: 0, skipped: 1 });
	}
	try {
		server = await start(name, installed);
	} catch (error) {
		return problem(error, "failed", { passed: 0, failed: 1, skipped: 0 });
	}
	try {
		say(`testing with ${name}`);
		return await specOf(name, server.origin);
	} finally {
		await server.stop();
	}
}

async function specOf(name, origin) {
	const report = join(root, "test-results", "interop.json");
	rmSync(report, { force: true });
	const config = join("tests", "interop", "playwright.config.ts");
	const { code } = await run(
		join(root, "node_modules", ".bin", "playwright"),
		["test", `--config=${config}`, `${name}.spec.ts`],
		{ cwd: root, env: { HEADWATER_INTEROP: origin } },
	);
	const results = JSON.parse(readFileSync(report, "utf8"));
	for (const line of skipped(results)) {
		console.log(line);
	}
	return verdict(code, countPlaywright(results));
}
