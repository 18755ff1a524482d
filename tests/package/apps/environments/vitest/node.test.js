// @vitest-environment node
import * as headwater from "headwater";
import { afterEach, expect, test, vi } from "vitest";
import { wrong } from "../read.js";

afterEach(() => {
	vi.useRealTimers();
});

test("every form gets every event", { timeout: 60_000 }, async () => {
	expect(await wrong(headwater, process.env.SERVER)).toEqual([]);
});

test("every form gets every event while fake timers stand still", { timeout: 60_000 }, async () => {
	vi.useFakeTimers();
	expect(await wrong(headwater, process.env.SERVER)).toEqual([]);
});
