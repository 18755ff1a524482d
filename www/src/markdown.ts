// Owns turning Markdown that arrives in pieces into nodes.
//
// What is received becomes text nodes and elements of a fixed set, never HTML: streaming-markdown
// knows no raw HTML, and of the attributes it sets only those below pass. sanitize.ts guards the
// whole again when it is finished.

import * as smd from "streaming-markdown";
import { dressCodeBlock, finishCodeBlock, nameLanguage } from "./code-block.ts";
import { make } from "./dom.ts";
import { shallowParser } from "./nesting.ts";
import { linkTarget, sanitizeAnswer } from "./sanitize.ts";

// What is no more than itself in a line of Markdown, whatever follows.
const PLAIN = /^[\p{L}\p{M}\p{N}\p{Extended_Pictographic}.,:;?。、，：；？！…]$/u;

// Text directly in these is not begun yet: its paragraph, item or cell comes with the next character.
const CONTAINERS = ".prose, blockquote, ol, ul, table, tr";

// What the parser took for a link, and no address followed: an index into an array, for example.
const NO_ADDRESS = "a:not([href], [title])";

/** One Markdown text, rendered into an element while it arrives. */
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

	/** Renders the next piece. Never throws: what the parser fails on is shown as plain text. */
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
	 * The parser holds the last character back until it knows the next one, which from a slow model may be a while; of
	 * CJK text that is a whole token.
	 */
	#showHeld(): void {
		const { nodes, index } = this.#renderer.data;
		const element = nodes[index];
		const { pending } = this.#parser;
		if (!element || element.matches(CONTAINERS) || !PLAIN.test(pending)) return;
		this.#held.data = pending;
		element.append(this.#held);
	}

	/** Ends the text, wherever it stands. */
	finish(): void {
		if (!this.#plain) {
			this.write("\n");
			// A link's address is held back until its closing bracket; without one, that may be much text.
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
					// A wide table scrolls by itself; as a block of its own it would cease to be a table.
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

/** The token whose element is made for this one. */
function elementToken(token: smd.Token): smd.Token {
	switch (token) {
		// The page's own heading is the first.
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
		// Images are not loaded: to load one tells its server who reads this, and when.
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

/** Puts the brackets back that the parser took for those of a link. */
function showBrackets(link: HTMLElement, closing: string): void {
	link.replaceWith(link.className === "image" ? "![" : "[", ...link.childNodes, closing);
}

function finish(code: HTMLElement): void {
	code.classList.add("finished");
	finishCodeBlock(code);
}
