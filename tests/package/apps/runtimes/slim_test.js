import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { EventSource, init } from "headwater/slim";
import { expectAnswer } from "./ask.js";

test("headwater/slim streams a POST after init() with the bytes of its module", async () => {
	await init({ module_or_path: await readFile(new URL(import.meta.resolve("headwater/headwater.wasm"))) });
	await expectAnswer(EventSource);
});
