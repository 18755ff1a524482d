// `npm run test:chaos`: runs one client in a browser and one server, with the given number of
// faults between them. Prints the figures. The exit status is 0 if every event arrived once, in
// order and complete, and every socket is closed.
//
//     npm run test:chaos -- --seed 1 --events 10000 --faults 1000 --browser firefox --place worker --method POST

import { randomInt } from "node:crypto";
import { join } from "node:path";
import { buildPackage } from "./build.mjs";
import { buildTestServers } from "./build-server.mjs";
import { Problem, readArguments, run, script } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";
import { setupBuild, setupTests } from "./setup.mjs";

const MOST = 2 ** 32 - 1;

const text = (fallback) => ({ type: "string", default: fallback });

const OPTIONS = {
	seed: text(`${randomInt(MOST)}`),
	events: text("10000"),
	faults: text("1000"),
	browser: text("chromium"),
	place: text("window"),
	method: text("GET"),
	// Damages one event at the server, in order to show that the test detects it.
	spoil: { type: "string" },
};

const CHOICES = {
	browser: ["chromium", "firefox"],
	place: ["window", "worker"],
	method: ["GET", "POST"],
	spoil: ["lost", "twice", "changed", "swapped"],
};

script(async () => {
	const { browser, ...options } = readOptions();
	await setupBuild();
	await setupTests();
	await buildPackage();
	await buildTestServers();
	console.log(`\n${options.method} in ${browser}, ${options.place}; seed ${options.seed}`);
	const args = ["test", "--config", join("tests", "chaos", "playwright.config.ts"), "--project", browser];
	const env = { HEADWATER_CHAOS: JSON.stringify(options) };
	const { code } = await run(join(root, "node_modules", ".bin", "playwright"), args, { cwd: root, env });
	process.exitCode = code === 0 ? 0 : 1;
});

function readOptions() {
	const { values } = readArguments({ options: OPTIONS });
	for (const [name, choices] of Object.entries(CHOICES)) {
		if (values[name] !== undefined && !choices.includes(values[name])) {
			throw new Problem(`--${name} must be one of ${choices.join(", ")}, not "${values[name]}".`);
		}
	}
	for (const name of ["seed", "events", "faults"]) {
		if (!/^\d+$/.test(values[name]) || Number(values[name]) > MOST) {
			throw new Problem(`--${name} must be a number from 0 to ${MOST}, not "${values[name]}".`);
		}
		values[name] = Number(values[name]);
	}
	if (values.faults > values.events) {
		throw new Problem("An event has at most one fault, so --faults must not exceed --events.");
	}
	return values;
}
