// Shows one row on the page: its button, its bars and its table.

import { make } from "../../www/src/dom.ts";
import { direction, groups } from "./bars.ts";
import { chart } from "./chart.ts";
import type { Comparison, RowResult } from "./result.ts";
import type { Row } from "./row.ts";
import { amount, goalInWords, quartiles } from "./words.ts";

export class RowView {
	readonly element = make("section", "panel bench-row");
	readonly button = make("button", "button", "Run");
	readonly #figure = make("div", "figure");
	readonly #result = make("div", "");
	#shown: RowResult | undefined;
	#width = 0;

	constructor(row: Row) {
		const header = make("header", "");
		const title = make("h2", "", row.title);
		title.id = `row-${row.name}`;
		this.button.type = "button";
		this.button.setAttribute("aria-describedby", title.id);
		this.element.dataset.testid = `bench-row-${row.name}`;
		this.element.setAttribute("aria-labelledby", title.id);
		header.append(title, this.button);
		this.element.append(header, this.#figure, this.#result);
		this.#figure.hidden = true;
		// This runs in another frame, because it changes the height of the observed element.
		new ResizeObserver(() => requestAnimationFrame(() => this.#fit())).observe(this.element);
	}

	show(result: RowResult): void {
		this.#shown = result;
		this.#draw();
		this.#result.replaceChildren(
			make("p", "hint", direction(result)),
			table(result),
			...result.absent.map((reason) => make("p", "hint", `Not run: ${reason}`)),
		);
	}

	fail(error: unknown): void {
		const alert = make("p", "failure", error instanceof Error ? error.message : `${error}`);
		alert.role = "alert";
		this.#result.replaceChildren(alert);
	}

	#fit(): void {
		const { paddingLeft, paddingRight } = getComputedStyle(this.element);
		const padding = Number.parseFloat(paddingLeft) + Number.parseFloat(paddingRight);
		const width = Math.floor(this.element.clientWidth - padding);
		if (width !== this.#width) {
			this.#width = width;
			this.#draw();
		}
	}

	#draw(): void {
		const bars = this.#shown ? groups(this.#shown) : [];
		this.#figure.hidden = bars.length === 0;
		// `chart` escapes the text.
		this.#figure.innerHTML = chart(bars, this.#width).svg;
	}
}

/** Creates a table with a row for each case and a column for each kind of comparison. */
function table({ cases, overall }: RowResult): HTMLElement {
	const names = [...new Set(cases.flatMap(({ comparisons }) => comparisons.map(({ name }) => name)))];
	const found = make("table", "comparisons");
	found.hidden = names.length === 0;
	const head = found.createTHead().insertRow();
	const body = found.createTBody();
	for (const name of ["", ...names]) head.append(heading("col", name));
	const insert = (title: string, comparisons: Comparison[]) => {
		const line = body.insertRow();
		line.append(heading("row", title));
		for (const name of names) line.append(cell(comparisons.find((comparison) => comparison.name === name)));
	};
	for (const { name, comparisons } of cases) insert(name, comparisons);
	if (overall.length > 0) insert("geometric mean", overall);
	return found;
}

function heading(scope: "col" | "row", text: string): HTMLElement {
	const element = make("th", "", text);
	element.scope = scope;
	return element;
}

function cell(comparison: Comparison | undefined): HTMLElement {
	const element = make("td", "");
	if (!comparison) return element;
	const { median, unit, goal, met } = comparison;
	const value = make("strong", "", amount(median, unit));
	if (goal) value.dataset.met = `${met}`;
	const verdict = goal && `${met ? "met" : "missed"}: ${goalInWords(comparison)}`;
	const details = [quartiles(comparison), verdict].filter(Boolean).join("; ");
	element.append(value, make("small", "", details));
	return element;
}
