// Builds the servers of this repository, which are Rust programs: the chat server and the scenario
// server.

import { join } from "node:path";
import { run, say } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";

/** Builds the chat server with the profile for `npm start`, if it has changed. Returns its path. */
export async function buildChatServer() {
	say("building the chat server, if it has changed (a minute or two the first time)");
	await build("--profile", "server", "--package", "headwater-chat");
	return serverPath("headwater-chat", "server");
}

/**
 * Builds both servers with the profile for tests, if they have changed. `cargo test` uses the same
 * dependencies and the same profile, so the dependencies are compiled only once.
 */
export async function buildTestServers() {
	say("building the servers for the tests, if they have changed (a few minutes the first time)");
	await build("--package", "headwater-chat", "--package", "headwater-scenario");
}

/** Builds the native tests and both servers. The package does not need them. */
export async function buildNative() {
	await buildTestServers();
	await run("cargo", ["test", "--quiet", "--workspace", "--no-run"], {
		cwd: root,
		capture: true,
		problem: "The native tests could not be compiled.",
	});
}

/** Returns the path of a built server, by default of the server for tests. */
export function serverPath(name, profile = "debug") {
	return join(root, "target", profile, name);
}

async function build(...args) {
	await run("cargo", ["build", "--quiet", ...args], {
		cwd: root,
		env: { CARGO_TARGET_DIR: join(root, "target") },
		capture: true,
		problem: "The servers could not be built.",
	});
}
