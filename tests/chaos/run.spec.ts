// The only run of `npm run test:chaos`. The script configures it with environment variables.

import { test } from "../facade/places.ts";
import { expect } from "../facade/support.ts";
import { failures, lines, type Options, runChaos } from "./chaos.ts";

test("in a chaos run no event is lost, repeated or changed", async ({ lab, place }) => {
	// The run ends by itself when it makes no more progress.
	test.setTimeout(0);
	const { place: name, ...options } = JSON.parse(process.env.HEADWATER_CHAOS!) as Options & { place: string };
	const worker = name === "worker" ? place("dedicated module worker") : undefined;
	expect((await worker?.start()) ?? null, "the worker starts").toBeNull();
	const figures = await runChaos(lab, worker ?? lab, options);
	console.log(lines(figures));
	const failed = failures(figures);
	if (failed.length > 0) {
		throw new Error(["", "The run failed:", ...failed].join("\n"));
	}
});
