// Checks that Rust and TypeScript agree on the names, codes, defaults and limits that both define.
// Reads the sources of both.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/lib/tools.mjs";

const read = (path) => readFileSync(join(root, path), "utf8");
const BINDINGS = "src/npm/bindings.rs";
const WIRE = "js/module/wire.ts";
const bindings = read(BINDINGS);
const wire = read(WIRE);
const allOfRust = readdirSync(join(root, "src"), { recursive: true })
	.filter((path) => path.endsWith(".rs"))
	.map((path) => read(join("src", path)))
	.join("\n");

const camelCase = (name) => name.replaceAll(/_(\w)/g, (_, letter) => letter.toUpperCase());

/** Returns the groups of the match in a text. Throws unless there is exactly one match. */
function only(pattern, text, place) {
	const matches = [...text.matchAll(new RegExp(pattern, "gs"))];
	assert.equal(matches.length, 1, `${pattern} is ${matches.length} times in ${place}`);
	return matches[0].slice(1);
}

/**
 * Returns the names of the parameters of a function. In both languages a colon follows the name.
 */
const parameters = (name, text, place) =>
	[
		...only(`\\n\\s*(?:pub |export )*(?:fn|function) ${name}\\((.*?)\\)[^(]*[{;]`, text, place)[0].matchAll(
			/(\w+)\??:(?!:)/g,
		),
	].map(([, parameter]) => parameter);

/** Returns the value of a constant expression. Most Rust expressions are valid JavaScript too. */
function evaluate(expression) {
	const milliseconds = expression
		.replace(/(?:\w+::)*from_millis\((.*)\)/, "$1")
		.replace(/(?:\w+::)*from_secs\((.*)\)/, "1000 * ($1)")
		.replace(/^b'/, "'");
	return Function(`return ${milliseconds.replaceAll(/(\d)_(?=\d)|(0x[\da-f]+)_/gi, "$1$2")}`)();
}

/** Returns the value of a constant or of a member of an enum. */
const constant = (name, text, place) =>
	evaluate(only(`(?:\\bconst ${name}\\b[^=;]*|\\n\\t${name}) = ([^;,]+)[;,]`, text, place)[0]);

/**
 * Compares the entries one by one, so that the message contains both names of the first difference.
 */
function compare(what, [place, names], [otherPlace, otherNames]) {
	for (let index = 0; index < Math.max(names.length, otherNames.length); index++) {
		const [name, other] = [names[index], otherNames[index]];
		assert.equal(name, other, `${what} ${index + 1}: "${name}" in ${place}, "${other}" in ${otherPlace}`);
	}
}

function compareConstants(rustPlace, rust, place, pairs) {
	const text = read(place);
	for (const [rustName, name = rustName] of pairs) {
		const [value, other] = [constant(rustName, rust, rustPlace), constant(name, text, place)];
		assert.equal(value, other, `${rustName} is ${value} in ${rustPlace}, ${name} is ${other} in ${place}`);
	}
}

test("the parameters of `connect` are the members of Settings, in the same order", () => {
	const [, , ...inRust] = parameters("connect", bindings, BINDINGS).map(camelCase);
	const calls = read("js/module/wasm.ts").split("connect(\n")[1];
	const passed = [...calls.matchAll(/settings\.(\w+)!?,/g)].map(([, name]) => name);
	const [body] = only("export interface Settings \\{(.*?)\\n\\}", wire, WIRE);
	const members = [...body.matchAll(/^\t(\w+)\??:/gm)].map(([, name]) => name);
	assert.ok(inRust.length > 10);
	compare("parameter", [`${BINDINGS}: connect`, inRust], ["js/module/wasm.ts", passed]);
	compare("parameter", [`${BINDINGS}: connect`, inRust], [`${WIRE}: Settings`, members]);
});

test("the methods of a source and the arguments of a failure are the same on both sides", () => {
	const [imported] = only('extern "C" \\{(.*?)\\n\\}', bindings, BINDINGS);
	const inRust = [...imported.matchAll(/\bfn (\w+)\(/g)].map(([, name]) => camelCase(name));
	const [host] = only("export interface SourceHost \\{(.*?)\\n\\}", wire, WIRE);
	const members = [...host.matchAll(/^\t(?:readonly )?(\w+)[(:]/gm)].map(([, name]) => name);
	compare("method", [BINDINGS, inRust.sort()], [`${WIRE}: SourceHost`, members.sort()]);
	const [, ...failure] = parameters("error", imported, BINDINGS).map(camelCase);
	compare("argument", [`${BINDINGS}: error`, failure], [WIRE, parameters("failedAttempt", wire, WIRE)]);
});

test("the codes of `reconnect` and `end` are the same on both sides", () => {
	for (const [name, unset] of [
		["Reconnect", undefined],
		["EndOfBody", "ByMethod"],
	]) {
		const arms = [...bindings.matchAll(new RegExp(`(\\d+|_) => (?:Some\\()?${name}::(\\w+)`, "g"))];
		const inRust = arms.map(([, code, variant]) => `${variant} = ${code === "_" ? 0 : code}`);
		const [body] = only(`export enum ${name} \\{(.*?)\\}`, wire, WIRE);
		const members = [...body.matchAll(/(\w+ = \d+),/g)].map(([, member]) => member);
		const all = [...inRust, ...(unset ? [`${unset} = 0`] : [])];
		assert.ok(all.length > 3);
		compare(`code of ${name}`, [BINDINGS, all.sort()], [WIRE, members.sort()]);
	}
});

test("the bits of requests and of failures are the same on both sides", () => {
	const place = "src/web/request/facade.rs";
	const names = ["GET", "PREFLIGHT", "REPEATABLE", "PROBE", "SEEN"];
	compareConstants(
		place,
		read(place),
		"js/module/attempt.ts",
		names.map((name) => [name]),
	);
	const follows = only("(\\d \\* )?u8::from\\((\\S+)\\) \\+ (\\d) \\* u8::from\\((\\S+)\\),", bindings, BINDINGS);
	const [weight = "1", willReconnect, otherWeight, undecided] = follows;
	assert.match(`${willReconnect} ${undecided}`, /delay\.is_some\(\) .*undecided/);
	const weights = [Number.parseInt(weight, 10), Number.parseInt(otherWeight, 10)];
	const bits = ["WILL_RECONNECT", "UNDECIDED"].map((name) => constant(name, wire, WIRE));
	compare("bit of a failure", [BINDINGS, weights], [`${WIRE}: WILL_RECONNECT, UNDECIDED`, bits]);
});

test("a batch is read with the same flags that it is written with", () => {
	const place = "src/npm/batch.rs";
	const names = ["DATA", "EVENT_TYPE", "SAME_EVENT_TYPE", "LAST_EVENT_ID", "ASCII", "END"];
	compareConstants(
		place,
		read(place),
		"js/module/batch.ts",
		names.map((name) => [name]),
	);
});

test("defaults and limits are the same on both sides", () => {
	const [backoff] = only("impl Default for Backoff \\{.*?Self \\{ (.*?) \\}", allOfRust, "src");
	const inRust = [...backoff.matchAll(/(\w+): (.+?)(?:,|$)/g)].map(([, , value]) => value);
	const values = inRust.map((value) => (value === "None" ? Number.POSITIVE_INFINITY : evaluate(value)));
	const place = "js/options/limits.ts";
	const names = ["DEFAULT_DELAY", "DEFAULT_MAX_DELAY", "DEFAULT_MAX_RETRIES"];
	const others = names.map((name) => constant(name, read(place), place));
	compare("default of `reconnect`", ["Backoff::default()", values], [place, others]);
	compareConstants("src", allOfRust, place, [["DEFAULT_MAX_EVENT_SIZE"], ["MAX_DELAY"]]);
	compareConstants("src", allOfRust, "js/forms/json.ts", [["QUOTED"]]);
});
