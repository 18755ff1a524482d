// Builds an entry that adds to the default one. A page that imports both must have one copy of the
// facade and of the module. A page that imports only the addition must work too.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { bundle } from "../../scripts/build.mjs";
import { root } from "../../scripts/lib/tools.mjs";

const folder = join(root, "target", "entries");
/**
 * This folder is outside the checkout, because inside it "headwater" resolves to the checkout
 * itself.
 */
const site = mkdtempSync(join(tmpdir(), "headwater-"));
const installed = join(site, "node_modules", "headwater");

before(async () => {
	rmSync(folder, { recursive: true, force: true });
	for (const part of ["js", "pkg"]) {
		cpSync(join(root, part), join(folder, part), { recursive: true });
	}
	const addition = `import { EventSource, events } from "./index.js";
		export async function all(url: string) {
			const messages = [];
			for await (const message of events(url, { end: "close" })) messages.push(message);
			return messages;
		}
		export const isSame = (other: unknown) => other === EventSource;`;
	writeFileSync(join(folder, "js", "addition.ts"), addition);
	await bundle(folder, ["index", "addition"]);
	mkdirSync(installed, { recursive: true });
	cpSync(join(folder, "dist"), join(installed, "dist"), { recursive: true });
	const { exports, sideEffects, type } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	const entries = { ...exports, "./addition": { default: "./dist/addition.js" } };
	writeFileSync(
		join(installed, "package.json"),
		JSON.stringify({ name: "headwater", type, sideEffects, exports: entries }),
	);
});

after(() => rmSync(site, { recursive: true }));

/** Bundles an application as its author would, and imports it. */
async function application(name, code) {
	const outfile = join(site, `${name}.mjs`);
	const stdin = { contents: code, resolveDir: site };
	await build({ stdin, outfile, bundle: true, format: "esm", platform: "node", minify: true });
	return { module: await import(pathToFileURL(outfile).href), text: readFileSync(outfile, "utf8") };
}

/** Counts the packed modules in a script. The packed module is by far the longest string. */
const copies = (text) => [...text.matchAll(/"(?:[^"\\]|\\.){20000,}"/g)].length;

test("a new entry is small and imports the default entry", () => {
	const text = readFileSync(join(folder, "dist", "addition.js"), "utf8");
	assert.match(text, /from"\.\/index\.js"/);
	assert.ok(text.length < 1000, `${text.length} characters`);
});

test("a page that imports the default and the new entry has one class and one module", async () => {
	const code = `export { EventSource } from "headwater"; export { isSame } from "headwater/addition";`;
	const { module, text } = await application("both", code);
	assert.ok(module.isSame(module.EventSource));
	assert.equal(copies(text), 1);
});

test("a page that imports only the new entry receives events", async () => {
	const server = createServer((_request, response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.end("data: a\n\ndata: b\n\n");
	});
	after(() => server.close());
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { module, text } = await application("alone", `export { all } from "headwater/addition";`);
	const messages = await module.all(`http://127.0.0.1:${server.address().port}/`);
	assert.deepEqual(
		messages.map(({ data }) => data),
		["a", "b"],
	);
	assert.equal(copies(text), 1);
});
