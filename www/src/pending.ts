// Limits the characters that the parser holds back until it knows their meaning, such as the
// address of a link before its closing bracket. The parser reads all held characters again whenever
// another one arrives.
//
// Like nesting.ts, this uses public fields of the parser.

import * as smd from "streaming-markdown";

/**
 * In characters. Longer addresses become text, and so do longer horizontal rules, code fences and
 * list numbers.
 */
const LONGEST = 8192;

/** Turns the characters that the parser holds back into text, if there are too many. */
export function limitPending(parser: smd.Parser): void {
	// The text of a bare address is shown at once, and the parser does not read it again.
	if (parser.pending.length < LONGEST || parser.token === smd.Token.Raw_URL) return;
	const held = parser.pending;
	parser.pending = "";
	parser.hr_chars = 0;
	if (parser.token === smd.Token.Code_Fence) parser.fence_end = 1;
	else if (parser.token !== smd.Token.Code_Inline) parser.fence_start = 0;
	openText(parser);
	parser.text += held;
}

/** Makes an element that can contain text the parser's current element. */
function openText(parser: smd.Parser): void {
	parser.indent = "";
	parser.indent_len = 0;
	switch (parser.token) {
		case smd.Token.Line_Break:
			parser.token = innermost(parser);
			parser.renderer.add_token(parser.renderer.data, smd.Token.Line_Break);
			parser.renderer.end_token(parser.renderer.data);
			return;
		case smd.Token.Table:
			// The held line would have been the one between the table's head and its rows.
			parser.table_state = 0;
			close(parser);
			break;
		case smd.Token.List_Ordered:
		case smd.Token.List_Unordered:
			close(parser);
			break;
		default:
			// In its other states, the parser has not decided yet, so there is no element to close.
			parser.token = innermost(parser);
	}
	if (parser.token === smd.Token.Document || parser.token === smd.Token.Blockquote) {
		parser.len += 1;
		parser.tokens[parser.len] = smd.Token.Paragraph;
		parser.token = smd.Token.Paragraph;
		parser.renderer.add_token(parser.renderer.data, smd.Token.Paragraph);
	}
}

function innermost(parser: smd.Parser): smd.Token {
	return parser.tokens[parser.len] as smd.Token;
}

function close(parser: smd.Parser): void {
	parser.len -= 1;
	parser.token = innermost(parser);
	parser.renderer.end_token(parser.renderer.data);
}
