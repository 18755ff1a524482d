/** @jest-environment ./jest/with-fetch-environment.js */
import { jest } from "@jest/globals";
import * as headwater from "headwater";
import { wrong } from "../read.js";

afterEach(() => {
	jest.useRealTimers();
});

test("every form gets every event", async () => {
	expect([typeof MessageChannel, typeof setImmediate]).toEqual(["undefined", "undefined"]);
	expect(await wrong(headwater, process.env.SERVER)).toEqual([]);
}, 60_000);

test("every form gets every event while fake timers stand still", async () => {
	jest.useFakeTimers();
	expect(await wrong(headwater, process.env.SERVER)).toEqual([]);
}, 60_000);
