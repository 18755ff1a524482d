// Owns `npm run test:all`: what takes longer than `npm test` may. There is nothing yet besides two benches, which are run
// for their figures and assert nothing.

import { run, say, script } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";

script(async () => {
	say("measuring the parser (cargo bench)");
	await run("cargo", ["bench", "--quiet", "--bench", "parse"], {
		cwd: root,
		problem: "The bench of the parser failed.",
	});
	say("measuring large events through the package (node benches/large-event.mjs)");
	await run(process.execPath, ["benches/large-event.mjs"], {
		cwd: root,
		problem: "The bench of large events failed.",
	});
});
