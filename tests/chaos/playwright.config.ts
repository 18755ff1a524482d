// Configures the one test of `npm run test:chaos`: the browsers of the repository's configuration,
// and only the run's own output.

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
