// Keeps track of the Markdown links that have begun, and restores the brackets of text that turns
// out not to be a link.

import type * as smd from "streaming-markdown";
import { linkTarget } from "./sanitize.ts";

/**
 * The longest text of a link, in characters. Without this limit, a bracket that is never closed
 * would turn all text after it into a link.
 */
const LONGEST = 2000;

// Matches a link without an address: text in brackets that the parser took for a link, for example
// an index into an array.
const NO_ADDRESS = "a:not([href], [title])";

/** A link that has begun. */
interface OpenLink {
	/** The index of its element in the list of open elements. */
	readonly index: number;
	/** The characters that began the link, before its text. */
	readonly mark: string;
	/** The number of characters in its text so far. */
	length: number;
	/**
	 * Whether the text has become too long for a link. If so, the link's parent contains the text.
	 */
	abandoned: boolean;
}

/** The links that have begun, in one text. */
export class Links {
	readonly #data: smd.Default_Renderer_Data;
	readonly #open: OpenLink[] = [];

	constructor(data: smd.Default_Renderer_Data) {
		this.#data = data;
	}

	/** A link has begun: its element is the current one. `mark` is the text that began it. */
	begin(mark: string): void {
		this.#open.push({ index: this.#data.index, mark, length: 0, abandoned: false });
	}

	/** Text has been added to the current element. */
	grown(characters: number): void {
		for (const link of this.#open) {
			link.length += characters;
			if (link.length > LONGEST && !link.abandoned) this.#abandon(link);
		}
	}

	/** Returns whether the current element is a link whose text has become too long. */
	get isAbandoned(): boolean {
		return this.#current?.abandoned ?? false;
	}

	/**
	 * Returns the text that stands for the end of the current link, which is abandoned, and for its
	 * address.
	 */
	ending(url: string): string {
		return this.#current?.mark ? `](${url})` : "";
	}

	/** The current element has ended. */
	end(): void {
		if (this.#current) this.#open.pop();
	}

	get #current(): OpenLink | undefined {
		const link = this.#open.at(-1);
		return link?.index === this.#data.index ? link : undefined;
	}

	#abandon(link: OpenLink): void {
		link.abandoned = true;
		const element = this.#data.nodes[link.index] as HTMLElement;
		this.#data.nodes[link.index] = element.parentElement as HTMLElement;
		unwrap(element, link.mark, "");
	}
}

/** Gives a link its address, or shows the address if links to it are not allowed. */
export function lead(link: HTMLElement, url: string): void {
	const target = linkTarget(url);
	if (!link.textContent) link.textContent = url;
	if (target === undefined) {
		link.title = "Not a link, because the address is not http, https or mailto.";
		return;
	}
	link.setAttribute("href", target);
	link.setAttribute("rel", "noopener noreferrer nofollow");
	link.setAttribute("target", "_blank");
}

/** Restores the brackets of a link that has ended without an address. */
export function restoreBrackets(link: HTMLElement, closing: string): void {
	if (link.matches(NO_ADDRESS)) unwrap(link, link.className === "image" ? "![" : "[", closing);
}

/** Restores the brackets of all links that never ended. */
export function restoreAllBrackets(root: HTMLElement): void {
	for (const link of root.querySelectorAll<HTMLElement>(NO_ADDRESS)) restoreBrackets(link, "");
}

/** Replaces an element with its contents, with these texts before and after them. */
function unwrap(element: HTMLElement, before: string, after: string): void {
	const { previousSibling, nextSibling } = element;
	const first = new Text(before);
	element.replaceWith(first, ...element.childNodes, after);
	// Browsers become slow if one element contains thousands of text nodes.
	let text = previousSibling instanceof Text ? previousSibling : first;
	for (let node = text.nextSibling; node && node !== nextSibling; node = text.nextSibling) {
		if (node instanceof Text) {
			text.appendData(node.data);
			node.remove();
		} else {
			const next: ChildNode | null = node.nextSibling;
			if (!(next instanceof Text)) break;
			text = next;
		}
	}
}
