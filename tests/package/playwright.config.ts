// Owns how Playwright runs the tests of the packed package: in Chromium, as playwright.config.ts starts it. The tarball is
// there: scripts/test-package.mjs has made it.

import { defineConfig } from "@playwright/test";
import root from "../../playwright.config.ts";

export default defineConfig({
	testDir: ".",
	// A project may have tests of its own, for its own runner.
	testMatch: "*.spec.ts",
	outputDir: "../../test-results/package",
	forbidOnly: true,
	workers: 2,
	// What a project asks for has to be installed first, and built by its tool.
	timeout: 600_000,
	reporter: [["list"], ["json", { outputFile: "../../test-results/package.json" }]],
	projects: [{ name: "chromium", use: { ...root.projects?.find(({ name }) => name === "chromium")?.use } }],
});
