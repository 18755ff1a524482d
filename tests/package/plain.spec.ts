// A page needs no build tool: an import map and a script are enough.

import { expectAnswer, install, serveFiles, test } from "./support.ts";

test("a page with an import map streams a POST", async ({ page, scenario }) => {
	const { origin, stop } = await serveFiles(await install("apps/plain"));
	await expectAnswer(page, `${origin}/index.html`, scenario);
	await stop();
});
