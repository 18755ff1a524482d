// No fault of the network makes an event get lost or be repeated. This file tests that with few
// events and faults. It also tests that the count detects lost and repeated events.

import { expectWhole, failures, runChaos } from "../chaos/chaos.ts";
import { expect, test } from "./support.ts";

// behavior 10.12
test("each of the numbered events arrives once and in order through forty faults of every kind", async ({ lab }) => {
	await expectWhole(lab, lab, { events: 400, faults: 40, seed: 1 });
});

for (const [spoil, found] of Object.entries({
	lost: ["missing: 1"],
	twice: ["duplicated: 1"],
	changed: ["changed: 1"],
	swapped: ["out of order: 1"],
})) {
	test(`an event that the server spoils (${spoil}) is counted`, async ({ lab }) => {
		const figures = await runChaos(lab, lab, { seed: 1, events: 40, faults: 0, spoil });
		expect(failures(figures)).toEqual(expect.arrayContaining(found));
	});
}
