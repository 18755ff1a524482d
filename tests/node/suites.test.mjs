// Tests how `npm test -- <names>` chooses suites.

import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseSuites } from "../../scripts/lib/suites.mjs";

const ALL = ["native", "node", "chromium"];

test("without names, all suites run; with names, only the named ones", () => {
	assert.deepEqual(chooseSuites([], ALL), ALL);
	assert.deepEqual(chooseSuites(["chromium", "node"], ALL), ["chromium", "node"]);
});

test("the error for an unknown suite names it and lists the existing suites", () => {
	assert.throws(() => chooseSuites(["node", "nodes"], ALL), {
		message: "Unknown suite: nodes. The suites are: native, node, chromium.",
	});
});
