/** @jest-environment node */
import * as headwater from "headwater";
import { wrong } from "../read.js";

test("every form gets every event", async () => {
	expect(await wrong(headwater, process.env.SERVER)).toEqual([]);
}, 60_000);
