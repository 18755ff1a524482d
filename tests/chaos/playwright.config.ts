// Configures the only test of `npm run test:chaos`. It uses the browsers of the repository's
// configuration, and prints only the output of the run.

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
