// Limits how deep Markdown can nest: the marks of deeper structures stay text.
//
// Browsers crash on thousands of nested elements, and a model can write such an answer. The limit
// is set in the parser's own stack, so that neither the page nor the parser handles deeper nesting.
// streaming-markdown keeps this stack in public fields. Each field that is written here is part of
// its `Parser` type, in the version that package.json pins.

import * as smd from "streaming-markdown";

const DEEPEST = 32;

// The deepest element can still contain a table with a row, a cell and code, or an item with code.
const STACK = DEEPEST + 16;

// The marks of the structures that can nest without limit. All others contain only text, or are
// part of one of these.
const MARKS = new Map<smd.Token, string>([
	[smd.Token.Blockquote, ">"],
	[smd.Token.Table, "|"],
	[smd.Token.Italic_Ast, "*"],
	[smd.Token.Italic_Und, "_"],
	[smd.Token.Strong_Ast, "**"],
	[smd.Token.Strong_Und, "__"],
	[smd.Token.Strike, "~~"],
	[smd.Token.Link, "["],
]);

/**
 * Returns a parser that opens nothing in the renderer beyond a depth of 32. The marks of deeper
 * structures become text.
 */
export function shallowParser(renderer: smd.Default_Renderer): smd.Parser {
	const parser = smd.parser({
		...renderer,
		add_token(data, token) {
			// Without this line, the parser mistakes the indentation of an earlier list's item for
			// that of a quote.
			parser.spaces[parser.len] = 0;
			const mark = parser.len > DEEPEST ? markOf(parser, token) : undefined;
			if (mark === undefined && !lacksParent(parser, token)) {
				renderer.add_token(data, token);
				return;
			}
			// The parser has just pushed the token.
			pop(parser);
			if (mark === undefined) return;
			if (isBlock(token)) push(parser, renderer, smd.Token.Paragraph);
			if (token === smd.Token.Blockquote) parser.blockquote_idx -= 1;
			parser.text += mark;
		},
		set_attr(data, attribute, value) {
			// This is the start number of a list that was not opened.
			if (attribute === smd.Attr.Start && parser.token !== smd.Token.List_Ordered) return;
			renderer.set_attr(data, attribute, value);
		},
	});
	// The parser's own stacks hold 24 entries, and deeper nesting corrupts its state.
	parser.tokens = Uint32Array.from({ ...parser.tokens, length: STACK });
	parser.spaces = new Uint8Array(STACK);
	return parser;
}

function markOf({ pending }: smd.Parser, token: smd.Token): string | undefined {
	if (token === smd.Token.List_Ordered) return `${pending} `;
	// The next characters of the line can be pending too, because the line could have become a
	// horizontal rule.
	if (token === smd.Token.List_Unordered) return `${pending[0]} `;
	return MARKS.get(token);
}

function isBlock(token: smd.Token): boolean {
	switch (token) {
		case smd.Token.Blockquote:
		case smd.Token.List_Ordered:
		case smd.Token.List_Unordered:
		case smd.Token.Table:
			return true;
		default:
			return false;
	}
}

/** Returns whether this is the first item or row of a list or table that was not opened. */
function lacksParent({ tokens, len }: smd.Parser, token: smd.Token): boolean {
	const parent = tokens[len - 1];
	if (token === smd.Token.List_Item) return parent !== smd.Token.List_Ordered && parent !== smd.Token.List_Unordered;
	return token === smd.Token.Table_Row && parent !== smd.Token.Table;
}

function push(parser: smd.Parser, renderer: smd.Default_Renderer, token: smd.Token): void {
	parser.len += 1;
	parser.tokens[parser.len] = token;
	parser.token = token;
	renderer.add_token(renderer.data, token);
}

function pop(parser: smd.Parser): void {
	parser.len -= 1;
	parser.token = parser.tokens[parser.len] as smd.Token;
}
