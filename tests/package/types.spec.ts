// The packed types accept the valid code of tests/types and reject the invalid code, in the
// TypeScript versions and module resolutions that are in use.

import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/tools.mjs";
import { install, runInstalled, test } from "./support.ts";

const COMPILERS = { "5.5": "typescript-5/bin/tsc", "6.0": "typescript-6/bin/tsc", "7.0": "typescript/bin/tsc" };

/** The value of `module` for each `moduleResolution`. */
const RESOLUTIONS = { bundler: "esnext", nodenext: "nodenext" };

test.describe.configure({ mode: "serial" });

let folder: string;

test.beforeAll(async () => {
	folder = await install("apps/types");
	cpSync(join(root, "tests", "types", "forms.ts"), join(folder, "forms.ts"));
});

for (const [version, compiler] of Object.entries(COMPILERS)) {
	for (const [moduleResolution, module] of Object.entries(RESOLUTIONS)) {
		test(`TypeScript ${version} with moduleResolution ${moduleResolution} accepts valid code and rejects invalid code`, async () => {
			const compilerOptions = {
				...{ target: "es2022", lib: ["es2022", "dom", "dom.iterable", "dom.asynciterable"], types: [] },
				...{ module, moduleResolution, strict: true, exactOptionalPropertyTypes: true, noEmit: true },
			};
			const config = join(folder, `${version}-${moduleResolution}.json`);
			writeFileSync(config, JSON.stringify({ compilerOptions, files: ["forms.ts"] }));
			await runInstalled(folder, `../${compiler}`, "--project", config);
		});
	}
}
