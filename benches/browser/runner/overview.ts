// Writes the chart of a run as a file: the most requested rows, in the colors of the pages.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../scripts/lib/tools.mjs";
import { groups } from "../bars.ts";
import { chart, drawing, text } from "../chart.ts";
import type { RowResult } from "../result.ts";

const ROWS = ["throughput", "microsoft", "floods"];

const WIDTH = 800;
const MARGIN = 24;
const HEADING = 34;

export function overview(rows: RowResult[]): string {
	const shapes: string[] = [];
	const titles: string[] = [];
	let y = MARGIN;
	for (const row of rows.filter(({ name }) => ROWS.includes(name))) {
		const { svg, height } = chart(groups(row), WIDTH - 2 * MARGIN);
		const at = (y: number, shape: string) => `<g transform="translate(${MARGIN} ${y})">${shape}</g>`;
		shapes.push(at(y, text("heading", 0, 14, row.title)), at(y + HEADING, svg));
		titles.push(row.title);
		y += HEADING + height + MARGIN;
	}
	const ground = `<style>${styles()}</style><rect class="ground" width="100%" height="100%"/>`;
	return drawing(ground + shapes.join(""), WIDTH, y, titles.join("; "));
}

/** Returns chart.css with the colors of base.css, for light and dark mode. */
function styles(): string {
	const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");
	const chartStyles = read("benches", "browser", "chart.css").replace(/\/\*.*?\*\//gs, "");
	const [light, dark] = read("www", "src", "styles", "base.css").match(/:root \{.*?\}/gs)!;
	const colours = (block: string) => block.match(/--(ground|text|muted|accent|line-strong): #\w+;/g)!.join(" ");
	return [
		`.chart { ${colours(light!)} }`,
		`@media (prefers-color-scheme: dark) { .chart { ${colours(dark!)} } }`,
		chartStyles,
		".chart .ground { fill: var(--ground); }",
		".chart .heading { fill: var(--text); font-size: 15px; font-weight: 600; }",
	]
		.join("\n")
		.replace(/\s+/g, " ");
}
