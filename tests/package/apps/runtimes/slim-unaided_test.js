import assert from "node:assert/strict";
import { test } from "node:test";
import { EventSource, init } from "headwater/slim";
import { expectAnswer, url } from "./ask.js";

// Node is the only runtime whose fetch does not read `file:` URLs.
if (process.env.READS_FILES) {
	test("headwater/slim finds the module beside it", () => expectAnswer(EventSource));
} else {
	test("headwater/slim names the URL where it looked for the module, and the remedy", async () => {
		const place = import.meta.resolve("headwater/headwater.wasm");
		const told = new RegExp(
			`^headwater\\.wasm could not be loaded from ${place} \\(.+\\): pass its location to init\\(\\{ module_or_path \\}\\)$`,
		);
		await assert.rejects(init(), { message: told });
		const source = new EventSource(url);
		const { reason, error } = await source.closed;
		assert.equal(reason, "internal");
		assert.match(error.message, told);
	});
}
