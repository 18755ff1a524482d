// Owns `npm run test:all`: the tests that take longer than `npm test` may. There are none yet besides the bench of the
// parser's linearity, which is run for its figures and asserts nothing.

import { run, say, script } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";

script(async () => {
	say("measuring the parser (cargo bench)");
	await run("cargo", ["bench", "--quiet", "--bench", "parse"], {
		cwd: root,
		problem: "The bench of the parser failed.",
	});
});
