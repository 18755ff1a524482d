// Decorates a block of code: a bar with the language and a copy button, and colors once the block
// is complete.

import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import css from "highlight.js/lib/languages/css";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import rust from "highlight.js/lib/languages/rust";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import { make } from "./dom.ts";
import { colour } from "./sanitize.ts";

// Each also registers its usual aliases: js, ts, py, sh, html, rs, ...
const LANGUAGES = { bash, css, javascript, json, python, rust, typescript, xml };
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);

// Coloring is synchronous. Dense Rust took 10 ms per 1000 characters on a busy core of a build
// machine, two thirds of it in DOMPurify. A block of this length blocks the page for a fifth of a
// second, once.
const LONGEST_COLOURED = 20_000;

// Programs do not nest comments or template strings deeper than this, and browsers have trouble
// with thousands of nested elements.
const DEEPEST_COLOURED = 32;

const COPIED_FOR = 1600;

/** Puts the bar above a block that has just begun. */
export function dressCodeBlock(code: HTMLElement): void {
	const pre = code.parentElement;
	if (!pre) return;
	const block = make("div", "code-block");
	const bar = make("div", "code-bar");
	const copy = make("button", "copy", "Copy");
	copy.type = "button";
	copy.setAttribute("aria-label", "Copy code");
	bar.append(make("span", "code-language", "code"), copy);
	pre.replaceWith(block);
	block.append(bar, pre);
}

/** Shows the language of a block that has just begun. */
export function nameLanguage(code: HTMLElement, info: string): void {
	// The rest of the info string is for other kinds of renderers: ```rust,ignore or ```js
	// title="x".
	const language = /^[\w+#.-]+/.exec(info.trim())?.[0];
	if (!language) return;
	code.dataset.language = language;
	const label = code.closest(".code-block")?.querySelector(".code-language");
	if (label) label.textContent = language;
}

/** Colors a block that is complete. */
export function finishCodeBlock(code: HTMLElement): void {
	// A block that scrolls must be reachable by keyboard.
	const pre = code.parentElement;
	if (pre && pre.scrollWidth > pre.clientWidth) pre.tabIndex = 0;

	const language = code.dataset.language?.toLowerCase();
	const text = code.textContent ?? "";
	if (!language || text.length > LONGEST_COLOURED || !hljs.getLanguage(language)) return;
	const { value } = hljs.highlight(text, { language });
	if (depth(value) <= DEEPEST_COLOURED) colour(code, value);
}

/** Returns the depth of the highlighter's elements. */
function depth(html: string): number {
	let depth = 0;
	let deepest = 0;
	for (const [tag] of html.matchAll(/<\/?span/g)) {
		depth += tag === "<span" ? 1 : -1;
		deepest = Math.max(deepest, depth);
	}
	return deepest;
}

/** Makes all copy buttons below `root` work, including future ones. */
export function enableCopying(root: HTMLElement): void {
	root.addEventListener("click", async (event) => {
		const button = event.target instanceof Element ? event.target.closest(".copy") : null;
		const code = button?.closest(".code-block")?.querySelector("code");
		if (!button || !code) return;
		button.textContent = (await copy(code)) ? "Copied" : "Press Ctrl+C";
		setTimeout(() => {
			button.textContent = "Copy";
		}, COPIED_FOR);
	});
}

/**
 * Copies the text, or selects it if the page may not use the clipboard. Returns whether it was
 * copied.
 */
async function copy(code: HTMLElement): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(code.textContent ?? "");
		return true;
	} catch {
		getSelection()?.selectAllChildren(code);
		return false;
	}
}
