// Checks that the declarations for editors in an unbuilt clone are equal to those of the build.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/lib/tools.mjs";

/** Returns the functions that a file declares, each in one line. */
function functions(...path) {
	const found = readFileSync(join(root, ...path), "utf8").matchAll(/^export (?:declare )?function (\w+)\(([^;]*);/gm);
	return new Map([...found].map(([, name, rest]) => [name, rest.replace(/\s+/g, "").replace(",)", ")")]));
}

for (const file of ["headwater.d.ts", "inline.d.ts"]) {
	test(`scripts/before-build/pkg/${file} declares functions as the build does`, () => {
		const built = functions("pkg", file);
		const declared = functions("scripts", "before-build", "pkg", file);
		assert.ok(declared.size > 0);
		for (const [name, signature] of declared) {
			assert.equal(signature, built.get(name)?.replace('import("../js/module/wasm.js").', ""), name);
		}
	});
}
