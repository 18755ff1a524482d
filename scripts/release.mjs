// Owns `npm run release`: the same state of the repository becomes an npm package and a crate, tested as both, and published
// if the person says so. With `-- --dry-run` it ends before that. The version is `npm version`'s to change (version.mjs).
//
// npm run release -- --dry-run

import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { lastWords, Problem, readArguments, run, say, script } from "./lib/process.mjs";
import { crateFiles, npmFiles, wrongPaths } from "./lib/published.mjs";
import { root } from "./lib/tools.mjs";
import { isInChangelog, otherVersions, versionOf } from "./lib/versions.mjs";

const TESTS = [["run", "lint"], ["test"], ["run", "test:package"]];

const CRATE = ["--package", "headwater", "--locked"];

/** Where dependants build it. The core alone is for every target. */
const TARGET = ["--target", "wasm32-unknown-unknown"];

script(async () => {
	const { values } = readArguments({ options: { "dry-run": { type: "boolean" } } });
	const dryRun = values["dry-run"];
	await checkTree();
	const open = checkVersion();
	if (!dryRun) {
		if (open) {
			throw new Problem(open);
		}
		await checkLogin();
	}
	// What an earlier build has left there would be published too. The first of these builds it.
	rmSync(join(root, "dist"), { recursive: true, force: true });
	for (const args of TESTS) {
		say(`npm ${args.join(" ")}`);
		await run("npm", ["--silent", ...args], {
			cwd: root,
			problem: `"npm ${args.join(" ")}" failed: nothing is published.`,
		});
	}
	await packCrate();
	show("npm package", "npm", await npmFiles());
	show("crate", "crate", await crateFiles());
	if (dryRun) {
		console.log(`\n${open ?? `Version ${versionOf(root)} is ready.`}`);
		console.log("Nothing was published. To publish, log in (npm login, cargo login) and say: npm run release");
		return;
	}
	await confirm();
	await publish();
});

/** What is published is a commit. */
async function checkTree() {
	const { output } = await run("git", ["status", "--porcelain"], {
		cwd: root,
		capture: true,
		problem: "This is no checkout.",
	});
	if (output !== "") {
		throw new Problem(`The working tree is not clean: commit what has changed, or put it away.\n${output.trimEnd()}`);
	}
}

/** Answers what is still to be done before this version can be published, if anything. */
function checkVersion() {
	const others = otherVersions(root);
	if (others.length > 0) {
		throw new Problem(`${others.join("\n")}\n"npm version" changes all of them.`);
	}
	const version = versionOf(root);
	return isInChangelog(root)
		? undefined
		: `CHANGELOG.md has nothing of ${version} but under "Unreleased": "npm version ${version} --allow-same-version" dates it.`;
}

/** Whether cargo has a token shows only when it publishes. */
async function checkLogin() {
	await run("npm", ["whoami"], { cwd: root, capture: true, problem: "npm does not know who you are: npm login" });
}

/** Everything but the upload; where another registry stands in for crates.io, cargo will not speak of uploads at all. */
async function packCrate() {
	say("packing the crate");
	const { code, output } = await run("cargo", ["publish", "--dry-run", ...CRATE, ...TARGET], {
		cwd: root,
		capture: true,
	});
	if (code === 0) {
		return;
	}
	if (!/crates-io is replaced/.test(output)) {
		throw new Problem(`The crate cannot be packed.\n${lastWords(output)}`);
	}
	console.log("crates.io is replaced here by another registry: cargo package instead of cargo publish --dry-run");
	const problem = "The crate cannot be packed.";
	await run("cargo", ["package", ...CRATE, ...TARGET], { cwd: root, capture: true, problem });
}

function show(title, where, files) {
	const bytes = (size) => size.toLocaleString("en").padStart(9);
	console.log(`\nThe ${title}: ${files.length} files`);
	for (const { path, size } of files) {
		console.log(`${bytes(size)}  ${path}`);
	}
	console.log(`${bytes(files.reduce((sum, { size }) => sum + size, 0))}  bytes in all, uncompressed`);
	const paths = files.map(({ path }) => path);
	const { stray, missing } = wrongPaths(where, paths);
	if (stray.length + missing.length > 0) {
		throw new Problem(`The ${title} has too much (${stray.join(", ")}) or too little (${missing.join(", ")}).`);
	}
}

async function confirm() {
	const version = versionOf(root);
	const terminal = createInterface({ input: process.stdin, output: process.stdout });
	const closed = new Promise((resolve) => terminal.once("close", resolve));
	const question = `\nThis publishes headwater ${version} on npm and crates.io, for good. Type the version to go on: `;
	const answer = await Promise.race([terminal.question(question), closed]);
	terminal.close();
	if (answer?.trim() !== version) {
		throw new Problem("Nothing was published.");
	}
}

/** The crate first: who has no token for it finds out before anything is published. */
async function publish() {
	await run("cargo", ["publish", ...CRATE, ...TARGET], { cwd: root, problem: "Nothing was published." });
	const problem =
		'The crate is published, and the package is not: put right what npm says, then "HEADWATER_RELEASE=1 npm publish".';
	await run("npm", ["publish"], { cwd: root, env: { HEADWATER_RELEASE: "1" }, problem });
	console.log("Published. Now the commit and its tag: git push --follow-tags");
}
