// Splits a long block of code into pieces of whole lines, or of parts of a very long line, because
// browsers lay out a whole block again whenever it grows.
//
// A piece is an inline block. The line break at its end stays outside of it. So the pieces look
// like the lines that they contain, and copying them gives the same text. Pieces of whole lines are
// in groups, which are inline blocks too.

import { make } from "./dom.ts";

/**
 * The number of pieces in one group. There are groups because browsers look at each of them in
 * every frame.
 */
const GROUP = 8;

/** Returns whether an element is a group with room for another piece. */
export function hasRoom(element: Element): boolean {
	return element.matches(".group") && element.childElementCount < GROUP;
}

/**
 * Moves the text at the end of a block into pieces, except its last line. Returns the number of
 * characters that remain.
 */
export function splitCode(pre: Element): number {
	const tail = pre.querySelector("code")?.lastChild;
	if (!(tail instanceof Text)) return 0;
	let left = tail.data;
	const move = (end: number): void => {
		// A line break at the end of an inline block would not be shown as an empty line.
		const text = left.slice(0, end).replace(/\n+$/, "");
		if (text) addPiece(tail, text);
		if (text.length < end) tail.before(left.slice(text.length, end));
		left = left.slice(end);
	};
	// If there is a piece directly before the text, it is the beginning of the text's first line.
	const continues = tail.previousSibling instanceof Element;
	const first = left.indexOf("\n");
	if (continues && first >= 0) move(first + 1);
	const last = left.lastIndexOf("\n");
	if (last >= 0) move(last + 1);
	else if (first < 0) move(lineCut(left));
	tail.data = left;
	return left.length;
}

function addPiece(tail: Text, text: string): void {
	const piece = make("span", text.includes("\n") ? "piece lines" : "piece", text);
	const group = tail.parentElement?.lastElementChild;
	if (!text.includes("\n")) {
		// The piece can be a part of a line.
		tail.before(piece);
	} else if (group && hasRoom(group)) {
		while (group.nextSibling && group.nextSibling !== tail) group.append(group.nextSibling);
		group.append(piece);
	} else {
		const first = make("span", "piece group");
		first.append(piece);
		tail.before(first);
	}
}

/** Returns a position at which a line can be split: it is never inside a character. */
function lineCut(line: string): number {
	const cut = line.search(/[ -~]{2}[^ -~]*$/) + 1 || line.length - 1;
	return /[\uDC00-\uDFFF]/.test(line[cut] as string) ? cut - 1 : cut;
}
