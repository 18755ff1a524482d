// Runs the tests of the packed package in Chromium, with the launch options of the root's
// playwright.config.ts. scripts/test-package.mjs makes the tarball first.

import { defineConfig } from "@playwright/test";
import root from "../../playwright.config.ts";

export default defineConfig({
	testDir: ".",
	// A project may have its own tests, for another runner.
	testMatch: "*.spec.ts",
	outputDir: "../../test-results/package",
	forbidOnly: true,
	workers: 2,
	// Includes the time to install and build a project.
	timeout: 600_000,
	expect: { ...root.expect },
	reporter: [["list"], ["json", { outputFile: "../../test-results/package.json" }]],
	projects: [{ name: "chromium", use: { ...root.projects?.find(({ name }) => name === "chromium")?.use } }],
});
