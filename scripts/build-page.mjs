// Owns the building of the chat page and the tutorials' pages, which import the package by its name.

import { join } from "node:path";
import { whenChanged } from "./build.mjs";
import { run, say } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";

export const pageFolder = join(root, "www", "dist");

const INPUTS = [
	"www/index.html",
	"www/tutorials",
	"www/src",
	"www/public",
	"www/vite.config.ts",
	"dist",
	"package-lock.json",
];

/** Builds `www/dist/`, if what it is made from has changed. */
export async function buildPage() {
	await whenChanged("page", INPUTS, join(pageFolder, "index.html"), async () => {
		say("building the chat page");
		await run(
			join(root, "node_modules", ".bin", "vite"),
			["build", "--config", "www/vite.config.ts", "--logLevel", "warn"],
			{ cwd: root, problem: "The chat page does not build." },
		);
	});
}
