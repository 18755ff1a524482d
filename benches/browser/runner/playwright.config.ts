// Configures `npm run bench`: the browsers of the repository's configuration, one at a time, and
// only the run's own output.

import { defineConfig } from "@playwright/test";
import repository from "../../../playwright.config.ts";

const browsers = (repository.projects ?? []).filter(({ name }) => name === "chromium" || name === "firefox");

export default defineConfig({
	...repository,
	testDir: ".",
	outputDir: "../../../test-results/bench-run",
	reporter: "../../../tests/chaos/reporter.ts",
	workers: 1,
	projects: browsers.map((browser) => ({ ...browser, testMatch: "run.spec.ts", testIgnore: [] })),
});
