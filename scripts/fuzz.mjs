// Owns `npm run fuzz`: the parser against the second reading of the standard, on bytes that libFuzzer makes up. It reads
// the corpus of the repository and keeps what it finds beside it, in `fuzz/target/corpus`. What goes a way of its own
// through the parser is taken over by `cargo +nightly fuzz run -s none parser fuzz/corpus/parser fuzz/target/corpus --
// -merge=1 -use_counters=0`.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Problem, run, say, script } from "./lib/process.mjs";
import { root, toolsPath } from "./lib/tools.mjs";
import { setupFuzz } from "./setup.mjs";

/** Several times the longest way to say one thing: longer inputs only take longer. */
const MAX_LENGTH = 256;

/** The parser has no unsafe code for a sanitizer to watch. */
const TARGET = ["--sanitizer", "none", "parser"];

script(async () => {
	const { values } = parseArgs({ options: { runs: { type: "string", default: "1000000" } } });
	if (!/^[1-9]\d*$/.test(values.runs)) {
		throw new Problem(`"${values.runs}" is not a number of executions; try: npm run fuzz -- --runs 10000000`);
	}
	await setupFuzz();
	say("building the fuzz target");
	await fuzz(["build", ...TARGET], { capture: true, problem: "The fuzz target could not be built." });

	say(`fuzzing the parser: ${values.runs} executions`);
	const found = join(root, "fuzz", "target", "corpus");
	mkdirSync(found, { recursive: true });
	const words = join(root, "fuzz", "parser.dict");
	const flags = [`-runs=${values.runs}`, `-max_len=${MAX_LENGTH}`, `-dict=${words}`, "-print_final_stats=1"];
	const started = Date.now();
	const folders = [found, join(root, "fuzz", "corpus", "parser")];
	const { code, output } = await fuzz(["run", ...TARGET, ...folders, "--", ...flags], { tee: true });
	const seconds = Math.round((Date.now() - started) / 1000);

	const executions = /number_of_executed_units: (\d+)/.exec(output)?.[1];
	const [, crash] = /Test unit written to (\S+)/.exec(output) ?? [];
	if (executions === undefined || (code !== 0 && !crash)) {
		throw new Problem("The fuzz target did not run to its end.");
	}
	console.log(`\n${executions} executions in ${seconds} s, ${crash ? `1 crash: ${crash}` : "0 crashes"}`);
	process.exitCode = code === 0 ? 0 : 1;
});

function fuzz(args, options) {
	return run("cargo", ["+nightly", "fuzz", ...args], { cwd: root, env: toolsPath, ...options });
}
