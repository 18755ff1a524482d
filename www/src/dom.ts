// Finds and creates elements.

/**
 * Returns the element of the page with this `data-testid`. Throws if the page does not contain it.
 */
export function part<T extends HTMLElement = HTMLElement>(name: string): T {
	const element = document.querySelector<T>(`[data-testid="${name}"]`);
	if (!element) throw new Error(`The page has no element with data-testid="${name}".`);
	return element;
}

/** The blocks of Unicode whose letters run from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/**
 * Gives the outermost block around an element the direction of the block's first letter, which can
 * be in this new text. With `dir="auto"`, browsers would search the whole block again for each
 * piece of text.
 */
export function direct(element: HTMLElement, text: string): void {
	const block = element.closest<HTMLElement>(".prose > :not(.part), .part > *");
	if (!block || block.dir || element.closest("code")) return;
	const letter = /\p{L}/u.exec(text)?.[0];
	if (letter) block.dir = RIGHT_TO_LEFT.test(letter) ? "rtl" : "ltr";
}

/** Creates an element with a class and text. The text is never parsed as HTML. */
export function make<K extends keyof HTMLElementTagNameMap>(
	tag: K,
	className: string,
	text = "",
): HTMLElementTagNameMap[K] {
	const element = document.createElement(tag);
	element.className = className;
	element.textContent = text;
	return element;
}
