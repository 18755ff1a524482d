// Measures how the chat page renders long and hard texts in Chromium. Run it with
//
//     node benches/rendering/run.mjs [--page FOLDER]... [--only NAME]... [--rounds N] [--tokens N]
//
// Each folder contains a built page. With two folders, their runs take turns. The default is the
// page of this checkout. The program prints a line for each run, and the medians at the end.

import { chromium } from "@playwright/test";
import { buildPackage } from "../../scripts/build.mjs";
import { buildPage, pageFolder } from "../../scripts/build-page.mjs";
import { buildTestServers, serverPath } from "../../scripts/build-server.mjs";
import { readArguments, script, serve } from "../../scripts/lib/process.mjs";
import { findChromium } from "../../scripts/lib/tools.mjs";
import { HARD, STEADY } from "./inputs.mjs";
import { watchFrames } from "./page.mjs";
import { startTrace, stopTrace } from "./tasks.mjs";
import { startUpstream } from "./upstream.mjs";

/**
 * The pace of the long texts, in tokens per second, and of the hard texts, in pieces per second.
 */
const RATE = 1000;
const HARD_RATE = 100;

/** The time that rendering may take after the last piece, in milliseconds. */
const PATIENCE = 40_000;

script(async () => {
	const { values } = readArguments({
		options: {
			page: { type: "string", multiple: true },
			only: { type: "string", multiple: true },
			rounds: { type: "string", default: "3" },
			tokens: { type: "string", default: "50000" },
		},
	});
	await buildPackage();
	await buildPage();
	await buildTestServers();
	const program = serverPath("headwater-chat");
	let next;
	const upstream = await startUpstream(() => next);
	const browser = await chromium.launch({
		executablePath: findChromium(),
		args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
	});
	const runs = new Map();
	const record = (name, folder, figures) => {
		console.log(`${name}, ${folder}: ${line(figures)}`);
		const key = `${name}, ${folder}`;
		runs.set(key, [...(runs.get(key) ?? []), figures]);
	};
	try {
		for (let round = 0; round < Number(values.rounds); round += 1) {
			for (const [name, make] of Object.entries({ ...STEADY, ...HARD })) {
				if (values.only && !values.only.includes(name)) continue;
				for (const folder of values.page ?? [pageFolder]) {
					const steady = name in STEADY;
					const pieces = make(Number(values.tokens));
					next = { pieces, rate: steady ? RATE : HARD_RATE };
					record(name, folder, await measure(browser, program, folder, upstream.base, next, steady));
				}
			}
		}
		console.log("\nmedians");
		for (const [key, list] of runs) console.log(`${key}: ${line(medians(list))}`);
	} finally {
		await browser.close();
		await upstream.close();
	}
});

/** Asks one question in a new page. Returns the measured figures. */
async function measure(browser, program, folder, base, { pieces, rate }, steady) {
	const env = { PORT: "0", OPENAI_BASE_URL: base, OPENAI_API_KEY: "none", MODEL: "bench" };
	const server = await serve(program, ["--root", folder], /on (http:\S+)/, { env });
	const context = await browser.newContext({ viewport: { width: 1100, height: 800 } });
	try {
		const page = await context.newPage();
		await page.goto(server.found);
		const input = page.getByTestId("composer-input");
		await input.fill("Go");
		await page.evaluate(watchFrames);
		await startTrace(browser, page);
		await input.press("Enter");
		const done = page.locator('[data-testid="message-assistant"][data-done="true"]');
		const finished = await done.waitFor({ timeout: (1000 * pieces.length) / rate + PATIENCE }).then(
			() => true,
			() => false,
		);
		const frames = finished ? await page.evaluate(() => globalThis.watched.stop()) : {};
		const tasks = await stopTrace(browser);
		const longest = tasks.reduce((most, { time }) => Math.max(most, time), 0);
		return { ...frames, longest, ...(steady && costs(tasks, pieces.length / rate)), unfinished: finished ? 0 : 1 };
	} finally {
		await context.close();
		await server.stop();
	}
}

/** Returns the processor time of the main thread for each token, at the beginning and at the end. */
function costs(tasks, seconds) {
	const span = Math.min(4, seconds / 5);
	const cost = (from) => {
		const inside = tasks.filter(({ at }) => at >= from && at < from + span);
		return inside.reduce((sum, { time }) => sum + time, 0) / (span * RATE);
	};
	const early = cost(1);
	const late = cost(seconds - span);
	return { early, late, ratio: late / early };
}

function medians(list) {
	const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
	const names = Object.keys(list[0]);
	return Object.fromEntries(names.map((name) => [name, median(list.map((figures) => figures[name] ?? Infinity))]));
}

function line(figures) {
	return Object.entries(figures)
		.map(([name, value]) => `${name} ${Number(value.toFixed(name === "ratio" ? 2 : 3))}`)
		.join(", ");
}
