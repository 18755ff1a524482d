// Each bundler builds a working page with either entry, without configuration for headwater. All of
// them build the script of apps/plain, which is copied into their projects.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { COMPILE_HINT } from "../../scripts/build.mjs";
import { serve } from "../../scripts/lib/process.mjs";
import { filesOf } from "./recipes.ts";
import { expect, expectAnswer, install, runInstalled, serveFiles, test } from "./support.ts";

type Entry = "headwater" | "headwater/slim";

interface Bundler {
	/** The project in apps/, and the program that it installs. */
	name: string;
	/** The arguments of the program. */
	build: string[];
	/**
	 * The page's script element for `main.js`. If undefined, the page is the program's entry point.
	 */
	script?: string;
	/**
	 * Whether the program ignores `new URL("./file", import.meta.url)`, so the module has to be
	 * copied.
	 */
	copied?: boolean;
}

const SOURCE = '<script type="module" src="app.js"></script>';
const MODULE = '<script type="module" src="/main.js"></script>';
const DEFERRED = '<script defer src="/main.js"></script>';

const webpack = { name: "webpack", build: ["./app.js", "--mode", "production"], script: DEFERRED };
const rollup = {
	name: "rollup",
	build: ["app.js", "--plugin", "node-resolve", "--file", "dist/main.js"],
	script: MODULE,
	copied: true,
};
const esbuild = {
	name: "esbuild",
	build: ["app.js", "--bundle", "--format=esm", "--outfile=dist/main.js"],
	script: MODULE,
	copied: true,
};
const BUNDLERS: Bundler[] = [
	{ name: "vite", build: ["build"] },
	webpack,
	rollup,
	esbuild,
	{ name: "parcel", build: ["build", "index.html"] },
];

for (const bundler of BUNDLERS) {
	test(`a page built by ${bundler.name} streams a POST`, async ({ page, scenario }) => {
		await expectBuilt(page, await build(bundler, app("headwater")), "headwater", scenario);
	});

	const found = bundler.copied ? "gets the location of its copied module" : "finds its module";
	test(`a page built by ${bundler.name} streams a POST with headwater/slim, which ${found}`, async ({
		page,
		scenario,
	}) => {
		const where = 'import { init } from "headwater/slim";\nawait init({ module_or_path: "/headwater.wasm" });\n';
		const dist = await build(bundler, (bundler.copied ? where : "") + app("headwater/slim"));
		if (bundler.copied) {
			cpSync(createRequire(dist).resolve("headwater/headwater.wasm"), join(dist, "headwater.wasm"));
		}
		await expectBuilt(page, dist, "headwater/slim", scenario);
	});
}

for (const entry of ["headwater", "headwater/slim"] as const) {
	test(`Vite's development server prebundles ${entry}, and serves it on the first and the second load`, async ({
		page,
		scenario,
	}) => {
		const folder = await prepare("vite", app(entry));
		writeFileSync(join(folder, "index.html"), html(SOURCE));
		const program = join(folder, "node_modules", ".bin", "vite");
		const args = [folder, "--host", "127.0.0.1", "--port", "0"];
		// Playwright enables colors in its child processes, and the color codes would be in the URL.
		const env = { NO_COLOR: "1", FORCE_COLOR: undefined, NODE_ENV: undefined };
		const { found: origin, stop } = await serve(program, args, /(http:\S+)/, { env });
		try {
			await expectEntry(page, origin, entry, scenario);
			const bundled = `${entry.replace("/", "_")}.js`;
			expect(existsSync(join(folder, "node_modules", ".vite", "deps", bundled))).toBe(true);
			await expectEntry(page, origin, entry, scenario);
		} finally {
			await stop();
		}
	});
}

test("with the configuration of the guide, Vite keeps the compile hint", async ({ page, scenario }) => {
	const config = filesOf("docs/guide/getting-started.md").get("vite.config.mjs")!;
	writeFileSync(join(await installed("vite"), "hint.config.mjs"), config);
	const dist = await build({ name: "vite", build: ["build", "--config", "hint.config.mjs"] }, app("headwater"));
	const assets = join(dist, "assets");
	const hinted = readdirSync(assets).filter((name) =>
		readFileSync(join(assets, name), "utf8").startsWith(COMPILE_HINT),
	);
	expect(hinted).toEqual([expect.stringMatching(/^headwater-.*\.js$/)]);
	await expectBuilt(page, dist, "headwater", scenario);
});

test("the default entry works in a classic script built by esbuild", async ({ page, scenario }) => {
	const classic = { ...esbuild, build: ["app.js", "--bundle", "--outfile=dist/main.js"], script: DEFERRED };
	const dist = await build(classic, app("headwater"));
	await expectBuilt(page, dist, "headwater", scenario);
});

for (const bundler of [webpack, rollup, esbuild]) {
	for (const entry of ["headwater", "headwater/slim"] as const) {
		test(`${bundler.name} removes all of ${entry} if none of it is used`, async () => {
			const imports = `import "${entry}";\nimport { EventSource, events } from "${entry}";\n`;
			const dist = await build(bundler, `${imports}console.log("used");\n`);
			expect(readFileSync(join(dist, "main.js"), "utf8")).toContain('console.log("used")');
			expect(statSync(join(dist, "main.js")).size).toBeLessThan(100);
		});
	}
}

/** Returns the script of apps/plain with this entry. */
function app(entry: Entry): string {
	const script = readFileSync(new URL("apps/plain/app.js", import.meta.url), "utf8");
	return script.replace('from "headwater"', `from "${entry}"`);
}

function html(script: string): string {
	return `<!doctype html>\n<title>headwater</title>\n<output></output>\n${script}\n`;
}

const folders = new Map<string, Promise<string>>();

/** Installs a project once. Returns its folder. */
function installed(name: string): Promise<string> {
	const folder = folders.get(name) ?? install(`apps/${name}`);
	folders.set(name, folder);
	return folder;
}

/**
 * Writes this script into a project, and removes the output of earlier builds. Returns the folder.
 */
async function prepare(name: string, script: string): Promise<string> {
	const folder = await installed(name);
	for (const left of ["dist", "index.html", ".parcel-cache", "node_modules/.vite"]) {
		rmSync(join(folder, left), { recursive: true, force: true });
	}
	writeFileSync(join(folder, "app.js"), script);
	return folder;
}

/** Builds this script with a bundler. Returns the folder to serve. */
async function build({ name, build, script }: Bundler, source: string): Promise<string> {
	const folder = await prepare(name, source);
	const dist = join(folder, "dist");
	mkdirSync(dist);
	writeFileSync(join(script ? dist : folder, "index.html"), html(script ?? SOURCE));
	await runInstalled(folder, name, ...build);
	return dist;
}

async function expectBuilt(page: Page, dist: string, entry: Entry, scenario: { origin: string }): Promise<void> {
	const { origin, stop } = await serveFiles(dist);
	try {
		await expectEntry(page, origin, entry, scenario);
	} finally {
		await stop();
	}
}

/**
 * Expects that the page streams a POST, and that only the slim entry requests the module, once,
 * successfully.
 */
async function expectEntry(page: Page, origin: string, entry: Entry, scenario: { origin: string }): Promise<void> {
	const modules: string[] = [];
	const note = (response: { url(): string; status(): number }) => {
		if (new URL(response.url()).pathname.endsWith(".wasm")) {
			modules.push(`${response.status()}`);
		}
	};
	page.on("response", note);
	await expectAnswer(page, `${origin}/`, scenario);
	page.off("response", note);
	expect(modules).toEqual(entry === "headwater" ? [] : ["200"]);
}
