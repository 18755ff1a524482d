// Tests the rule of chaos.spec.ts with more events and faults: in a window and in a worker, with
// GET and with POST.

import { expectWhole, type Options, randomSeed } from "../chaos/chaos.ts";
import { test } from "./places.ts";
import { expect } from "./support.ts";

const SIZE = { events: 2000, faults: 200 };

const RUNS: (Omit<Options, "events" | "faults"> & { place: "window" | "worker" })[] = [
	{ place: "window", method: "GET", seed: 2 },
	{ place: "worker", method: "GET", seed: 3 },
	{ place: "window", method: "POST", seed: 4 },
	{ place: "worker", method: "POST", seed: randomSeed() },
];

for (const { place: name, ...options } of RUNS) {
	test(`each of the numbered events arrives once and in order through 200 faults (${options.method}, ${name})`, async ({
		lab,
		place,
	}) => {
		test.setTimeout(300_000);
		console.log(`chaos: ${options.method}, ${name}, seed ${options.seed}`);
		const worker = name === "worker" ? place("dedicated module worker") : undefined;
		expect((await worker?.start()) ?? null, "the worker starts").toBeNull();
		await expectWhole(lab, worker ?? lab, { ...SIZE, ...options });
	});
}
