// The page: its buttons, and the entry point for the runner. `?only=floods,bursts` shows only these
// rows.

// This import comes first, because the file must run before the package.
import "./wasm-memory.ts";
import { part } from "../../www/src/dom.ts";
import { ROWS, run } from "./bench.ts";
import { VERSIONS } from "./contenders.ts";
import type { Options, RowResult } from "./result.ts";
import { RowView } from "./row-view.ts";

const all = part<HTMLButtonElement>("bench-run");
const thorough = part<HTMLInputElement>("bench-thorough");
const progress = part("bench-progress");

const wanted = new URLSearchParams(location.search).get("only")?.split(",");
const views = new Map(
	ROWS.filter(({ name }) => wanted?.includes(name) ?? true).map((row) => [row.name, new RowView(row)]),
);
part("bench-rows").append(...[...views.values()].map(({ element }) => element));
part("bench-machine").textContent = [
	/(?:Firefox|Chrome|Version)\/[\d.]+/.exec(navigator.userAgent)?.[0].replace("/", " ") ?? navigator.userAgent,
	`${navigator.hardwareConcurrency} cores`,
	...Object.entries(VERSIONS).map(([name, version]) => `${name} ${version}`),
].join(" · ");

all.addEventListener("click", () => runByHand([...views.keys()]));
for (const [name, { button }] of views) {
	button.addEventListener("click", () => runByHand([name]));
}

/** Errors are shown on the page. */
function runByHand(only: string[]): void {
	show({ only, quick: !thorough.checked }).catch(() => {});
}

/** Runs one benchmark at a time: two would disturb each other. */
async function show(options: Options): Promise<RowResult[]> {
	const buttons = [all, ...[...views.values()].map(({ button }) => button)];
	for (const button of buttons) button.disabled = true;
	let current = "";
	try {
		const results = await run(options, {
			progress({ name, title }, what) {
				current = name;
				progress.textContent = [title, what].filter(Boolean).join(": ");
			},
			found: (result) => views.get(result.name)?.show(result),
		});
		progress.textContent = "Done";
		return results;
	} catch (error) {
		views.get(current)?.fail(error);
		progress.textContent = "Failed";
		throw error;
	} finally {
		for (const button of buttons) button.disabled = false;
	}
}

Object.assign(globalThis, { bench: { rows: ROWS.map(({ name }) => name), versions: VERSIONS, run: show } });
