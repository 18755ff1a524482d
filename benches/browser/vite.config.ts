// Owns how the benchmark's page becomes www/dist/bench, beside the pages that it is linked from.

import { readFileSync } from "node:fs";
import { defineConfig } from "vite";

const here = (path: string): string => decodeURIComponent(new URL(path, import.meta.url).pathname);

/** The packages that take part, as they are installed. */
const PACKAGES = ["@microsoft/fetch-event-source", "eventsource", "eventsource-parser"];

const versionOf = (name: string): string =>
	JSON.parse(readFileSync(here(`../../node_modules/${name}/package.json`), "utf8")).version;

export default defineConfig({
	root: here("."),
	base: "./",
	publicDir: false,
	define: {
		PACKAGE_VERSIONS: JSON.stringify(Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)]))),
	},
	build: {
		outDir: here("../../www/dist/bench"),
		emptyOutDir: true,
		target: "es2022",
		// As in www/vite.config.ts: the same policy holds.
		modulePreload: { polyfill: false },
		assetsInlineLimit: 0,
		rolldownOptions: { input: [here("index.html"), here("open.html")] },
	},
});
