// Tests the client of the third tutorial (`npm run clock`), which prints the events of the real
// chat server.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
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

const DATE = "\\w{3}, \\d{2} \\w{3} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT";

function startClient(url) {
	return spawn(process.execPath, [client, url], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
}

/** Runs the client. Returns its lines and its exit status. */
async function printed(url) {
	const child = startClient(url);
	const [lines, errors] = [[], []];
	createInterface(child.stdout).on("line", (line) => lines.push(line));
	createInterface(child.stderr).on("line", (line) => errors.push(line));
	const [status] = await once(child, "close");
	return { lines, errors, status };
}

test("the clock prints its twenty-three lines in order", async () => {
	const server = await startServer();
	const { lines, status } = await printed(`${server.found}/stream?interval=1`);
	await server.stop();
	const expected = [
		`Event Type: start, Data: ${DATE}`,
		...Array.from({ length: 20 }, (_, count) => `Data: ${DATE} count:${count}`),
		`Event Type: end, Data: ${DATE}`,
		"Connection closed by server",
	];
	assert.equal(lines.length, 23);
	lines.forEach((line, index) => {
		assert.match(line, new RegExp(`^${expected[index]}$`));
	});
	assert.equal(status, 0);
});

test("the clock prints a line when the server sends it", { timeout: 30_000 }, async () => {
	const server = await startServer();
	// The first two events are sent at once, and the third a minute later.
	const child = startClient(`${server.found}/stream?interval=60000`);
	const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
	assert.match((await lines.next()).value, new RegExp(`^Event Type: start, Data: ${DATE}$`));
	assert.match((await lines.next()).value, new RegExp(`^Data: ${DATE} count:0$`));
	child.kill();
	await once(child, "close");
	await server.stop();
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
