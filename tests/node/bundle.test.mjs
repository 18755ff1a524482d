// The bundles of the facade: the compile hint, and the members that get short names. A member that
// callers or the platform also use must not get a short name.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { COMPILE_HINT, INTERNAL_MEMBERS } from "../../scripts/build.mjs";
import { root } from "../../scripts/lib/tools.mjs";

test("the files of both entries begin with the compile hint", () => {
	for (const file of ["index.js", "slim.js"]) {
		const script = readFileSync(join(root, "dist", file), "utf8");
		assert.equal(script.slice(0, script.indexOf("\n")), COMPILE_HINT, file);
	}
});

test("no member with a short name is part of a public type", () => {
	const reference = readFileSync(join(root, "docs", "api", "index.md"), "utf8");
	const members = [...reference.matchAll(/\*\*(\w+)\??\*\*/g)].map(([, name]) => name);
	assert.ok(members.includes("reconnect") && members.includes("lastEventId"));
	assert.deepEqual(
		INTERNAL_MEMBERS.filter((name) => members.includes(name)),
		[],
	);
});

test("no member with a short name belongs to an object of the platform", () => {
	const classes = Object.getOwnPropertyNames(globalThis).map((name) => globalThis[name]);
	const objects = classes.flatMap((value) => [value, value?.prototype]).filter((value) => Object(value) === value);
	assert.ok(objects.includes(Response.prototype));
	const found = objects.flatMap((object) => INTERNAL_MEMBERS.filter((name) => Object.hasOwn(object, name)));
	assert.deepEqual(found, []);
});
