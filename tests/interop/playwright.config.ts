// Configures the tests against real servers, in Chromium as in the repository's
// playwright.config.ts. scripts/test-interop.mjs selects the server.

import { defineConfig } from "@playwright/test";
import root from "../../playwright.config.ts";

export default defineConfig({
	testDir: ".",
	outputDir: "../../test-results/interop",
	fullyParallel: true,
	forbidOnly: true,
	workers: 2,
	timeout: root.timeout as number,
	expect: { ...root.expect },
	reporter: [["list"], ["json", { outputFile: "../../test-results/interop.json" }]],
	projects: [{ name: "chromium", use: { ...root.projects?.find(({ name }) => name === "chromium")?.use } }],
});
