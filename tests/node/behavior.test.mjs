// Compares docs/behavior.md with its tests, which cite its rules by number in comments. Also
// compares the numbers in its rules with the constants of the code.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { filesOf, root } from "../support/imports.mjs";

const PAGE = "docs/behavior.md";
const read = (file) => readFileSync(join(root, file), "utf8");
const page = read(PAGE);

/** Returns the rules of the page by their numbers, in the order of the page. */
const rules = [...page.matchAll(/^(?:- |\| )\*\*(\d+\.\d+)\*\*(.*(?:\n {2}.*)*)/gm)].map(([, number, text]) => ({
	number,
	text: text.replaceAll(/\s+/g, " "),
}));
const numbers = new Set(rules.map(({ number }) => number));

const LIST = String.raw`\d+\.\d+(?:, \d+\.\d+)*`;

/** Returns the rule numbers that follow a word, each with its line. */
function numbersBehind(word, text) {
	const found = [...text.matchAll(new RegExp(`\\b${word} (${LIST})`, "g"))];
	return found.flatMap(({ 1: list, index }) =>
		list.split(", ").map((number) => ({ number, line: text.slice(0, index).split("\n").length })),
	);
}

/** Returns the citations in files with these endings, below these folders. */
function citations(folders, endings) {
	const files = folders.flatMap((folder) => endings.flatMap((ending) => filesOf(folder, ending)));
	return files
		.filter((file) => !/node_modules|\/target\//.test(file) && file !== PAGE)
		.flatMap((file) => numbersBehind("behavior", read(file)).map((found) => ({ ...found, file })));
}

/** Returns whether a citation is in a comment of a test. */
const isOfTest = ({ file, line }) =>
	!file.startsWith("tests/support/") && /^\s*\/\//.test(read(file).split("\n")[line - 1]);

const inTests = citations(["tests", "src"], [".rs", ".ts", ".mjs"]).filter(isOfTest);

test("every rule is cited by a test", () => {
	const cited = new Set(inTests.map(({ number }) => number));
	assert.deepEqual(
		[...numbers].filter((number) => !cited.has(number)),
		[],
	);
});

test("every citation names a rule", () => {
	const all = citations(["tests", "src", "js", "docs", "fuzz", "www/src"], [".rs", ".ts", ".mjs", ".md"]);
	const wrong = [...all, ...numbersBehind("rule", page).map((found) => ({ ...found, file: PAGE }))]
		.filter(({ number }) => !numbers.has(number))
		.map(({ file, line, number }) => `${file}:${line} cites ${number}, which is not in ${PAGE}`);
	assert.deepEqual(wrong, []);
});

test("the rules of the page are numbered one after another", () => {
	const sections = page.split(/^## /m).slice(1);
	for (const [index, text] of sections.entries()) {
		const section = index + 1;
		assert.match(text, new RegExp(`^${section}\\. `));
		const found = rules.filter(({ number }) => text.includes(`**${number}**`)).map(({ number }) => number);
		assert.deepEqual(
			found,
			found.map((_, index) => `${section}.${index + 1}`),
		);
	}
	assert.equal(rules.length, numbers.size, "a number is there twice");
	assert.equal(rules.length, page.match(/\*\*\d+\.\d+\*\*/g).length, "a rule is neither in a list nor in a table");
});

test("every rule is marked [spec] or [non-spec]", () => {
	const untagged = rules.filter(({ text }) => !/^ (`\[(non-spec|spec 9\.2\.\d[^\]]*)\]`|\|)/.test(text));
	assert.deepEqual(
		untagged.map(({ number }) => number),
		[],
	);
});

/** Returns the text of a rule. */
const rule = (wanted) => rules.find(({ number }) => number === wanted).text;

// behavior 11.2
test("the reasons in docs/behavior.md are those in js/types.ts", () => {
	const [, type] = /export type Reason =([^;]+);/.exec(read("js/types.ts"));
	const reasons = [...type.matchAll(/"([^"]+)"/g)].map(([, reason]) => reason);
	const [, list] = /closed set: (.*)\.$/.exec(rule("11.2"));
	assert.deepEqual(list.replaceAll("`", "").split(", "), reasons);
});

/** The numbers in rules, each with the constant of the code that must be equal to it. */
const CONSTANTS = [
	["4.20", "200 ms", "src/web/driver/mod.rs", "const PROBE_DELAY: u64 = 200;"],
	["4.21", "5,000 ms", "src/web/driver/exchange.rs", "const PROBE_TIME: u64 = 5000;"],
	["5.1", "min(delay, 500)", "src/core/reconnection.rs", "const MIN_SERVER_TIME: u64 = 500;"],
	["5.1", "is 3,000.", "js/options/limits.ts", "const DEFAULT_DELAY = 3000;"],
	["5.3", "is 30,000.", "js/options/limits.ts", "const DEFAULT_MAX_DELAY = 30_000;"],
	["5.4", "2³¹ − 1", "src/core/reconnection.rs", "const MAX_DELAY: u64 = 0x7FFF_FFFF;"],
	["7.4", "1,000 ms", "src/core/watchdog.rs", "const LATE: u64 = 1000;"],
	["7.4", "10,000", "src/core/watchdog.rs", "const REPRIEVE: u64 = 10_000;"],
	["10.6", "eight turns", "js/forms/pace.ts", "const TURNS = 8;"],
	["10.7", "12 ms", "js/forms/pace.ts", "Slice = 12,"],
	["10.13", "80 characters", "js/forms/json.ts", "const QUOTED = 80;"],
	["11.6", "65,536 bytes", "src/web/driver/reading.rs", "const MAX_ERROR_BODY: usize = 64 * 1024;"],
	["11.6", "1,000 ms", "src/web/driver/reading.rs", "const ERROR_BODY_TIME: u64 = 1000;"],
	["12.1", "67,108,864", "js/options/limits.ts", "const DEFAULT_MAX_EVENT_SIZE = 64 << 20;"],
];

test("the numbers in docs/behavior.md are those in the code", () => {
	for (const [number, words, file, code] of CONSTANTS) {
		assert.ok(rule(number).includes(words), `${PAGE}, ${number}, does not say "${words}"`);
		assert.ok(read(file).includes(code), `${file} has no "${code}": is rule ${number} of ${PAGE} still true?`);
	}
});
