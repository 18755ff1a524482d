// Builds the benchmark's page into www/dist/bench, next to the pages that link to it.

import { cpSync, readFileSync } from "node:fs";
import { defineConfig } from "vite";

const here = (path: string): string => decodeURIComponent(new URL(path, import.meta.url).pathname);

/** The packages of the contenders, as they are installed. */
const PACKAGES = ["@microsoft/fetch-event-source", "eventsource", "eventsource-parser"];

/** The package is not bundled, because bundlers drop its compile hint. */
const OURS: Record<string, string> = { headwater: "../headwater/index.js", "headwater/slim": "../headwater/slim.js" };

const versionOf = (name: string): string =>
	JSON.parse(readFileSync(here(`../../node_modules/${name}/package.json`), "utf8")).version;

export default defineConfig({
	root: here("."),
	base: "./",
	publicDir: false,
	resolve: { alias: { "headwater-bundled": here("../../dist/index.js") } },
	plugins: [
		{
			name: "copy-package",
			closeBundle: () =>
				cpSync(here("../../dist"), here("../../www/dist/bench/headwater"), {
					recursive: true,
					filter: (path) => !/\.(ts|map)$/.test(path),
				}),
		},
	],
	define: {
		PACKAGE_VERSIONS: JSON.stringify(Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)]))),
	},
	build: {
		outDir: here("../../www/dist/bench"),
		emptyOutDir: true,
		target: "es2022",
		// This is the same as in www/vite.config.ts, because the same policy applies.
		modulePreload: { polyfill: false },
		assetsInlineLimit: 0,
		rolldownOptions: {
			input: [here("index.html"), here("first.html")],
			external: Object.keys(OURS),
			output: { paths: OURS },
		},
	},
});
