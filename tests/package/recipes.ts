// Owns how the code of a page of ours, such as a recipe of docs/recipes/, is tried: as it stands
// there it is put into the small project that uses it, checked, bundled, and served by a server in
// the hands of the test.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import sirv from "sirv";
import { run } from "../../scripts/lib/process.mjs";
import { root } from "../../scripts/lib/tools.mjs";
import { listen } from "../support/listen.ts";
import { expect, install, type Served } from "./support.ts";

/** Milliseconds that no wait of the package exceeds by default. */
const LONGEST_WAIT = 30_000;

/** Code with a title; README.md, which rustdoc reads too, has the title in a comment before the code. */
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

/** Prepares the project of a recipe; returns its folder. */
export function prepare(name: string, mainFile: string): Promise<string> {
	return prepareProject(`recipes/${name}`, `docs/recipes/${name}.md`, mainFile);
}

/** Puts the files of a page into a project, installs what that asks for, and checks the types; returns its folder. */
export async function prepareProject(project: string, path: string, mainFile: string): Promise<string> {
	const folder = await install(project);
	const page = readFileSync(join(root, path), "utf8");
	const files = [...page.matchAll(BLOCK)];
	if (files.length === 0) {
		throw new Error(`${path} has no code with a title`);
	}
	for (const [, before, inside, code] of files) {
		writeFileSync(join(folder, (before ?? inside)!), code!);
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

/** Bundles a prepared project with esbuild, as for development. */
export async function bundle(folder: string, mainFile: string): Promise<void> {
	await runOwn("esbuild", folder, mainFile, "--bundle", "--format=esm", "--jsx=automatic", "--outfile=site/main.js");
}

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
	/** Whether the connection is gone, at either end. */
	gone(): boolean;
}

export interface Kitchen extends Served {
	/** The requests of the page so far, except for its own files. */
	readonly asked: Asked[];
	/** The methods and URLs of these requests. */
	lines(): string[];
	/** Waits for the n-th request, counted from 0. */
	nth(index: number): Promise<Asked>;
	/** The same for a request after a wait. Advances the page's clock, which must be installed. */
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
