// Creates the elements of Markdown for the parser.
//
// Received text becomes text nodes and elements of a fixed set, never HTML: streaming-markdown does
// not support raw HTML, and only the attributes below are set. sanitize.ts checks the finished
// result again.

import * as smd from "streaming-markdown";
import { dressCodeBlock, finishCodeBlock, nameLanguage } from "./code-block.ts";
import { direct, make } from "./dom.ts";
import { Links, lead, restoreBrackets } from "./links.ts";
import { addCell, addRow } from "./long-table.ts";
import type { LongText } from "./long-text.ts";

// Text must not stay directly in these elements: the paragraph, item or cell for it begins with the
// next character.
const CONTAINERS = ".prose, .part, blockquote, ol, ul, table, tr";

export interface Renderer extends smd.Default_Renderer {
	/** Shows the text so far. Returns the text whose element is not known yet. */
	flush(): string;
}

/** The number of blocks in one part of the model's answer. */
const PART = 50;

/**
 * Returns a renderer that creates its elements in `root`. It reports to `long` which text has
 * grown. `pending` returns the characters that the parser holds back.
 */
export function renderer(root: HTMLElement, long: LongText, pending: () => string): Renderer {
	const plain = smd.default_renderer(root);
	const links = new Links(plain.data);
	let waiting = "";
	const flush = (): string => {
		const element = current(plain.data);
		if (!waiting || !holdsText(element)) return waiting;
		direct(element, waiting);
		if (element.lastChild instanceof Text) element.lastChild.appendData(waiting);
		else element.append(waiting);
		const { length } = waiting;
		waiting = "";
		links.grown(length);
		long.grown(current(plain.data), length);
		return "";
	};

	return {
		data: plain.data,
		flush,

		add_token(data, token) {
			flush();
			if (token === smd.Token.Paragraph && data.index === 0) beginPart(data, root);
			const parent = current(data);
			if (token === smd.Token.Table_Row) open(data, addRow(parent as HTMLTableElement));
			else if (token === smd.Token.Table_Cell) open(data, addCell(parent as HTMLTableRowElement));
			else plain.add_token(data, elementToken(token));
			dress(current(data), token);
			const mark = LINKS.get(token);
			if (mark !== undefined) links.begin(mark);
		},

		end_token(data) {
			flush();
			const element = current(data);
			const closing = pending() === "]" ? "]" : "";
			if (links.isAbandoned) waiting += closing;
			else restoreBrackets(element, closing);
			links.end();
			plain.end_token(data);
			if (element.matches("pre > code")) finish(element);
		},

		add_text(_data, text) {
			waiting += text;
		},

		set_attr(data, attribute, value) {
			flush();
			if (links.isAbandoned) waiting += links.ending(value);
			else setAttribute(current(data), attribute, value);
		},
	};
}

function setAttribute(element: HTMLElement, attribute: smd.Attr, value: string): void {
	switch (attribute) {
		case smd.Attr.Href:
		case smd.Attr.Src:
			lead(element, value);
			break;
		case smd.Attr.Lang:
			nameLanguage(element, value);
			break;
		case smd.Attr.Start:
			if (/^\d{1,9}$/.test(value)) element.setAttribute("start", value);
			break;
		case smd.Attr.Checked:
			element.setAttribute("checked", "");
			break;
	}
}

/** Returns the innermost open element. */
export function current(data: smd.Default_Renderer_Data): HTMLElement {
	return data.nodes[data.index] as HTMLElement;
}

/** Returns whether this element can contain text directly. */
export function holdsText(element: HTMLElement): boolean {
	return !element.matches(CONTAINERS);
}

/** Ends a block of code. */
export function finish(code: HTMLElement): void {
	code.classList.add("finished");
	finishCodeBlock(code);
}

/** The text that begins a link, an image or a bare address. */
const LINKS = new Map<smd.Token, string>([
	[smd.Token.Link, "["],
	[smd.Token.Image, "!["],
	[smd.Token.Raw_URL, ""],
]);

/**
 * Begins a new part if there are many blocks already, because browsers look at each block in every
 * frame. It begins before a paragraph, because a paragraph has no upper margin that would collapse
 * with another margin.
 */
function beginPart(data: smd.Default_Renderer_Data, root: HTMLElement): void {
	if (current(data).childElementCount < PART) return;
	const part = make("div", "part");
	root.append(part);
	data.nodes[0] = part;
}

function open(data: smd.Default_Renderer_Data, element: HTMLElement): void {
	data.index += 1;
	data.nodes[data.index] = element;
}

function dress(element: HTMLElement, token: smd.Token): void {
	switch (token) {
		case smd.Token.Code_Block:
		case smd.Token.Code_Fence:
			dressCodeBlock(element);
			break;
		case smd.Token.Table: {
			// A wide table needs an element around it that scrolls: with `display: block`, the
			// table itself could scroll, but it would no longer be a table.
			const scroller = make("div", "table-scroller");
			element.replaceWith(scroller);
			scroller.append(element);
			break;
		}
		case smd.Token.Image:
			element.className = "image";
			break;
		case smd.Token.Equation_Block:
		case smd.Token.Equation_Inline:
			element.className = "equation";
			break;
	}
}

/** Returns the token whose element is created for this token. */
function elementToken(token: smd.Token): smd.Token {
	switch (token) {
		// The only heading of the first level is the page's own.
		case smd.Token.Heading_1:
			return smd.Token.Heading_2;
		case smd.Token.Heading_2:
			return smd.Token.Heading_3;
		case smd.Token.Heading_3:
			return smd.Token.Heading_4;
		case smd.Token.Heading_4:
			return smd.Token.Heading_5;
		case smd.Token.Heading_5:
			return smd.Token.Heading_6;
		// Images are not loaded. If one were, its server would learn that this answer is being
		// read, and when.
		case smd.Token.Image:
			return smd.Token.Link;
		case smd.Token.Equation_Block:
		case smd.Token.Equation_Inline:
			return smd.Token.Code_Inline;
		default:
			return token;
	}
}
