// `npm run bench:instructions`: counts the instructions of the parser and of the batches for
// JavaScript, for each workload of benches/support/workloads.rs, and compares them with
// benches/instructions.json. Unlike a time, the count does not depend on the load of the machine. A
// record is valid for one version of rustc on one target. For other versions and targets, the
// counts are only printed.
//
//     npm run bench:instructions -- --record     writes benches/instructions.json

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Problem, run, say, script } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";
import { setupCounting } from "./setup.mjs";

const PACKAGE = "headwater-instructions";
const RECORD = join(root, "benches", "instructions.json");
const RECORD_COMMAND = "npm run bench:instructions -- --record";

/**
 * If a count grows by more than this share, the comparison fails. Neutral changes of the parser
 * change a count by less.
 */
const MOST_GROWTH = 0.05;

/**
 * Only this function is counted, because the stream is generated before it is called. The last
 * asterisk stands for the hash that rustc adds.
 */
const COUNTED = "*crossing::cross*";

const ENVIRONMENT = {
	/** Overrides flags from the environment, because they would change the code. */
	build: {
		CARGO_TARGET_DIR: join(root, "target"),
		CARGO_PROFILE_RELEASE_DEBUG: "line-tables-only",
		RUSTFLAGS: "--cfg headwater_internals",
	},
	/**
	 * glibc must copy with instructions that every processor has, so that the count is the same on
	 * all of them.
	 */
	run: { GLIBC_TUNABLES: "glibc.cpu.hwcaps=-AVX,-AVX2,-AVX_Fast_Unaligned_Load,-ERMS,-SSSE3,-SSE4_1,-SSE4_2" },
};

/**
 * Counts, prints and compares. A workload fails if its count has grown. All are skipped if there is
 * no record for this toolchain.
 */
export async function compareInstructions() {
	const { toolchain, figures } = await count();
	const records = readRecords();
	const recorded = records[toolchain];
	show(figures, recorded);
	if (!recorded) {
		console.log(
			`not compared: the records are for ${Object.keys(records).join("; ")}, and this machine has ${toolchain}`,
		);
		return { passed: 0, failed: 0, skipped: figures.length };
	}
	let failed = 0;
	for (const { name, instructions: is } of figures) {
		const was = recorded[name];
		if (was === undefined || is > was * (1 + MOST_GROWTH)) {
			failed++;
			console.error(`${name}: ${readable(is)}, ${before(was)}. If this is intended, record it: ${RECORD_COMMAND}`);
		} else if (is < was * (1 - MOST_GROWTH)) {
			console.log(`${name}: ${readable(is)}, ${before(was)}. To record it: ${RECORD_COMMAND}`);
		}
	}
	return { passed: figures.length - failed, failed, skipped: 0 };
}

const readable = (count) => (count === undefined ? "not recorded" : `${count.toLocaleString("en")} instructions`);

const before = (count) => (count === undefined ? "not recorded yet" : `${count.toLocaleString("en")} recorded`);

async function record() {
	const { toolchain, figures } = await count();
	const records = readRecords();
	show(figures, records[toolchain]);
	records[toolchain] = Object.fromEntries(figures.map(({ name, instructions }) => [name, instructions]));
	writeFileSync(RECORD, `${JSON.stringify(records, null, "\t")}\n`);
	say(`recorded for ${toolchain}`);
}

function readRecords() {
	return JSON.parse(readFileSync(RECORD, "utf8"));
}

async function count() {
	await run("cargo", ["build", "--quiet", "--release", "--package", PACKAGE], {
		cwd: root,
		env: ENVIRONMENT.build,
		capture: true,
		problem: "The program for counting instructions could not be built.",
	});
	const program = join(root, "target", "release", PACKAGE);
	const { output } = await run(program, [], { capture: true, problem: `${PACKAGE} failed to list its workloads.` });
	const folder = join(root, "target", "instructions");
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const figures = output.trim().split("\n").map(fields).map(countOne(program, folder));
	return { toolchain: await toolchain(), figures: await Promise.all(figures) };
}

const fields = (line) => line.trim().split("\t");

/** Counts the instructions of one workload. The profile is kept for `callgrind_annotate`. */
function countOne(program, folder) {
	return async ([workload, chunkSize]) => {
		const name = `${workload} in chunks of ${chunkSize}`;
		const profile = join(folder, `${name.replaceAll(" ", "-")}.callgrind`);
		const flags = ["--quiet", "--tool=callgrind", `--toggle-collect=${COUNTED}`, `--callgrind-out-file=${profile}`];
		const { output } = await run("valgrind", [...flags, program, workload, chunkSize], {
			env: ENVIRONMENT.run,
			capture: true,
			problem: `The instructions of ${name} could not be counted.`,
		});
		const [bytes, events] = fields(output).map(Number);
		const instructions = Number(/^totals: (\d+)$/m.exec(readFileSync(profile, "utf8"))?.[1]);
		if (!(bytes > 0 && events > 0 && instructions > 0)) {
			throw new Problem(`Nothing was counted for ${name}: does ${program} contain ${COUNTED}?`);
		}
		return { name, bytes, events, instructions };
	};
}

/** Returns for example `rustc 1.95.0, x86_64-unknown-linux-gnu`. */
async function toolchain() {
	const { output } = await run("rustc", ["-vV"], { cwd: root, capture: true, problem: "rustc does not run." });
	const field = (name) => new RegExp(`^${name}: (.+)$`, "m").exec(output)?.[1];
	return `rustc ${field("release")}, ${field("host")}`;
}

function show(figures, recorded) {
	const line = (name, ...columns) =>
		console.log(`${name.padEnd(36)}${columns.map((text) => text.padStart(14)).join("")}`);
	line("instructions", "per byte", "per event", "total", "recorded", "change");
	for (const { name, bytes, events, instructions } of figures) {
		const was = recorded?.[name];
		line(
			name,
			(instructions / bytes).toFixed(2),
			(instructions / events).toFixed(1),
			`${instructions}`,
			was === undefined ? "-" : `${was}`,
			was === undefined ? "-" : percent(instructions / was - 1),
		);
	}
}

const percent = (share) => `${share < 0 ? "" : "+"}${(100 * share).toFixed(2)} %`;

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	script(async () => {
		await setupCounting();
		say("counting instructions");
		if (process.argv.includes("--record")) {
			await record();
		} else {
			const { failed } = await compareInstructions();
			process.exitCode = failed === 0 ? 0 : 1;
		}
	});
}
