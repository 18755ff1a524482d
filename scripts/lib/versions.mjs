// The version is set in package.json. This file copies it to all other places.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "./process.mjs";

const IN_LOCK = /(\nname = "headwater"\nversion = ")([^"]+)/;

/**
 * The files that repeat the version, with a pattern that finds it. npm changes package-lock.json
 * itself.
 */
const PLACES = {
	"Cargo.toml": /(\[package\]\nname = "headwater"\nversion = ")([^"]+)/,
	"Cargo.lock": IN_LOCK,
	"fuzz/Cargo.lock": IN_LOCK,
};

const UNRELEASED = "## Unreleased\n";

/** Returns the version of the checkout in this folder. */
export const versionOf = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;

/** Returns a sentence for each file with another version. */
export function otherVersions(folder) {
	const version = versionOf(folder);
	return Object.entries(PLACES).flatMap(([file, pattern]) => {
		const found = pattern.exec(readFileSync(join(folder, file), "utf8"))?.[2];
		return found === version ? [] : `package.json has version ${version}, ${file} has ${found ?? "none"}.`;
	});
}

/** Returns whether CHANGELOG.md has a section for this version. */
export function isInChangelog(folder) {
	const changelog = readFileSync(join(folder, "CHANGELOG.md"), "utf8");
	return changelog.includes(`\n## ${versionOf(folder)} - `);
}

/**
 * Writes the version to all other files, moves the changes under "Unreleased" in CHANGELOG.md into
 * a section for the version, and returns the changed files.
 */
export function repeatVersion(folder, date) {
	const version = versionOf(folder);
	for (const [file, pattern] of Object.entries(PLACES)) {
		replace(join(folder, file), pattern, (_, before) => before + version);
	}
	if (!isInChangelog(folder)) {
		replace(join(folder, "CHANGELOG.md"), UNRELEASED, `${UNRELEASED}\n## ${version} - ${date}\n`);
	}
	return [...Object.keys(PLACES), "CHANGELOG.md"];
}

function replace(file, what, by) {
	const text = readFileSync(file, "utf8");
	if (text.search(what) < 0) {
		const missing = what === UNRELEASED ? 'heading "## Unreleased"' : "line with the version";
		throw new Problem(`${file} has no ${missing}.`);
	}
	writeFileSync(file, text.replace(what, by));
}
