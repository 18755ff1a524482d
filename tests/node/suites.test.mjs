// The choice of suites for `npm test -- <names>`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseSuites } from "../../scripts/lib/suites.mjs";

const ALL = ["native", "node", "chromium"];

test("without names all suites run, and with names only these", () => {
	assert.deepEqual(chooseSuites([], ALL), ALL);
	assert.deepEqual(chooseSuites(["chromium", "node"], ALL), ["chromium", "node"]);
});

test("an unknown suite is named, with the names that exist", () => {
	assert.throws(() => chooseSuites(["node", "nodes"], ALL), {
		message: "Unknown suite: nodes. The suites are: native, node, chromium.",
	});
});
