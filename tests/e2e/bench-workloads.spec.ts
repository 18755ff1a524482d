// Tests the parts of the benchmark without a browser: the arithmetic, and the server's workloads,
// which are read with a parser that is not ours.

import { createParser } from "eventsource-parser";
import { compared, geometricMean, interleave, quantile, ratios, spread } from "../../benches/browser/statistics.ts";
import { check, TITLES } from "../../benches/browser/streams.ts";
import { expect, test } from "../support/browser.ts";

const EVENTS = 2000;

/** The average size of an event in bytes: minimum and maximum. */
const SIZES: Record<string, [number, number]> = {
	llm: [169, 171],
	small: [14, 14],
	typed: [48, 48],
	cjk: [66, 68],
	long: [16_392, 16_392],
	comments: [140, 168],
	crlf: [171, 173],
};

for (const workload of Object.keys(TITLES)) {
	test(`the workload "${workload}" is reproducible from its seed, has events of the stated size, and is complete`, async ({
		chat,
	}) => {
		const events = workload === "long" ? 100 : EVENTS;
		const get = (route: string, seed: number) =>
			fetch(`${chat.origin}/bench/${route}?workload=${workload}&events=${events}&seed=${seed}`);
		const read = async (seed: number) => Buffer.from(await (await get("stream", seed)).arrayBuffer());
		const bytes = await read(1);
		expect(bytes.equals(await read(1))).toBe(true);
		expect(bytes.equals(await read(2))).toBe(false);
		const [from, to] = SIZES[workload]!;
		expect(bytes.length / events).toBeGreaterThanOrEqual(from);
		expect(bytes.length / events).toBeLessThanOrEqual(to);

		const messages: { event?: string; id?: string; data: string }[] = [];
		createParser({ onEvent: (message) => messages.push(message) }).feed(bytes.toString());
		const typed = workload === "typed";
		const received = {
			events: messages.length,
			characters: messages.reduce((sum, { data }) => sum + data.length, 0),
			bytes: bytes.length,
			lastEventId: messages.at(-1)!.id ?? "",
		};
		expect(received).toEqual(await (await get("expected", 1)).json());
		expect(new Set(messages.map(({ event }) => event))).toEqual(new Set([typed ? "token" : undefined]));
		if (typed) {
			const first = Number(messages[0]!.id);
			expect(messages.map(({ id }) => Number(id))).toEqual(messages.map((_, index) => first + index));
		}
	});
}

test("a wrong count names the contender, the stream and both numbers", () => {
	const expected = { events: 3, characters: 9, lastEventId: "", bytes: 30 };
	check("ours", "small", { bytes: 30 }, expected);
	check("ours", "small", { events: 3, characters: 9, lastEventId: "" }, expected);
	expect(() => check("ours", "small", { events: 2, characters: 9 }, expected)).toThrow(
		'ours on small: "events" is 2, not 3, at the end of the stream',
	);
});

test("contenders take turns at starting a round, and the warm-up does not count", async () => {
	const order: string[] = [];
	const taken = await interleave(["a", "b", "c"], 3, async (name) => order.push(name), 2);
	expect(order.join("")).toBe("abc bca cab abc bca".replaceAll(" ", ""));
	expect(taken).toEqual({ a: [8, 10, 15], b: [9, 11, 13], c: [7, 12, 14] });
});

test("medians, quartiles and means follow their definitions, and ratios are calculated per pair", () => {
	expect(spread([4, 1, 3, 2, 5])).toEqual({ median: 3, low: 2, high: 4 });
	expect(quantile([1, 2], 0.5)).toBe(1.5);
	expect(geometricMean([2, 8])).toBeCloseTo(4);
	expect(ratios([10, 30], [5, 10])).toEqual([2, 3]);
	const goals = [{ atLeast: 2.5 }, { atLeast: 2.6 }, { atMost: 2.5 }, { atMost: 2.4 }];
	expect(goals.map((goal) => compared("", "×", [2, 3], goal).met)).toEqual([true, false, true, false]);
});
