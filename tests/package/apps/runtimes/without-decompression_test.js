import assert from "node:assert/strict";
import { test } from "node:test";
import { expectAnswer } from "./ask.js";

test("a source streams a POST without DecompressionStream", async () => {
	Reflect.deleteProperty(globalThis, "DecompressionStream");
	const { EventSource } = await import("headwater");
	await expectAnswer(EventSource);
	assert.equal("DecompressionStream" in globalThis, false);
});
