// The picture in docs/architecture.md is the list of what may import what. This test compares it with the sources.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { filesOf, importsOfCrate, importsOfTypeScript, root } from "../support/imports.mjs";

const PAGE = "docs/architecture.md";

/** The boxes of the picture, each with its paths, and its arrows. */
function readPicture() {
	const [, picture] = /```mermaid\nflowchart[^\n]*\n(.*?)```/s.exec(readFileSync(join(root, PAGE), "utf8"));
	const boxes = new Map();
	for (const [, name, label] of picture.matchAll(/^\s*(\w+)\["([^"]+)"\]$/gm)) {
		boxes.set(name, label.split("<br>"));
	}
	const arrows = new Set();
	for (const [, from, to] of picture.matchAll(/^\s*(\w+) --> ([\w &]+)$/gm)) {
		for (const target of to.split(" & ")) {
			assert.ok(boxes.has(from) && boxes.has(target), `${PAGE}: ${from} --> ${target} names a box that is not there`);
			arrows.add(`${from} --> ${target}`);
		}
	}
	return { boxes, arrows };
}

/** The box that a file is in: the one with the longest path that the file's begins with. */
function boxOf(file, boxes) {
	const found = [...boxes].flatMap(([name, paths]) => paths.map((path) => ({ name, path })));
	const fitting = found.filter(({ path }) => file === path || file.startsWith(`${path}/`));
	const [best] = fitting.sort((one, other) => other.path.length - one.path.length);
	assert.ok(best, `${file} is in no box of ${PAGE}`);
	return best.name;
}

/** Each import of the sources: the file that has it, and the file that it names. */
function readImports() {
	const facade = new Map(filesOf("js", ".ts").map((file) => [file, importsOfTypeScript(file)]));
	return [...importsOfCrate("src"), ...facade]
		.filter(([file]) => !isDeclaration(file))
		.flatMap(([file, targets]) => targets.map((target) => [file, target]));
}

/** Parents name their children to have them compiled and passed on; that is no dependency. */
const isDeclaration = (file) => file === "src/lib.rs" || /^src\/(core|web|npm)\/mod\.rs$/.test(file);

/** The imports from one box to another, each with its arrow. */
function readUsed(boxes) {
	return readImports()
		.map(([file, target]) => ({ file, target, from: boxOf(file, boxes), to: boxOf(target, boxes) }))
		.filter(({ from, to }) => from !== to)
		.map(({ file, target, from, to }) => ({ file, target, arrow: `${from} --> ${to}` }));
}

test("no file imports what the picture of the architecture does not allow", () => {
	const { boxes, arrows } = readPicture();
	const wrong = readUsed(boxes)
		.filter(({ arrow }) => !arrows.has(arrow))
		.map(({ file, target, arrow }) => `${file} imports ${target}: "${arrow}" is not in ${PAGE}`);
	assert.deepEqual(wrong, []);
});

test("every arrow of the picture is one that the sources have", () => {
	const { boxes, arrows } = readPicture();
	const used = new Set(readUsed(boxes).map(({ arrow }) => arrow));
	assert.deepEqual(
		[...arrows].filter((arrow) => !used.has(arrow)),
		[],
	);
});

test("the arrows of the picture do not go round in a circle", () => {
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

/** A cycle among these imports, as the files on it; nothing if there is none. */
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

/** A module and its own children are one unit: children use what the parent defines. */
function withoutFamilies(imports) {
	const isFamily = (file, target) =>
		/(mod|lib|main)\.rs$/.test(target) && file.startsWith(target.replace(/(mod|lib|main)\.rs$/, ""));
	return new Map([...imports].map(([file, targets]) => [file, targets.filter((target) => !isFamily(file, target))]));
}

for (const folder of ["js", "www/src"]) {
	test(`no imports go round in a circle in ${folder}`, () => {
		const imports = new Map(filesOf(folder, ".ts").map((file) => [file, importsOfTypeScript(file)]));
		assert.equal(cycleIn(imports)?.join(" → "), undefined);
	});
}

for (const crate of ["src", "www/server/src"]) {
	test(`no imports go round in a circle in ${crate}`, () => {
		assert.equal(cycleIn(withoutFamilies(importsOfCrate(crate)))?.join(" → "), undefined);
	});
}
