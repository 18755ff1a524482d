// The one run of `npm run bench`, as the script's environment configures it. Opens the page in a
// browser, runs it row by row, and writes the results to files.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "@playwright/test";
import { serverPath } from "../../../scripts/build-server.mjs";
import { root } from "../../../scripts/lib/tools.mjs";
import { startChatServer } from "../../../tests/support/browser.ts";
import type { Options } from "../result.ts";
import { openBench, runRows } from "./browser.ts";
import { report, writeReport } from "./report.ts";
import { table } from "./table.ts";

interface Wanted extends Options {
	json: boolean;
}

/** The names of the rows, and the versions of the contenders. */
interface About {
	rows: string[];
	versions: Record<string, string>;
}

test("the benchmark", async ({ playwright, browserName, launchOptions }) => {
	test.setTimeout(0);
	const { json, only, quick = false } = JSON.parse(process.env.HEADWATER_BENCH!) as Wanted;
	const server = await startChatServer({}, serverPath("headwater-chat", "server"));
	const bench = await openBench(playwright, browserName, launchOptions, server.origin);
	try {
		await bench.fresh();
		const { rows: names, versions } = await bench.evaluate<About>("({ rows: bench.rows, versions: bench.versions })");
		const rows = [];
		// Each row gets its own page, so that the previous row does not affect it.
		for (const name of only ?? names) {
			const [row] = await runRows(bench, { only: [name], quick });
			rows.push(row!);
			if (!json) console.log(table(row!));
		}
		const title = `${browserName[0]!.toUpperCase()}${browserName.slice(1)} ${bench.version}`;
		const found = report(title, versions, quick, rows);
		const text = JSON.stringify(found, null, "\t");
		const results = join(root, "test-results", "bench");
		mkdirSync(results, { recursive: true });
		writeFileSync(join(results, `${browserName}.json`), text);
		if (json) console.log(text);
		// The documentation contains whole runs only.
		const folder = quick || only ? results : join(root, "docs", "benchmarks");
		const browser = await playwright[browserName].launch();
		await writeReport(folder, browserName, found, await browser.newPage());
		await browser.close();
		console.error(`\nwritten to ${folder}`);
	} finally {
		await bench.close();
		await server.stop();
	}
});
