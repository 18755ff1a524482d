// Finds and creates elements.

/**
 * Returns the element of the page with this `data-testid`, which the page's own HTML must contain.
 */
export function part<T extends HTMLElement = HTMLElement>(name: string): T {
	const element = document.querySelector<T>(`[data-testid="${name}"]`);
	if (!element) throw new Error(`The page has no element with data-testid="${name}".`);
	return element;
}

/**
 * Gives an element of a model's answer its direction: a block has that of its first letter, and code
 * runs from left to right. Call it when the element is in its place.
 */
export function direct(element: HTMLElement): void {
	if (element.tagName === "CODE") element.dir = "ltr";
	// Blocks inside of others inherit: with a direction of their own, they would not count for the
	// outer one.
	else if (element.matches(".prose > *, .prose > .part > *")) element.dir = "auto";
}

/** Creates an element with a class and text; the text is never parsed as HTML. */
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
