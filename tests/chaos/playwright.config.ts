// Owns how `npm run test:chaos` runs its one test: the browsers of the repository's configuration, and nothing printed but
// what the run prints.

import { defineConfig } from "@playwright/test";
import repository from "../../playwright.config.ts";

const browsers = (repository.projects ?? []).filter(({ name }) => name === "chromium" || name === "firefox");

export default defineConfig({
	...repository,
	testDir: ".",
	outputDir: "../../test-results/chaos",
	reporter: "./reporter.ts",
	projects: browsers.map((browser) => ({ ...browser, testMatch: "run.spec.ts", testIgnore: [] })),
});
