// A page that contains only the renderer of the chat page, under the same security policy.

import { join } from "node:path";
import type { Page } from "@playwright/test";
import { build } from "esbuild";
import { root } from "../../scripts/lib/tools.mjs";

const ORIGIN = "http://rendering.test";

const POLICY =
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'";

const HTML = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/base.css"><link rel="stylesheet" href="/prose.css">
<main id="answers"></main><script type="module" src="/main.ts"></script>`;

const MAIN = `
import { MarkdownStream } from "./www/src/markdown.ts";
Object.assign(globalThis, { MarkdownStream });
`;

/** The parts of the renderer that a test uses, in the page. */
export interface Rendering {
	MarkdownStream: new (root: HTMLElement) => { write(text: string): void; finish(): Promise<void> };
}

/** Opens the page. Returns the URLs of all requests that are not for the page's own files. */
export async function openRendering(page: Page): Promise<string[]> {
	const foreign: string[] = [];
	const bundle = async (options: object): Promise<string> => {
		const { outputFiles } = await build({ ...options, bundle: true, format: "esm", target: "es2022", write: false });
		return outputFiles![0]!.text;
	};
	const main = await bundle({ stdin: { contents: MAIN, resolveDir: root } });
	const worker = await bundle({ entryPoints: [join(root, "www/src/color-worker.ts")] });
	const styles = join(root, "www/src/styles");
	await page.route("**", async (route) => {
		const { origin, pathname } = new URL(route.request().url());
		const headers = { "content-security-policy": POLICY };
		if (origin !== ORIGIN) {
			foreign.push(route.request().url());
			await route.abort();
		} else if (pathname === "/") await route.fulfill({ body: HTML, contentType: "text/html", headers });
		else if (pathname === "/main.ts") await route.fulfill({ body: main, contentType: "text/javascript", headers });
		else if (pathname === "/color-worker.ts") {
			await route.fulfill({ body: worker, contentType: "text/javascript", headers });
		} else if (/^\/\w+\.css$/.test(pathname)) await route.fulfill({ path: join(styles, pathname), headers });
		else {
			foreign.push(pathname);
			await route.abort();
		}
	});
	await page.goto(ORIGIN);
	await page.waitForFunction(() => "MarkdownStream" in globalThis);
	return foreign;
}

/**
 * Describes an element's contents: its elements with their attributes, and the texts. The pieces of
 * long texts and the elements for colors are omitted, and two equal inline elements in a row count
 * as one. Runs in the page.
 */
export function describe(element: Element): string[] {
	const lines: string[] = [];
	let last = "";
	const add = (path: string, text: string): void => {
		if (path === last) lines[lines.length - 1] += text;
		else lines.push(`${path}: ${text}`);
		last = path;
	};
	const walk = (parent: Node, path: string): void => {
		for (const child of parent.childNodes) {
			if (child instanceof Text) {
				if (child.data) add(path, child.data);
			} else if (child instanceof Element) {
				const { localName } = child;
				if (localName === "span" || localName === "tbody") {
					walk(child, path);
					continue;
				}
				const attributes = [...child.attributes].filter(
					({ name }) => name !== "class" && name !== "width" && name !== "tabindex",
				);
				const name = [localName, ...attributes.map(({ name, value }) => `${name}=${value}`)].join(" ");
				const inline = /^(em|strong|s|code)$/.test(localName) && child.parentElement?.localName !== "pre";
				if (!inline) {
					lines.push(`${path}/${name}`);
					last = "";
				}
				walk(child, `${path}/${name}`);
				if (!inline) last = "";
			}
		}
	};
	walk(element, "");
	return lines;
}
