// Renders Markdown that arrives in pieces.
//
// Received text becomes text nodes and elements of a fixed set, never HTML: streaming-markdown does
// not support raw HTML, and only the attributes below are set. sanitize.ts checks the finished
// result again.

import * as smd from "streaming-markdown";
import { dressCodeBlock, finishCodeBlock, nameLanguage } from "./code-block.ts";
import { make } from "./dom.ts";
import { shallowParser } from "./nesting.ts";
import { linkTarget, sanitizeAnswer } from "./sanitize.ts";

// Characters with no special meaning in a line of Markdown.
const PLAIN = /^[\p{L}\p{M}\p{N}\p{Extended_Pictographic}.,:;?。、，：；？！…]$/u;

// Text directly in these is not complete: its paragraph, item or cell comes with the next
// character.
const CONTAINERS = ".prose, blockquote, ol, ul, table, tr";

// Text in brackets that the parser took for a link, without an address: an index into an array, for
// example.
const NO_ADDRESS = "a:not([href], [title])";

/** Renders one Markdown text into an element while it arrives. */
export class MarkdownStream {
	readonly #root: HTMLElement;
	readonly #renderer: smd.Default_Renderer;
	readonly #parser: smd.Parser;
	readonly #held = new Text();
	#plain: HTMLElement | undefined;

	constructor(root: HTMLElement) {
		this.#root = root;
		this.#renderer = renderer(root, () => this.#parser.pending);
		this.#parser = shallowParser(this.#renderer);
	}

	/**
	 * Renders the next piece. Never throws: text that the parser fails on is shown as plain text.
	 */
	write(text: string): void {
		if (this.#plain) {
			this.#plain.append(text);
			return;
		}
		this.#held.remove();
		try {
			smd.parser_write(this.#parser, text);
			this.#showHeld();
		} catch (error) {
			reportError(error);
			this.#plain = make("p", "plain", text);
			this.#root.append(this.#plain);
		}
	}

	/**
	 * Shows the character that the parser holds back until it knows the next one. With a slow model
	 * that may take a while, and in CJK text it is a whole token.
	 */
	#showHeld(): void {
		const { nodes, index } = this.#renderer.data;
		const element = nodes[index];
		const { pending } = this.#parser;
		if (!element || element.matches(CONTAINERS) || !PLAIN.test(pending)) return;
		this.#held.data = pending;
		element.append(this.#held);
	}

	/** Ends the text, at any point. */
	finish(): void {
		if (!this.#plain) {
			this.write("\n");
			// The parser holds a link's address back until the closing bracket; without one, that
			// may be much text.
			const held = this.#parser.pending.trim();
			if (held) this.#root.append(make("p", "plain", held));
		}
		for (const link of this.#root.querySelectorAll<HTMLElement>(NO_ADDRESS)) showBrackets(link, "");
		for (const code of this.#root.querySelectorAll<HTMLElement>("pre > code:not(.finished)")) {
			finish(code);
		}
		sanitizeAnswer(this.#root);
	}
}

function renderer(root: HTMLElement, pending: () => string): smd.Default_Renderer {
	const plain = smd.default_renderer(root);
	const current = (data: smd.Default_Renderer_Data): HTMLElement => data.nodes[data.index] ?? root;

	return {
		data: plain.data,

		add_token(data, token) {
			plain.add_token(data, elementToken(token));
			const element = current(data);
			switch (token) {
				case smd.Token.Code_Block:
				case smd.Token.Code_Fence:
					dressCodeBlock(element);
					break;
				case smd.Token.Table: {
					// A wide table scrolls by itself; with `display: block` it would no longer be a
					// table.
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
		},

		end_token(data) {
			const element = current(data);
			plain.end_token(data);
			if (element.matches("pre > code")) finish(element);
			if (element.matches(NO_ADDRESS)) showBrackets(element, pending() === "]" ? "]" : "");
		},

		add_text(data, text) {
			const element = current(data);
			if (element.lastChild instanceof Text) element.lastChild.appendData(text);
			else plain.add_text(data, text);
		},

		set_attr(data, attribute, value) {
			const element = current(data);
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
		},
	};
}

/** Returns the token whose element is created for this one. */
function elementToken(token: smd.Token): smd.Token {
	switch (token) {
		// The page's own heading is the first level.
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
		// Images are not loaded: loading one tells its server that this answer is read, and when.
		case smd.Token.Image:
			return smd.Token.Link;
		case smd.Token.Equation_Block:
		case smd.Token.Equation_Inline:
			return smd.Token.Code_Inline;
		default:
			return token;
	}
}

function lead(link: HTMLElement, url: string): void {
	const target = linkTarget(url);
	if (!link.textContent) link.textContent = url;
	if (target === undefined) {
		link.title = "This address is not a link: it is neither http, https nor mailto.";
		return;
	}
	link.setAttribute("href", target);
	link.setAttribute("rel", "noopener noreferrer nofollow");
	link.setAttribute("target", "_blank");
}

/** Restores the brackets that the parser took for those of a link. */
function showBrackets(link: HTMLElement, closing: string): void {
	link.replaceWith(link.className === "image" ? "![" : "[", ...link.childNodes, closing);
}

function finish(code: HTMLElement): void {
	code.classList.add("finished");
	finishCodeBlock(code);
}
