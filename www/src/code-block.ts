// Decorates a block of code: adds a bar with the language and a copy button, and adds colors when
// the block is complete.

import { color } from "./coloring.ts";
import { make } from "./dom.ts";

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
	// The rest of the info string, as in ```rust,ignore or ```js title="x", is meant for other
	// renderers.
	const language = /^[\w+#.-]+/.exec(info.trim())?.[0];
	if (!language) return;
	code.dataset.language = language;
	const label = code.closest(".code-block")?.querySelector(".code-language");
	if (label) label.textContent = language;
}

/** Colors a block that is complete. */
export function finishCodeBlock(code: HTMLElement): void {
	// A block that scrolls must be focusable, so that the keyboard can scroll it.
	const pre = code.parentElement;
	if (pre && pre.scrollWidth > pre.clientWidth) pre.tabIndex = 0;

	const language = code.dataset.language?.toLowerCase();
	if (language) color(code, language);
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
 * Copies the text, or selects it if the page is not allowed to use the clipboard. Returns whether
 * the text was copied.
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
