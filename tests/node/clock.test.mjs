// Tests the client of the third tutorial (`npm run clock`), which prints the events of the real
// chat server.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { serverPath } from "../../scripts/build-server.mjs";
import { serve } from "../../scripts/lib/process.mjs";
import { root } from "../../scripts/lib/tools.mjs";

const client = join(root, "scripts", "clock.mjs");

function startServer() {
	const env = { PORT: "0" };
	return serve(serverPath("headwater-chat"), ["--root", join(root, "www", "dist")], /on (http:\S+)/, { env });
}

/**
 * Runs the client. Returns its lines with the time in milliseconds at which each was printed, and
 * its exit status.
 */
async function printed(url) {
	const child = spawn(process.execPath, [client, url], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
	const lines = [];
	const errors = [];
	createInterface(child.stdout).on("line", (line) => lines.push({ line, at: performance.now() }));
	createInterface(child.stderr).on("line", (line) => errors.push(line));
	const status = await new Promise((resolve) => child.on("close", resolve));
	return { lines, errors, status };
}

test("the clock prints its twenty-three lines in order, each when the server sends it", async () => {
	const server = await startServer();
	const { lines, status } = await printed(`${server.found}/stream?interval=50`);
	await server.stop();
	const date = "\\w{3}, \\d{2} \\w{3} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT";
	const expected = [
		`Event Type: start, Data: ${date}`,
		...Array.from({ length: 20 }, (_, count) => `Data: ${date} count:${count}`),
		`Event Type: end, Data: ${date}`,
		"Connection closed by server",
	];
	assert.equal(lines.length, 23);
	lines.forEach(({ line }, index) => {
		assert.match(line, new RegExp(`^${expected[index]}$`));
	});
	// The lines must be printed when they arrive, not all at the end. The twenty ticks take
	// nineteen intervals.
	assert.ok(lines[20].at - lines[1].at > (19 * 50) / 2, "the lines came all at once");
	assert.equal(status, 0);
});

test("without a server the clock prints one error line and fails", async () => {
	const server = await startServer();
	await server.stop();
	const { lines, errors, status } = await printed(`${server.found}/stream`);
	assert.deepEqual(lines, []);
	assert.equal(errors.length, 1);
	assert.match(errors[0], /^network error: the server is unreachable.*\/stream$/);
	assert.equal(status, 1);
});
