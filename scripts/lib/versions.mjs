// Owns the version: package.json has it, and every other place repeats it.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "./process.mjs";

const IN_LOCK = /(\nname = "headwater"\nversion = ")([^"]+)/;

/** Where it is repeated, with what is before it. npm itself sees to package-lock.json. */
const PLACES = {
	"Cargo.toml": /(\[package\]\nname = "headwater"\nversion = ")([^"]+)/,
	"Cargo.lock": IN_LOCK,
	"fuzz/Cargo.lock": IN_LOCK,
};

const UNRELEASED = "## Unreleased\n";

/** The version of the checkout in this folder. */
export const versionOf = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;

/** A sentence for each place that has another version. */
export function otherVersions(folder) {
	const version = versionOf(folder);
	return Object.entries(PLACES).flatMap(([file, pattern]) => {
		const found = pattern.exec(readFileSync(join(folder, file), "utf8"))?.[2];
		return found === version ? [] : `package.json has version ${version}, ${file} has ${found ?? "none"}.`;
	});
}

/** Whether CHANGELOG.md says what this version brings. */
export function isInChangelog(folder) {
	const changelog = readFileSync(join(folder, "CHANGELOG.md"), "utf8");
	return changelog.includes(`\n## ${versionOf(folder)} - `);
}

/** Has every other place repeat the version, and CHANGELOG.md give what is unreleased to it; answers the changed files. */
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
		throw new Problem(`${file} has no place for the version.`);
	}
	writeFileSync(file, text.replace(what, by));
}
