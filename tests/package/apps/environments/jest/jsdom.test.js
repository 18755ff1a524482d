/** @jest-environment jsdom */
import * as headwater from "headwater";
import { refusals } from "../read.js";

test("each form says what this environment lacks, and the import does not throw", async () => {
	const told = "TypeError: headwater needs fetch and Request and TextEncoder and TextDecoder, which is missing";
	expect(await refusals(headwater, process.env.SERVER)).toEqual([told, told, told]);
});
