/** @jest-environment jsdom */
import * as headwater from "headwater";
import { refusals } from "../read.js";

test("each form names the parts that this environment lacks, and the import does not throw", async () => {
	const told = "TypeError: headwater: this platform lacks fetch, Request, TextEncoder, TextDecoder";
	expect(await refusals(headwater, process.env.SERVER)).toEqual([told, told, told]);
});
