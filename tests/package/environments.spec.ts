// The package works in test runners and edge runtimes, which lack some of a browser's globals. If a
// global that the package needs is missing, the error names it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { run } from "../../scripts/lib/process.mjs";
import { listen } from "../support/listen.ts";
import { expect, install, runInstalled, type Served, test } from "./support.ts";

let folder: string;
let server: Served;

/**
 * The server sends so many events that a source has to pause while it fires them. Each event
 * contains the request's method and body.
 */
test.beforeAll(async () => {
	server = await listen(
		createServer(async (request, response) => {
			const body = Buffer.concat(await request.toArray());
			response.writeHead(200, {
				"content-type": "text/event-stream",
				"access-control-allow-origin": "*",
				"access-control-allow-headers": "*",
			});
			const data = Array.from({ length: 30 }, (_, index) => `data: ${request.method} ${body} ${index + 1}\n\n`);
			response.end(data.join(""));
		}),
	);
	folder = await install("apps/environments");
});

test.afterAll(() => server.stop());

/** Runs a script of the project. Returns the JSON values that it prints, one per line. */
async function lines(...args: string[]): Promise<unknown[]> {
	const env = { SERVER: server.origin };
	const { code, output } = await run(process.execPath, args, { cwd: folder, env, capture: true });
	expect(code, output).toBe(0);
	return output
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
}

const LACKING = "TypeError: headwater: this platform lacks fetch, Request, TextEncoder, TextDecoder";

test("in a jsdom window each form names the missing parts, and gets every event after they are added", async () => {
	expect(await lines("jsdom.js")).toEqual([[LACKING, LACKING, LACKING], []]);
});

test("in a happy-dom window every form gets every event", async () => {
	expect(await lines("happy-dom.js")).toEqual([[]]);
});

test("in an edge runtime every form gets every event", async () => {
	expect(await lines("edge.js")).toEqual([[]]);
});

/** Runs a test runner on its folder of the project, and expects this summary. */
async function expectPassed(passed: RegExp, program: string, env: Record<string, string>, ...args: string[]) {
	const path = join(folder, "node_modules", program);
	const given = { SERVER: server.origin, CI: "1", NODE_ENV: "", ...env };
	const { code, output } = await run(process.execPath, [path, ...args], { cwd: folder, env: given, capture: true });
	expect(stripVTControlCharacters(output)).toMatch(passed);
	expect(code, output).toBe(0);
}

test("in vitest's environments node, jsdom and happy-dom every form gets every event", async () => {
	await expectPassed(/^ +Tests +6 passed \(6\)$/m, "vitest/vitest.mjs", {}, "run", "--dir", "vitest");
});

test("in Jest's environments node and jsdom every form gets every event, or names the missing parts", async () => {
	const env = { NODE_OPTIONS: "--experimental-vm-modules" };
	await expectPassed(/^Tests: +4 passed, 4 total$/m, "jest/bin/jest.js", env);
});

test("in workerd every form of headwater/slim gets every event, and headwater reports why it cannot work", async () => {
	const args = ["worker.js", "--bundle", "--format=esm", "--external:*.wasm", "--outfile=worker-bundled.js"];
	await runInstalled(folder, "esbuild", ...args);
	const workerd = spawn(
		join(folder, "node_modules", ".bin", "workerd"),
		["serve", "worker.capnp", "--socket-addr=http=127.0.0.1:0", "--control-fd=1"],
		{ cwd: folder, env: { ...process.env, SERVER: server.origin }, stdio: ["ignore", "pipe", "inherit"] },
	);
	try {
		let port: number | undefined;
		for await (const line of createInterface(workerd.stdout)) {
			({ port } = JSON.parse(line));
			if (port !== undefined) {
				break;
			}
		}
		const answer = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).json();
		expect(await answer("/")).toEqual([]);
		expect(await answer("/inlined")).toEqual([
			expect.stringMatching(/^the WebAssembly module cannot be used: CompileError: .*code generation disallowed/),
			"internal",
		]);
	} finally {
		workerd.kill();
		await once(workerd, "exit");
	}
});
