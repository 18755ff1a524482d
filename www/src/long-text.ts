// Splits a long paragraph into pieces at the starts of its lines, because browsers lay out a whole
// paragraph again whenever it grows.
//
// A piece is an inline block as wide as the paragraph. So it looks like the lines that it contains,
// and copying it adds no line break. White space between two pieces stays outside of them: there it
// is part of the copied text, and it is invisible at the end of a line. Pieces are in groups, which
// are inline blocks too.

import { make } from "./dom.ts";
import type { Work } from "./frames.ts";
import { hasRoom, splitCode } from "./long-code.ts";

/** A paragraph or block of code with more characters than this is split. */
const LONGEST = 4000;

/**
 * If there is no line at which to split, the next attempt follows after this many more characters.
 */
const AGAIN = 1000;

// A cut inside emphasis or code has to copy the element. So up to this many of the last lines are
// tried, and the cut is made before one where no copy is needed, if there is one.
const LINES = 6;

/** Elements that are part of a line. */
const IN_LINE = "em, strong, s, a, code, br, input";

/** A place in the tail: a text node and the offset in it. */
interface Place {
	readonly node: Text;
	readonly offset: number;
}

/** Splits the paragraph or block of code that is growing, whenever it has become too long. */
export class LongText {
	#block: Element | undefined;
	/** The number of characters since the last split. */
	#length = 0;
	#limit = LONGEST;

	/** Call this when the text of an element has grown by this many characters. */
	grown(element: Element, characters: number): void {
		const block = blockOf(element);
		if (block !== this.#block) {
			this.#block = block;
			this.#length = 0;
			this.#limit = LONGEST;
		}
		this.#length += characters;
	}

	/** Splits the text that has grown. Call it often: each call takes some milliseconds at most. */
	split(): void {
		if (!this.#block || this.#length < this.#limit) return;
		this.#length = this.#block.tagName === "PRE" ? splitCode(this.#block) : splitParagraph(this.#block);
		this.#limit = Math.max(LONGEST, this.#length + AGAIN);
	}
}

/**
 * Undoes the splits of all paragraphs. Call this when the width of their lines has changed. The
 * browser then lays out each paragraph once. A paragraph that still grows is split again.
 */
export function* joinParagraphs(root: Element): Work {
	for (const piece of root.querySelectorAll(".piece:not(pre *)")) {
		piece.replaceWith(...piece.childNodes);
		yield;
	}
}

/** Returns the paragraph, item, heading, cell or `pre` that this element's text belongs to. */
function blockOf(element: Element): Element {
	let block = element;
	while (block.matches(IN_LINE) && block.parentElement) block = block.parentElement;
	return block;
}

/**
 * Moves the lines at the end of a paragraph into a piece, except those that may still change.
 * Returns the number of characters that remain outside of pieces.
 */
function splitParagraph(paragraph: Element): number {
	const { end, text, cut } = new Tail(paragraph);
	if (cut === 0) return text.length;
	const before = end?.matches(".piece") ? text.length - text.replace(/^[ \t\n]+/, "").length : 0;
	const visible = text.slice(0, cut).replace(/[ \t\n]+$/, "").length;
	const space = take(paragraph, before);
	const piece = make("span", "piece");
	piece.append(take(paragraph, visible - before));
	const spaceAfter = take(paragraph, cut - visible);
	if (end && hasRoom(end)) {
		end.append(space, piece);
		end.after(spaceAfter);
	} else {
		const group = make("span", "piece group");
		group.append(piece);
		if (end) end.after(space, group, spaceAfter);
		else paragraph.prepend(group, spaceAfter);
	}
	return text.length - cut;
}

/** Removes characters from the beginning of a paragraph's tail, and returns them. */
function take(paragraph: Element, characters: number): DocumentFragment {
	return characters > 0 ? new Tail(paragraph).extract(characters) : new DocumentFragment();
}

/** The text of a paragraph after its last piece, or after the last block in it. */
class Tail {
	readonly #paragraph: Element;
	readonly #nodes: Text[] = [];
	readonly #starts: number[] = [];
	readonly #range = document.createRange();
	/** The last piece or block. */
	readonly end: Element | undefined;
	readonly text: string;

	constructor(paragraph: Element) {
		this.#paragraph = paragraph;
		let end = paragraph.lastElementChild;
		while (end?.matches(IN_LINE)) end = end.previousElementSibling;
		this.end = end ?? undefined;
		let text = "";
		for (let node = this.end ? this.end.nextSibling : paragraph.firstChild; node; node = node.nextSibling) {
			const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
			for (let found: Node | null = node instanceof Text ? node : walker.nextNode(); found; found = walker.nextNode()) {
				this.#nodes.push(found as Text);
				this.#starts.push(text.length);
				text += (found as Text).data;
			}
		}
		this.text = text;
	}

	/** The position where the tail can be cut, or 0 if there is no such position. */
	get cut(): number {
		let start = this.#lineStart(this.text.length);
		let fallback = 0;
		for (let line = 0; line < LINES && start > 0; line += 1) {
			const parent = this.#place(start).node.parentElement;
			if (parent === this.#paragraph) return start;
			// A link cannot be cut: its address is set only when it is complete, and for the
			// keyboard it must stay a single link.
			if (!parent?.closest("a")) fallback ||= start;
			start = this.#lineStart(start);
		}
		return fallback;
	}

	/** Removes the text before a position, with the elements around it, and returns it. */
	extract(position: number): DocumentFragment {
		if (this.end) this.#range.setStartAfter(this.end);
		else this.#range.setStart(this.#paragraph, 0);
		const { node, offset } = this.#place(position);
		let first: Node = node;
		while (offset === 0 && first.parentNode !== this.#paragraph && !first.previousSibling && first.parentNode) {
			first = first.parentNode;
		}
		if (offset === 0) this.#range.setEndBefore(first);
		else this.#range.setEnd(node, offset);
		return this.#range.extractContents();
	}

	/**
	 * Returns the start of the line that ends at this position. The position must be the end of the
	 * tail or of a line.
	 */
	#lineStart(before: number): number {
		let last: DOMRect | undefined;
		let position = before;
		while (!last && position > 0) {
			position -= 1;
			last = this.#rect(position);
		}
		if (!last) return 0;
		const { top } = last;
		let above = -1;
		let on = position;
		while (on - above > 1) {
			const middle = (above + on) >> 1;
			if (this.#isAbove(middle, on, top)) above = middle;
			else on = middle;
		}
		// White space and combining marks at the end of a line have no rectangle of their own.
		while (on < position && (/\s/.test(this.text[on] as string) || !this.#rect(on))) on += 1;
		return /[\uDC00-\uDFFF]/.test(this.text[on] as string) ? on - 1 : on;
	}

	/** Returns whether the first visible character from a position on is on a line above `top`. */
	#isAbove(from: number, to: number, top: number): boolean {
		for (let position = from; position < to; position += 1) {
			const rect = this.#rect(position);
			if (rect) return rect.bottom <= top + rect.height / 2;
		}
		return false;
	}

	/** Returns the rectangle of one character if the character is visible. */
	#rect(position: number): DOMRect | undefined {
		const { node, offset } = this.#place(position);
		this.#range.setStart(node, offset);
		this.#range.setEnd(node, offset + 1);
		const rect = this.#range.getBoundingClientRect();
		return rect.width > 0 ? rect : undefined;
	}

	#place(position: number): Place {
		let low = 0;
		let high = this.#nodes.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if ((this.#starts[middle] as number) <= position) low = middle;
			else high = middle - 1;
		}
		return { node: this.#nodes[low] as Text, offset: position - (this.#starts[low] as number) };
	}
}
