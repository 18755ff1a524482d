// `npm run release`: tests one commit as an npm package and as a crate, and publishes both after a
// confirmation. `npm version` changes the version before that (version.mjs).
//
//     npm run release -- --dry-run     does everything but the upload

import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { wrongAddress } from "./lib/address.mjs";
import { lastWords, Problem, readArguments, run, say, script } from "./lib/process.mjs";
import { crateFiles, npmFiles, wrongPaths } from "./lib/published.mjs";
import { root } from "./lib/tools.mjs";
import { isInChangelog, otherVersions, versionOf } from "./lib/versions.mjs";

const TESTS = [["run", "lint"], ["test"], ["run", "test:package"]];

const CRATE = ["--package", "headwater", "--locked"];

/** The target of the browser layer. The core builds for every target. */
const TARGET = ["--target", "wasm32-unknown-unknown"];

script(async () => {
	const { values } = readArguments({ options: { "dry-run": { type: "boolean" } } });
	const dryRun = values["dry-run"];
	await checkTree();
	const open = wrongAddress(root) ?? checkVersion();
	if (!dryRun) {
		if (open) {
			throw new Problem(open);
		}
		await checkLogin();
	}
	// Removes the files of an earlier build, because they would be published too. `npm run lint`
	// builds the folder again.
	rmSync(join(root, "dist"), { recursive: true, force: true });
	for (const args of TESTS) {
		say(`npm ${args.join(" ")}`);
		await run("npm", ["--silent", ...args], {
			cwd: root,
			problem: `"npm ${args.join(" ")}" failed. Nothing was published.`,
		});
	}
	await packCrate();
	show("npm package", "npm", await npmFiles());
	show("crate", "crate", await crateFiles());
	if (dryRun) {
		console.log(`\n${open ?? `Version ${versionOf(root)} is ready.`}`);
		console.log("Nothing was published. To publish, log in (npm login, cargo login) and run: npm run release");
		return;
	}
	await confirm();
	await publish();
});

/** Throws if the working tree differs from the commit. */
async function checkTree() {
	const { output } = await run("git", ["status", "--porcelain"], {
		cwd: root,
		capture: true,
		problem: "git status failed. Is this folder a Git checkout?",
	});
	if (output !== "") {
		throw new Problem(`The working tree is not clean: commit or stash the changes.\n${output.trimEnd()}`);
	}
}

/**
 * Returns a sentence with the step that is still needed before this version can be published, if
 * there is one.
 */
function checkVersion() {
	const others = otherVersions(root);
	if (others.length > 0) {
		throw new Problem(`${others.join("\n")}\nSet the version with "npm version", which changes all of them.`);
	}
	const version = versionOf(root);
	return isInChangelog(root)
		? undefined
		: `CHANGELOG.md has no section for ${version}. Run "npm version ${version} --allow-same-version": it moves the changes under "Unreleased" into a section with that version and the date.`;
}

/** Throws if the user is not logged in to npm. cargo checks its token only when it publishes. */
async function checkLogin() {
	await run("npm", ["whoami"], { cwd: root, capture: true, problem: "You are not logged in to npm. Run: npm login" });
}

/**
 * Does everything but the upload. If a mirror replaces crates.io, `cargo publish` fails, and `cargo
 * package` runs instead.
 */
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
	console.log("crates.io is replaced by a mirror here, so cargo package runs instead of cargo publish --dry-run");
	const problem = "The crate cannot be packed.";
	await run("cargo", ["package", ...CRATE, ...TARGET], { cwd: root, capture: true, problem });
}

function show(title, where, files) {
	const bytes = (size) => size.toLocaleString("en").padStart(9);
	console.log(`\nThe ${title}: ${files.length} files`);
	for (const { path, size } of files) {
		console.log(`${bytes(size)}  ${path}`);
	}
	console.log(`${bytes(files.reduce((sum, { size }) => sum + size, 0))}  bytes in total, uncompressed`);
	const paths = files.map(({ path }) => path);
	const { stray, missing } = wrongPaths(where, paths);
	if (stray.length + missing.length > 0) {
		throw new Problem(`The ${title} has extra files (${stray.join(", ")}) or lacks files (${missing.join(", ")}).`);
	}
}

async function confirm() {
	const version = versionOf(root);
	const terminal = createInterface({ input: process.stdin, output: process.stdout });
	const closed = new Promise((resolve) => terminal.once("close", resolve));
	const question = `\nThis publishes headwater ${version} on npm and crates.io, which cannot be undone. Type the version to continue: `;
	const answer = await Promise.race([terminal.question(question), closed]);
	terminal.close();
	if (answer?.trim() !== version) {
		throw new Problem("Nothing was published.");
	}
}

/** Publishes the crate first. So if cargo's token is missing, nothing is published. */
async function publish() {
	await run("cargo", ["publish", ...CRATE, ...TARGET], { cwd: root, problem: "Nothing was published." });
	const problem =
		'The crate is published, but the npm package is not. Fix the error that npm reported, then run "HEADWATER_RELEASE=1 npm publish".';
	await run("npm", ["publish"], { cwd: root, env: { HEADWATER_RELEASE: "1" }, problem });
	console.log("Published. Push the commit and its tag: git push --follow-tags");
}
