// Checks the files, the version and the address that would be published. Publishes nothing.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { writeAddress, wrongAddress } from "../../scripts/lib/address.mjs";
import { cratePaths, npmFiles, wrongPaths } from "../../scripts/lib/published.mjs";
import { root } from "../../scripts/lib/tools.mjs";
import { isInChangelog, otherVersions, repeatVersion, versionOf } from "../../scripts/lib/versions.mjs";

const NONE = { stray: [], missing: [] };

test("the npm package contains only dist/, README, licenses and changelog", async () => {
	const paths = (await npmFiles()).map(({ path }) => path);
	assert.deepEqual(wrongPaths("npm", paths), NONE);
	for (const path of ["dist/index.js", "dist/index.d.ts", "dist/slim.js", "dist/slim.d.ts", "dist/headwater.wasm"]) {
		assert.ok(paths.includes(path), path);
	}
});

test("the crate contains only src/, README, licenses and changelog", async () => {
	const paths = await cratePaths();
	assert.deepEqual(wrongPaths("crate", paths), NONE);
	assert.ok(paths.includes("src/lib.rs"));
});

test("the check names stray and missing files", () => {
	assert.deepEqual(wrongPaths("npm", ["dist/index.js", "dist/.env", "js/index.ts", "README.md", "LICENSE-MIT"]), {
		stray: ["dist/.env", "js/index.ts"],
		missing: ["CHANGELOG.md", "LICENSE-APACHE"],
	});
});

test("package, crate and their lockfiles have the same version", () => {
	assert.deepEqual(otherVersions(root), []);
});

test("the check names each file with another version, and the script of `npm version` copies the new version to every file", (context) => {
	const folder = mkdtempSync(join(tmpdir(), "headwater-version-"));
	context.after(() => rmSync(folder, { recursive: true }));
	const names = ["package.json", "Cargo.toml", "Cargo.lock", "fuzz/Cargo.lock", "CHANGELOG.md"];
	for (const name of names) {
		cpSync(join(root, name), join(folder, name));
	}
	const read = (name) => readFileSync(join(folder, name), "utf8");
	const before = versionOf(folder);
	const manifest = read("package.json").replace(`"version": "${before}"`, '"version": "12.3.4-rc.5"');
	writeFileSync(join(folder, "package.json"), manifest);
	assert.deepEqual(
		otherVersions(folder).sort(),
		["Cargo.lock", "Cargo.toml", "fuzz/Cargo.lock"].map(
			(name) => `package.json has version 12.3.4-rc.5, ${name} has ${before}.`,
		),
	);
	assert.equal(isInChangelog(folder), false);
	assert.deepEqual(repeatVersion(folder, "2030-01-02").sort(), names.filter((name) => name !== "package.json").sort());
	assert.deepEqual(otherVersions(folder), []);
	assert.equal(isInChangelog(folder), true);
	assert.match(read("CHANGELOG.md"), /\n## Unreleased\n\n## 12\.3\.4-rc\.5 - 2030-01-02\n/);
	const lines = (text) => text.split("\n");
	const changed = lines(read("Cargo.lock")).filter(
		(line, at) => line !== lines(readFileSync(join(root, "Cargo.lock"), "utf8"))[at],
	);
	assert.deepEqual(changed, ['version = "12.3.4-rc.5"']);
});

const ADDRESS = {
	repository: "https://forge.example/headwater/headwater",
	homepage: "https://headwater.example",
	bugs: "https://forge.example/headwater/headwater/issues",
};

test("a release is refused while the project has no address, or only a part of it", () => {
	assert.match(
		wrongAddress(root, null),
		/^The project has no public address: .* \(missing: repository, homepage, bugs\)/,
	);
	assert.match(
		wrongAddress(root, { ...ADDRESS, bugs: undefined }),
		/^The project has no public address: .* \(missing: bugs\)/,
	);
});

test("the address is written into both manifests, once", (context) => {
	const folder = mkdtempSync(join(tmpdir(), "headwater-address-"));
	context.after(() => rmSync(folder, { recursive: true }));
	for (const name of ["package.json", "Cargo.toml"]) {
		cpSync(join(root, name), join(folder, name));
	}
	const read = (name) => readFileSync(join(folder, name), "utf8");
	writeAddress(folder, {
		repository: "https://old.example",
		homepage: "https://old.example",
		bugs: "https://old.example",
	});
	assert.match(wrongAddress(folder, ADDRESS), /^package\.json and Cargo\.toml: the address differs/);
	assert.deepEqual(writeAddress(folder, ADDRESS), ["package.json", "Cargo.toml"]);
	assert.equal(wrongAddress(folder, ADDRESS), undefined);
	const { repository, homepage, bugs, ...rest } = JSON.parse(read("package.json"));
	assert.deepEqual(
		{ repository, homepage, bugs },
		{
			repository: { type: "git", url: `git+${ADDRESS.repository}.git` },
			homepage: ADDRESS.homepage,
			bugs: { url: ADDRESS.bugs },
		},
	);
	const before = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	assert.deepEqual(
		Object.keys(rest),
		Object.keys(before).filter((key) => !["repository", "homepage", "bugs"].includes(key)),
	);
	assert.match(
		read("Cargo.toml"),
		/^license = .*\nrepository = "https:\/\/forge\.example\/headwater\/headwater"\nhomepage = "https:\/\/headwater\.example"\n/m,
	);
	assert.doesNotMatch(read("package.json") + read("Cargo.toml"), /old\.example/);
});
