// The package contains the right files and metadata, and importing it has no side effects.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { transform } from "esbuild";
import { tarball } from "../../scripts/lib/packed.mjs";
import { run } from "../../scripts/lib/process.mjs";
import { expect, install, runInstalled, serveFiles, test } from "./support.ts";

const PACKAGE = "node_modules/headwater";
const ENTRIES = ["dist/index.js", "dist/slim.js"];

let folder: string;

test.beforeAll(async () => {
	folder = await install("apps/checks");
});

const read = (file: string) => readFileSync(join(folder, PACKAGE, file), "utf8");

/** Returns the content of its package.json. */
const manifest = () => JSON.parse(read("package.json"));

test("publint finds no problem in the tarball", async () => {
	await runInstalled(folder, "publint", tarball, "--strict");
});

test("attw finds no problem in the types of the tarball for importers of ES modules", async () => {
	// The WebAssembly file has no types, because the result of importing it depends on the tool.
	const noTypes = ["--exclude-entrypoints", "headwater.wasm"];
	await runInstalled(folder, "attw", tarball, "--profile", "esm-only", "--no-definitely-typed", ...noTypes);
});

test("the package has no side effects and no dependencies", () => {
	expect(manifest().sideEffects).toBe(false);
	const others = Object.keys(manifest()).filter((name) => /dependencies$/i.test(name) && name !== "devDependencies");
	expect(others).toEqual([]);
});

test("every file that package.json names exists, also for tools that read only main, module and types", () => {
	const { main, module, types, exports } = manifest();
	expect({ main, module, types }).toEqual({
		main: exports["."].default,
		module: exports["."].default,
		types: exports["."].types,
	});
	const files = Object.values(exports).flatMap((target) =>
		typeof target === "string" ? target : Object.values(target!),
	);
	expect(files.length).toBeGreaterThan(4);
	expect(files.filter((file) => !existsSync(join(folder, PACKAGE, file)))).toEqual([]);
});

test("every script has a source map that leads to the line of its source", () => {
	const scripts = readdirSync(join(folder, PACKAGE, "dist")).filter((file) => file.endsWith(".js"));
	expect(scripts.map((file) => `dist/${file}`)).toEqual(ENTRIES);
	for (const file of scripts) {
		const script = read(`dist/${file}`);
		const [, name] = /\n\/\/# sourceMappingURL=(\S+)\n*$/.exec(script)!;
		const map = JSON.parse(read(`dist/${name}`)) as SourceMapPayload;
		expect(map.sources.filter((source) => !/^\.\.\/(js|pkg)\//.test(source))).toEqual([]);
		expect(map.sourcesContent.length).toBe(map.sources.length);
		const text = "EventSource needs a URL";
		const line = script.split("\n").findIndex((line) => line.includes(text));
		const entry = new SourceMap(map).findEntry(line, script.split("\n")[line]!.indexOf(text));
		if (!("originalSource" in entry)) {
			throw new Error(`dist/${name} does not map "${text}"`);
		}
		const source = map.sources.indexOf(entry.originalSource);
		expect(entry.originalSource).toBe("../js/forms/event-source.ts");
		expect(map.sourcesContent[source]!.split("\n")[entry.originalLine]).toContain(text);
	}
});

test("the default entry has no syntax that a classic script cannot have", async () => {
	const script = read("dist/index.js");
	// A top-level `await` would be an error here, and `import.meta` a warning.
	const { warnings } = await transform(script, { format: "iife", target: "es2022" });
	expect(warnings).toEqual([]);
	expect(script).not.toMatch(/\bimport\s*[(.]/);
});

/**
 * Imports a module and returns the paths that it changed: globals, their own members, and the
 * members of their prototypes. Runs in a page or in Node.
 */
async function changes(url: string): Promise<string[]> {
	const look = () => {
		const seen = new Map<string, PropertyDescriptor>();
		const note = (path: string, object: object) => {
			for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
				seen.set(`${path}.${name}`, descriptor);
			}
		};
		note("", globalThis);
		for (const [path, { value }] of [...seen]) {
			if (Object(value) === value && value !== globalThis) {
				note(path, value);
				note(`${path}.prototype`, Object(value.prototype));
			}
		}
		return seen;
	};
	const before = look();
	await import(url);
	const after = look();
	return [...new Set([...before.keys(), ...after.keys()])].filter((path) => {
		const [was, is] = [before.get(path), after.get(path)];
		return !was || !is || !Object.is(was.value, is.value) || was.get !== is.get || was.set !== is.set;
	});
}

for (const entry of ENTRIES) {
	test(`the import of ${entry} changes no global of a page`, async ({ page }) => {
		const { origin, stop } = await serveFiles(folder);
		await page.goto(`${origin}/package.json`);
		expect(await page.evaluate(changes, `${origin}/${PACKAGE}/${entry}`)).toEqual([]);
		await stop();
	});

	test(`the import of ${entry} changes no global of Node`, async () => {
		const url = pathToFileURL(join(folder, PACKAGE, entry)).href;
		// Node creates many of its globals when they are first read.
		const code = `for (const name of Object.getOwnPropertyNames(globalThis)) globalThis[name];
			console.log(JSON.stringify(await (${changes})(${JSON.stringify(url)})));`;
		const script = join(folder, "changes.mjs");
		writeFileSync(script, code);
		const { output } = await run(process.execPath, ["--no-warnings", script], { capture: true });
		expect(JSON.parse(output)).toEqual([]);
	});
}
