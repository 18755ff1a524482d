// Owns the building of the chat page and the tutorials' pages, which import the package by its name.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hash } from "./build.mjs";
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
	const stamp = join(pageFolder, ".inputs");
	const inputs = hash(INPUTS.map((input) => join(root, input)));
	if (existsSync(stamp) && readFileSync(stamp, "utf8") === inputs) {
		return;
	}
	say("building the chat page");
	await run(
		join(root, "node_modules", ".bin", "vite"),
		["build", "--config", "www/vite.config.ts", "--logLevel", "warn"],
		{
			cwd: root,
			problem: "The chat page does not build.",
		},
	);
	writeFileSync(stamp, inputs);
}
