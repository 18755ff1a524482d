// `npm run test:one`: builds changed parts and runs one test file in one browser.
//
//     npm run test:one -- facade/until                        in Chromium
//     npm run test:one -- e2e/chat firefox -g Escape          only tests with this text in their
//     name

import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildPackage, buildTrap } from "./build.mjs";
import { buildPage } from "./build-page.mjs";
import { buildTestServers } from "./build-server.mjs";
import { Problem, readArguments, run, script } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";

const BROWSERS = ["chromium", "firefox", "webkit"];
/** Matches the facade's tests that load the module that traps. */
const TRAPPING = /isolation/;

script(async () => {
	const { values, positionals } = readArguments({
		options: { grep: { type: "string", short: "g" } },
		allowPositionals: true,
	});
	const [file, browser = "chromium"] = positionals;
	if (file === undefined || !BROWSERS.includes(browser)) {
		throw new Problem(
			`Usage: npm run test:one -- FILE [${BROWSERS.join("|")}], such as: npm run test:one -- facade/until firefox`,
		);
	}
	const path = join("tests", `${file.replace(/\.spec\.ts$/, "")}.spec.ts`);
	if (!existsSync(join(root, path))) {
		throw new Problem(`There is no file ${path}.`);
	}
	await buildPackage();
	await buildTestServers();
	if (!file.startsWith("facade/")) {
		await buildPage();
	}
	if (TRAPPING.test(file)) {
		await buildTrap();
	}
	const grep = values.grep === undefined ? [] : ["--grep", values.grep];
	const projects = [browser, `${browser}-long`].map((name) => `--project=${name}`);
	const { code } = await run(join(root, "node_modules", ".bin", "playwright"), ["test", file, ...grep, ...projects]);
	process.exitCode = code === 0 ? 0 : 1;
});
