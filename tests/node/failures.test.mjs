// The chat server sends a code for each failure of the model's server. Tests that the page has a
// remedy for each code.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/lib/tools.mjs";

const read = (...path) => readFileSync(join(root, "www", ...path), "utf8");

test("the page has one remedy for each failure that the chat server names, and no others", () => {
	const described = read("server", "src", "passthrough", "failure.rs").split("fn described")[1].split("fn problem")[0];
	const codes = [...described.matchAll(/\("([a-z-]+)", /g)].map(([, code]) => code);
	const remedies = [...read("src", "failure-text.ts").matchAll(/^\t\["([a-z-]+)", "(.+)"\],$/gm)];
	assert.ok(codes.length > 30, "the codes are found");
	assert.deepEqual(
		remedies.map(([, code]) => code),
		codes,
	);
	const sentences = remedies.map(([, , sentence]) => sentence);
	assert.equal(new Set(sentences).size, sentences.length);
	for (const sentence of sentences) assert.match(sentence, /^[A-Z].*\.$/);
});
