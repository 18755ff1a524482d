// Checks docs/interop.md: every row names existing tests, and every test against a real server is
// named in a row.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SERVERS } from "../../scripts/lib/interop.mjs";
import { root } from "../../scripts/lib/tools.mjs";

const folder = join(root, "tests", "interop");
const page = readFileSync(join(root, "docs", "interop.md"), "utf8");
const specs = readdirSync(folder)
	.filter((file) => file.endsWith(".spec.ts"))
	.map((file) => file.replace(".spec.ts", ""));

/**
 * Returns the test titles in a file as regular expressions, because a part of a title may be
 * computed.
 */
function titles(file) {
	const text = readFileSync(join(folder, file === "contract" ? "contract.ts" : `${file}.spec.ts`), "utf8");
	const found = [...text.matchAll(/\b(?:test\(|name:)\s*(["`])(.*?)\1,/g)].map(([, , title]) => title);
	return found.map(
		(title) =>
			new RegExp(
				`^${title
					.split(/\$\{.*?\}/)
					.map(escaped)
					.join(".+")}$`,
			),
	);
}

const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Returns the tests in the last column of these tables. */
const cited = ["Tests that six servers share", "Tests of individual servers"].flatMap((heading) => {
	const [, section] = page.split(`\n## ${heading}\n`);
	const rows = section.split("\n## ")[0].split("\n");
	return rows
		.filter((line) => line.startsWith("| "))
		.slice(1)
		.flatMap((line) => line.slice(2, -2).split(" | ").at(-1).split("<br>"))
		.map((name) => /^([\w-]+): (.+)$/.exec(name) ?? assert.fail(`"${name}" names no test`));
});

test("every test that docs/interop.md names exists", () => {
	for (const [line, file, title] of cited) {
		assert.ok(
			titles(file).some((expression) => expression.test(title)),
			line,
		);
	}
});

test("every test against a real server is in docs/interop.md", () => {
	for (const file of [...specs, "contract"]) {
		for (const expression of titles(file)) {
			assert.ok(
				cited.some(([, citedFile, title]) => citedFile === file && expression.test(title)),
				`${file}: ${expression}`,
			);
		}
	}
});

test("every server has a spec and a folder, and is in the table of servers", () => {
	const names = Object.keys(SERVERS).sort();
	assert.deepEqual(specs.sort(), names);
	for (const name of names) {
		assert.ok(readdirSync(join(root, "tests", "servers", name)).length > 0);
		assert.ok(page.includes(`| \`${name}\` |`), name);
	}
});
