// The files of a run: the machine and the date, and the figures as data, as tables and as a chart.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release, type } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { root } from "../../../scripts/lib/tools.mjs";
import type { Case, Comparison, Measure, RowResult } from "../result.ts";
import { amount, goalInWords, perEvent, quartiles } from "../words.ts";
import { overview } from "./overview.ts";

export interface Report {
	date: string;
	machine: { cpu: string; cores: number; system: string };
	browser: string;
	/** The versions of the contenders' packages, by name. */
	versions: Record<string, string>;
	quick: boolean;
	rows: RowResult[];
}

export function report(browser: string, versions: Record<string, string>, quick: boolean, rows: RowResult[]): Report {
	const [first] = cpus();
	return {
		date: new Date().toISOString(),
		machine: {
			cpu: first?.model.trim() ?? "unknown",
			cores: cpus().length,
			system: `${type()} ${release().match(/^\d+\.\d+/)?.[0] ?? ""}`.trim(),
		},
		browser,
		versions: { headwater: headwater(), ...versions },
		quick,
		rows,
	};
}

/** Writes tables and chart into `folder`, in files of this name. The page takes the picture. */
export async function writeReport(folder: string, name: string, found: Report, page: Page): Promise<void> {
	mkdirSync(folder, { recursive: true });
	const write = (extension: string, text: string) => writeFileSync(join(folder, `${name}.${extension}`), text);
	const svg = overview(found.rows);
	write("md", markdown(name, found));
	write("svg", `${svg}\n`);
	await page.setContent(svg);
	await page
		.locator("svg")
		.first()
		.screenshot({ path: join(folder, `${name}.png`) });
}

/** Returns the version, and the commit if there is one. */
function headwater(): string {
	const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	try {
		const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: "pipe" }).trim();
		const changed = git("status", "--porcelain", "--", "src", "js") === "" ? "" : ", changed";
		return `${version} (${git("rev-parse", "--short", "HEAD")}${changed})`;
	} catch {
		return version;
	}
}

function markdown(name: string, { date, machine, browser, versions, rows }: Report): string {
	const where = [
		`${browser}, ${machine.cores} cores of ${machine.cpu}, ${machine.system}`,
		Object.entries(versions)
			.map(([name, version]) => `${name} ${version}`)
			.join(", "),
		date.slice(0, 10),
	];
	return [
		`# ${browser}`,
		"Written by `npm run bench`; see [the method](../benchmarks.md). The tables show medians and quartiles.",
		where.map((line) => `- ${line}`).join("\n"),
		`![Events per second](${name}.svg)`,
		...rows.flatMap(section),
		"",
	].join("\n\n");
}

function section({ name, title, cases, overall, absent }: RowResult): string[] {
	const compared = cases.flatMap((found) => found.comparisons.map((comparison) => verdict(found.name, comparison)));
	return [
		`## ${name}: ${title}`,
		...table(["case", "contender", "median", "quartiles", "rate"], cases.flatMap(measured)),
		...table(
			["case", "comparison", "median", "quartiles", "goal", "result"],
			[...compared, ...overall.map((comparison) => verdict("geometric mean", comparison))],
		),
		...absent.map((reason) => `Not run: ${reason}`),
	];
}

function table(head: string[], lines: string[][]): string[] {
	if (lines.length === 0) return [];
	const written = [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`);
	return [written.join("\n")];
}

function measured({ name, measures, events, bytes }: Case): string[][] {
	return measures.map((measure: Measure) => [
		name,
		measure.ours ? `**${measure.contender}**` : measure.contender,
		amount(measure.median, measure.unit),
		quartiles(measure),
		perEvent(measure, events, bytes),
	]);
}

function verdict(name: string, comparison: Comparison): string[] {
	const { median, unit, goal, met } = comparison;
	const said = goal ? (met ? "met" : "**missed**") : "";
	return [name, comparison.name, amount(median, unit), quartiles(comparison), goalInWords(comparison), said];
}
