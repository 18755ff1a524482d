// Tests the code in a page of docs/: copies it unchanged into a small project, checks its types,
// bundles it, and serves it from a server that the test controls.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import sirv from "sirv";
import { run } from "../../scripts/lib/process.mjs";
import { root } from "../../scripts/lib/tools.mjs";
import { listen } from "../support/listen.ts";
import { expect, install, type Served } from "./support.ts";

/** In milliseconds: by default, no wait of the package is longer than this. */
const LONGEST_WAIT = 30_000;

/** Code with a title. rustdoc reads README.md too, so there the title is in a comment before it. */
const BLOCK = /^(?:<!-- title="([^"]+)" -->\n```\w+|```\w+ title="([^"]+)")\n(.*?)^```$/gms;

/** The options of a new project, stricter than most. */
const TYPES = {
	compilerOptions: {
		strict: true,
		exactOptionalPropertyTypes: true,
		noUncheckedIndexedAccess: true,
		noFallthroughCasesInSwitch: true,
		noUnusedLocals: true,
		target: "es2022",
		lib: ["es2023", "dom", "dom.iterable"],
		module: "esnext",
		moduleResolution: "bundler",
		jsx: "react-jsx",
		types: [],
		noEmit: true,
		skipLibCheck: true,
	},
	include: ["*.ts", "*.tsx"],
};

/** Prepares the project of a recipe and returns its folder. */
export function prepare(name: string, mainFile: string): Promise<string> {
	return prepareProject(`recipes/${name}`, `docs/recipes/${name}.md`, mainFile);
}

/** Returns the pieces of code on a page that have a title: names of files, and their text. */
export function filesOf(path: string): Map<string, string> {
	const page = readFileSync(join(root, path), "utf8");
	const files = [...page.matchAll(BLOCK)].map(([, before, inside, code]): [string, string] => [
		(before ?? inside)!,
		code!,
	]);
	if (files.length === 0) {
		throw new Error(`${path} has no code with a title`);
	}
	return new Map(files);
}

/**
 * Copies the files of a page, or of several, into a project, installs its dependencies and checks
 * the types. Returns its folder.
 */
export async function prepareProject(project: string, paths: string | string[], mainFile: string): Promise<string> {
	const folder = await install(project);
	const origins = new Map<string, string>();
	for (const path of [paths].flat()) {
		for (const [name, code] of filesOf(path)) {
			if (origins.has(name)) {
				throw new Error(`${path} and ${origins.get(name)} both have a file ${name}`);
			}
			origins.set(name, path);
			writeFileSync(join(folder, name), code);
		}
	}
	const html = (script: string) =>
		`<!doctype html><title>${project}</title><main></main><output></output><script type="module" src="${script}"></script>`;
	// Vite starts from its own page. esbuild writes its script beside the page.
	writeFileSync(join(folder, "index.html"), html(`/${mainFile}`));
	rmSync(join(folder, "site"), { recursive: true, force: true });
	mkdirSync(join(folder, "site"));
	writeFileSync(join(folder, "site", "index.html"), html("/main.js"));
	writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TYPES));
	await runOwn("tsc", folder, "--project", folder);
	return folder;
}

/** Bundles a file of a prepared project with esbuild, as for development. */
export async function bundle(folder: string, file: string, out = "main.js"): Promise<void> {
	await runOwn("esbuild", folder, file, "--bundle", "--format=esm", "--jsx=automatic", `--outfile=site/${out}`);
}

export interface Opened {
	readonly kitchen: Kitchen;
	/** The texts on the page's console, without the browser's own errors. */
	readonly said: string[];
}

/** Opens a page that runs one file of a prepared project. The test controls the page's clock. */
export async function open(page: Page, folder: string, file: string, answer?: (asked: Asked) => void): Promise<Opened> {
	await bundle(folder, file);
	const kitchen = await serveRecipe(folder, answer);
	const said: string[] = [];
	page.on("console", (message) => message.type() !== "error" && said.push(message.text()));
	await page.clock.install();
	await page.goto(kitchen.origin);
	return { kitchen, said };
}

/** Returns the text of the page, without its script. */
export const shown = (page: Page) => page.evaluate(() => document.body.innerText.trim());

/** Waits for an uncaught error of the page, and removes it from the list, which has to be empty at the end. */
export async function takeUncaught(uncaught: string[], expected: RegExp): Promise<void> {
	await expect.poll(() => uncaught).toEqual([expect.stringMatching(expected)]);
	uncaught.length = 0;
}

/** One event of a stream. `fields` are lines before its data. */
export const event = (data: string, fields = "") => `${fields}data: ${data}\n\n`;

async function runOwn(program: string, cwd: string, ...args: string[]): Promise<void> {
	const problem = `${program} ${args.join(" ")} failed in ${cwd}.`;
	await run(join(root, "node_modules", ".bin", program), args, { cwd, capture: true, problem });
}

/** A request of the page. */
export interface Asked {
	readonly line: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
	readonly response: ServerResponse;
	/** Sends this text on the event stream. The first call opens the stream. */
	send(text: string): void;
	/** Whether the connection is closed, at either end. */
	gone(): boolean;
}

export interface Kitchen extends Served {
	/** The requests of the page so far, except for its own files. */
	readonly asked: Asked[];
	/** The methods and URLs of these requests. */
	lines(): string[];
	/** Waits for the n-th request, counted from 0. */
	nth(index: number): Promise<Asked>;
	/**
	 * Waits for the n-th request if it follows a wait: advances the page's clock, which must be
	 * installed.
	 */
	nthSoon(page: Page, index: number): Promise<Asked>;
}

/**
 * Serves the bundled project. Calls `answer` with each request that is not for its files. Without
 * `answer`, the test responds.
 */
export async function serveRecipe(folder: string, answer: (asked: Asked) => void = () => {}): Promise<Kitchen> {
	const files = sirv(join(folder, "site"), { dev: true });
	const asked: Asked[] = [];
	const server = createServer((request, response) => {
		const other = async () => {
			let body = "";
			for await (const piece of request.setEncoding("utf8")) {
				body += piece;
			}
			const one: Asked = {
				line: `${request.method} ${request.url}`,
				headers: request.headers,
				body,
				response,
				send(text) {
					if (!response.headersSent) {
						response.writeHead(200, { "content-type": "text/event-stream" });
					}
					response.write(text);
				},
				gone: () => response.destroyed,
			};
			asked.push(one);
			answer(one);
		};
		// Browsers request this by themselves.
		if (request.url === "/favicon.ico") {
			response.writeHead(404).end();
		} else {
			files(request, response, other);
		}
	});
	return {
		...(await listen(server)),
		asked,
		lines: () => asked.map(({ line }) => line),
		async nth(index) {
			await expect.poll(() => asked.length, { timeout: 30_000 }).toBeGreaterThan(index);
			return asked[index]!;
		},
		async nthSoon(page, index) {
			const hurry = async () => {
				await page.clock.fastForward(LONGEST_WAIT);
				return asked.length;
			};
			await expect.poll(hurry, { timeout: 30_000 }).toBeGreaterThan(index);
			return asked[index]!;
		},
	};
}
