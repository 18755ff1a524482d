// Owns the building of this repository's servers, which are Rust programs: the chat server and the scenario server.

import { join } from "node:path";
import { run, say } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";

/** Builds a server where it is not up to date; its path. */
export async function buildServer(name) {
	say(`building the server ${name}, if it has changed (a minute or two the first time)`);
	await run("cargo", ["build", "--quiet", "--profile", "server", "--package", name], {
		cwd: root,
		env: { CARGO_TARGET_DIR: join(root, "target") },
		capture: true,
		problem: `The server ${name} could not be built.`,
	});
	return join(root, "target", "server", name);
}
