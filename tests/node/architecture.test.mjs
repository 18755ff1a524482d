// Compares the imports of the sources with the diagram in docs/architecture.md, which shows the
// allowed imports.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { filesOf, importsOfCrate, importsOfTypeScript, root } from "../support/imports.mjs";

const PAGE = "docs/architecture.md";

/** Returns the boxes of the diagram with their paths, and its arrows. */
function readPicture() {
	const [, picture] = /```mermaid\nflowchart[^\n]*\n(.*?)```/s.exec(readFileSync(join(root, PAGE), "utf8"));
	const boxes = new Map();
	for (const [, name, label] of picture.matchAll(/^\s*(\w+)\["([^"]+)"\]$/gm)) {
		boxes.set(name, label.split("<br>"));
	}
	const arrows = new Set();
	for (const [, from, to] of picture.matchAll(/^\s*(\w+) --> ([\w &]+)$/gm)) {
		for (const target of to.split(" & ")) {
			assert.ok(boxes.has(from) && boxes.has(target), `${PAGE}: ${from} --> ${target} names a box that does not exist`);
			arrows.add(`${from} --> ${target}`);
		}
	}
	return { boxes, arrows };
}

/** Returns the box of a file: the box with the longest path that is a prefix of the file's path. */
function boxOf(file, boxes) {
	const found = [...boxes].flatMap(([name, paths]) => paths.map((path) => ({ name, path })));
	const fitting = found.filter(({ path }) => file === path || file.startsWith(`${path}/`));
	const [best] = fitting.sort((one, other) => other.path.length - one.path.length);
	assert.ok(best, `${file} is in no box of ${PAGE}`);
	return best.name;
}

/** Returns each import of the sources as a pair: the importing file and the imported file. */
function readImports() {
	const facade = new Map(filesOf("js", ".ts").map((file) => [file, importsOfTypeScript(file)]));
	return [...importsOfCrate("src"), ...facade]
		.filter(([file]) => !isDeclaration(file))
		.flatMap(([file, targets]) => targets.map((target) => [file, target]));
}

/**
 * A parent module names its child modules to compile and reexport them. That does not count as a
 * dependency.
 */
const isDeclaration = (file) => file === "src/lib.rs" || /^src\/(core|web|npm)\/mod\.rs$/.test(file);

/** Returns the imports from one box to another, each with its arrow. */
function readUsed(boxes) {
	return readImports()
		.map(([file, target]) => ({ file, target, from: boxOf(file, boxes), to: boxOf(target, boxes) }))
		.filter(({ from, to }) => from !== to)
		.map(({ file, target, from, to }) => ({ file, target, arrow: `${from} --> ${to}` }));
}

test("every import in the sources is an arrow of the architecture diagram", () => {
	const { boxes, arrows } = readPicture();
	const wrong = readUsed(boxes)
		.filter(({ arrow }) => !arrows.has(arrow))
		.map(({ file, target, arrow }) => `${file} imports ${target}: "${arrow}" is not in ${PAGE}`);
	assert.deepEqual(wrong, []);
});

test("every arrow of the architecture diagram is an import in the sources", () => {
	const { boxes, arrows } = readPicture();
	const used = new Set(readUsed(boxes).map(({ arrow }) => arrow));
	assert.deepEqual(
		[...arrows].filter((arrow) => !used.has(arrow)),
		[],
	);
});

test("the arrows of the architecture diagram have no cycle", () => {
	const { arrows } = readPicture();
	const imports = new Map();
	for (const [from, to] of [...arrows].map((arrow) => arrow.split(" --> "))) {
		imports.set(from, [...(imports.get(from) ?? []), to]);
	}
	assert.equal(cycleIn(imports)?.join(" → "), undefined);
});

test("the core imports nothing from the other layers, and the browser layer nothing from the npm layer", () => {
	const wrong = readImports().filter(
		([file, target]) =>
			(file.startsWith("src/core/") && !target.startsWith("src/core/")) ||
			(file.startsWith("src/web/") && target.startsWith("src/npm/")),
	);
	assert.deepEqual(wrong, []);
});

/** Returns the files of one import cycle, or `undefined` if there is no cycle. */
function cycleIn(imports) {
	const done = new Set();
	const visit = (file, path) => {
		if (path.includes(file)) {
			return [...path.slice(path.indexOf(file)), file];
		}
		if (done.has(file)) {
			return undefined;
		}
		for (const target of imports.get(file) ?? []) {
			const cycle = visit(target, [...path, file]);
			if (cycle) {
				return cycle;
			}
		}
		done.add(file);
		return undefined;
	};
	for (const file of imports.keys()) {
		const cycle = visit(file, []);
		if (cycle) {
			return cycle;
		}
	}
	return undefined;
}

/** Removes the imports from children to their parent. A module and its children are one unit. */
function withoutFamilies(imports) {
	const isFamily = (file, target) =>
		/(mod|lib|main)\.rs$/.test(target) && file.startsWith(target.replace(/(mod|lib|main)\.rs$/, ""));
	return new Map([...imports].map(([file, targets]) => [file, targets.filter((target) => !isFamily(file, target))]));
}

for (const folder of ["js", "www/src"]) {
	test(`the imports in ${folder} have no cycle`, () => {
		const imports = new Map(filesOf(folder, ".ts").map((file) => [file, importsOfTypeScript(file)]));
		assert.equal(cycleIn(imports)?.join(" → "), undefined);
	});
}

for (const crate of ["src", "www/server/src"]) {
	test(`the imports in ${crate} have no cycle`, () => {
		assert.equal(cycleIn(withoutFamilies(importsOfCrate(crate)))?.join(" → "), undefined);
	});
}
