// `npm run fuzz`: compares the parser and the connection with independent implementations of the
// standard and of the contract, on inputs from libFuzzer. New inputs go to fuzz/target/corpus. This
// command copies those with new coverage to the corpus of the repository:
//
//     cargo +nightly fuzz run -s none TARGET fuzz/corpus/TARGET fuzz/target/corpus/TARGET \
//         -- -merge=1 -use_counters=0
//
// With `-set_cover_merge=1` instead of `-merge=1` it copies fewer files.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Problem, readArguments, run, say, script } from "./lib/process.mjs";
import { root, toolsPath } from "./lib/tools.mjs";
import { setupFuzz } from "./setup.mjs";

/**
 * The targets, with the longest input of each in bytes: several times the longest single construct.
 * Longer inputs find nothing more and take longer.
 */
const TARGETS = { parser: 256, connection: 128 };

/**
 * A sanitizer would find nothing here: the only unsafe code of the core treats checked ASCII as
 * UTF-8.
 */
const NO_SANITIZER = ["--sanitizer", "none"];

script(async () => {
	const { values, positionals } = readArguments({
		options: { runs: { type: "string", default: "1000000" } },
		allowPositionals: true,
	});
	if (!/^[1-9]\d*$/.test(values.runs)) {
		throw new Problem(
			`--runs must be a positive whole number, not "${values.runs}". Example: npm run fuzz -- --runs 10000000`,
		);
	}
	const unknown = positionals.find((name) => !Object.hasOwn(TARGETS, name));
	if (unknown !== undefined) {
		throw new Problem(`"${unknown}" is not a fuzz target. The targets are: ${Object.keys(TARGETS).join(", ")}.`);
	}
	await setupFuzz();
	for (const target of positionals.length > 0 ? positionals : Object.keys(TARGETS)) {
		await fuzz(target, values.runs);
	}
});

async function fuzz(target, runs) {
	say(`building the fuzz target ${target}`);
	const build = { capture: true, problem: `The fuzz target ${target} could not be built.` };
	await cargoFuzz(["build", ...NO_SANITIZER, target], build);

	say(`fuzzing the ${target}: ${runs} executions`);
	const found = join(root, "fuzz", "target", "corpus", target);
	mkdirSync(found, { recursive: true });
	const flags = [`-runs=${runs}`, `-max_len=${TARGETS[target]}`, "-print_final_stats=1"];
	const words = join(root, "fuzz", `${target}.dict`);
	if (existsSync(words)) {
		flags.push(`-dict=${words}`);
	}
	const started = Date.now();
	const folders = [found, join(root, "fuzz", "corpus", target)];
	const { code, output } = await cargoFuzz(["run", ...NO_SANITIZER, target, ...folders, "--", ...flags], {
		tee: true,
	});
	const seconds = Math.round((Date.now() - started) / 1000);

	const executions = /number_of_executed_units: (\d+)/.exec(output)?.[1];
	const [, crash] = /Test unit written to (\S+)/.exec(output) ?? [];
	if (executions === undefined || (code !== 0 && !crash)) {
		throw new Problem(`The fuzz target ${target} stopped early.`);
	}
	console.log(`\n${target}: ${executions} executions in ${seconds} s, ${crash ? `1 crash: ${crash}` : "0 crashes"}`);
	process.exitCode ||= code === 0 ? 0 : 1;
}

function cargoFuzz(args, options) {
	// The same flags as in .cargo/config.toml, which the flags of cargo-fuzz override.
	const env = { ...toolsPath, RUSTFLAGS: "--cfg headwater_internals" };
	return run("cargo", ["+nightly", "fuzz", ...args], { cwd: root, env, ...options });
}
