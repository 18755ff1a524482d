// Checks docs/conformance.md: everything that it names exists, and it lists every difference.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { root } from "../../scripts/lib/tools.mjs";
import { DIFFERENCES } from "./differences.ts";

const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");
const text = read("docs", "conformance.md");
const facade = readdirSync(join(root, "tests", "facade")).filter((file) => file.endsWith(".spec.ts"));

/** Returns the cells of the rows under a heading. */
function rows(heading: string): string[][] {
	const [, section = ""] = text.split(`\n## ${heading}\n`);
	const lines =
		section
			.split("\n## ")[0]
			?.split("\n")
			.filter((line) => line.startsWith("| ")) ?? [];
	return lines.slice(1).map((line) => line.slice(2, -2).split(" | "));
}

test("every function and test that docs/conformance.md names for a step exists", () => {
	const steps = rows("The steps of the standard");
	expect(steps.length).toBeGreaterThan(25);
	for (const [step = "", functions = "", tests = ""] of steps) {
		const named = [...functions.matchAll(/`([^`]+)` \(([^)]+)\)/g)];
		expect(named.length, step).toBeGreaterThan(0);
		for (const [, name = "", file = ""] of named) {
			expect(read(file), `${step}: ${name}`).toContain(name);
		}
		for (const cited of tests.split("<br>")) {
			const [, file, title] = /^([\w-]+): (.+)$/s.exec(cited) ?? [];
			expect(titles(file ?? ""), `${step}: ${cited}`).toContain(title);
		}
	}
});

/**
 * Returns the titles of the tests of a facade or connection file. For the vectors, returns their
 * files.
 */
function titles(file: string): string[] {
	if (file === "vectors") {
		return readdirSync(join(root, "tests", "vectors"));
	}
	if (facade.includes(`${file}.spec.ts`)) {
		return [...read("tests", "facade", `${file}.spec.ts`).matchAll(/\btest\(\s*(["`])(.*?)\1,/g)].map(
			(match) => match[2] ?? "",
		);
	}
	return [...read("tests", "connection", `${file}.rs`).matchAll(/^fn (\w+)/gm)].map((match) => match[1] ?? "");
}

test("docs/conformance.md lists the differences of differences.ts word for word, and a test names each of them", () => {
	const expected = Object.entries(DIFFERENCES).map(([name, { of, what, why }]) => [name, of.join(", "), what, why]);
	expect([...rows("Deviations"), ...rows("Where the browsers differ")].sort()).toEqual(expected.sort());
	const specs = facade.map((file) => read("tests", "facade", file)).join();
	for (const name of Object.keys(DIFFERENCES)) {
		expect(specs, `a test that names "${name}"`).toContain(`"${name}"`);
	}
});

test("the first table lists only deviations of headwater, and the second table only those of browsers", () => {
	expect(rows("Deviations").filter(([, of = ""]) => !of.includes("ours"))).toEqual([]);
	expect(rows("Where the browsers differ").filter(([, of = ""]) => of.includes("ours"))).toEqual([]);
});
