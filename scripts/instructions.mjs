// Owns `npm run bench:instructions`: how many instructions the parser takes, with what crosses into JavaScript, for each
// workload of benches/support/workloads.rs. Unlike a time the figure does not depend on what else the machine does, so that
// it can be compared with the one in benches/instructions.json, which `-- --record` writes. It holds for one version of rustc
// on one target: for others the figures are shown only.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Problem, run, say, script } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";
import { setupCounting } from "./setup.mjs";

const PACKAGE = "headwater-instructions";
const RECORD = join(root, "benches", "instructions.json");
const RECORD_COMMAND = "npm run bench:instructions -- --record";

/** A change of the parser that nobody meant to cost anything moves a figure by less. */
const MOST_GROWTH = 0.05;

/** What is counted, to its return: the stream is made up before. With a hash behind it, where rustc adds one. */
const COUNTED = "*crossing::cross*";

const ENVIRONMENT = {
	/** A person's own flags would be another compiler. */
	build: {
		CARGO_TARGET_DIR: join(root, "target"),
		CARGO_PROFILE_RELEASE_DEBUG: "line-tables-only",
		RUSTFLAGS: "--cfg headwater_internals",
	},
	/** glibc copies with what this processor has; to be the same on each, with what all of them have. */
	run: { GLIBC_TUNABLES: "glibc.cpu.hwcaps=-AVX,-AVX2,-AVX_Fast_Unaligned_Load,-ERMS,-SSSE3,-SSE4_1,-SSE4_2" },
};

/** Counts, shows and compares. How many figures are as they were, grew, and had nothing to be compared with. */
export async function compareInstructions() {
	const { toolchain, figures } = await count();
	const records = readRecords();
	const recorded = records[toolchain];
	show(figures, recorded);
	if (!recorded) {
		console.log(`not compared: this is ${toolchain}, and recorded is: ${Object.keys(records).join("; ")}`);
		return { passed: 0, failed: 0, skipped: figures.length };
	}
	let failed = 0;
	for (const { name, instructions: is } of figures) {
		const was = recorded[name];
		if (was === undefined || is > was * (1 + MOST_GROWTH)) {
			failed++;
			console.error(`${name}: was ${readable(was)}, is ${readable(is)}. If it is meant: ${RECORD_COMMAND}`);
		} else if (is < was * (1 - MOST_GROWTH)) {
			console.log(`${name}: was ${readable(was)}, is ${readable(is)}. To have it stay so: ${RECORD_COMMAND}`);
		}
	}
	return { passed: figures.length - failed, failed, skipped: 0 };
}

const readable = (count) => (count === undefined ? "not recorded" : `${count.toLocaleString("en")} instructions`);

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
		problem: "The program whose instructions are counted could not be built.",
	});
	const program = join(root, "target", "release", PACKAGE);
	const { output } = await run(program, [], { capture: true, problem: `${PACKAGE} does not say what it measures.` });
	const folder = join(root, "target", "instructions");
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const figures = output.trim().split("\n").map(fields).map(countOne(program, folder));
	return { toolchain: await toolchain(), figures: await Promise.all(figures) };
}

const fields = (line) => line.trim().split("\t");

/** The profile stays, for `callgrind_annotate`. */
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
			throw new Problem(`Nothing was counted for ${name}: is ${COUNTED} in ${program}?`);
		}
		return { name, bytes, events, instructions };
	};
}

/** Such as `rustc 1.95.0, x86_64-unknown-linux-gnu`. */
async function toolchain() {
	const { output } = await run("rustc", ["-vV"], { cwd: root, capture: true, problem: "rustc does not run." });
	const field = (name) => new RegExp(`^${name}: (.+)$`, "m").exec(output)?.[1];
	return `rustc ${field("release")}, ${field("host")}`;
}

function show(figures, recorded) {
	const line = (name, ...columns) =>
		console.log(`${name.padEnd(36)}${columns.map((text) => text.padStart(14)).join("")}`);
	line("instructions", "per byte", "per event", "in all", "recorded", "change");
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
