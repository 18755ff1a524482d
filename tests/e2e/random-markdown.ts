// Generates random Markdown and HTML from a seed.

/** Returns a function that draws numbers from 0 up to, but not including, `below`. */
export function numbers(seed: number): (below: number) => number {
	let state = seed >>> 0;
	return (below) => {
		// Mulberry32.
		state = (state + 0x6d2b79f5) >>> 0;
		let value = Math.imul(state ^ (state >>> 15), state | 1);
		value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
		return Math.floor((((value ^ (value >>> 14)) >>> 0) / 2 ** 32) * below);
	};
}

const MARKS = [
	..."# > - + * _ ** __ ~~ ` `` ``` | [ ] ( ) ]( ![ ! $ $$ \\( \\) \\[ \\] \\ < > & : . 1. 7. - [x] | --- |".split(" "),
	..."https://e.test/a mailto:a@e.test javascript:attacked=1 data:text/html, http:// <br> </p> &lt; &#x27; &amp;".split(
		" ",
	),
	"\n",
	"\n",
	"\n\n",
	"\n\n",
	"\n> ",
	"\n- ",
	"\n  - ",
	"\n    ",
	"\n1. ",
	"\n## ",
	"\n```js\n",
	"\n```\n",
	"\n---\n",
	"\n| a | b |\n|---|---|\n",
	"\n| c | d |",
	"[a](https://e.test/)",
	"![b](https://e.test/b.png)",
	"<script>globalThis.attacked=2</script>",
	"<img src=https://e.test/c.png onerror=globalThis.attacked=3>",
	'<a href="javascript:globalThis.attacked=4" onclick="globalThis.attacked=5">c</a>',
	'"><iframe srcdoc="<script>parent.attacked=6</script>">',
	"<style>@import 'https://e.test/d.css'</style>",
];

const WORDS = [
	..."a word of text, and more. const value = source(1, 'x'); 日本語。 한국어 مرحبا שלום 👩‍🚀 🇯🇵 e\u0301 \u0000 \uFEFF \u202E \u{20BB7}".split(
		" ",
	),
	" ",
	"  ",
	"\t",
];

const LONGEST = 12_000;

/** Returns one text. It is rarely longer than a few thousand characters. */
export function markdown(draw: (below: number) => number): string {
	const one = (list: readonly string[]): string => list[draw(list.length)] as string;
	const parts = Array.from({ length: 1 + draw(120) }, () => {
		switch (draw(40)) {
			case 0:
				return one(MARKS).repeat(1 + draw(60));
			case 1:
				// This is longer than the limit at which a paragraph, a line of code or an address
				// is split.
				return (one(WORDS) + one(["", " ", "\n"])).repeat(draw(4) === 0 ? draw(3000) : draw(50));
			case 2:
				return "\n| c | *d* |".repeat(draw(4) === 0 ? 120 : 2);
			case 3:
				return one(MARKS).repeat(draw(8) === 0 ? draw(5000) : 3);
			default:
				return draw(2) === 0 ? one(MARKS) : `${one(WORDS)}${one(["", " "])}`;
		}
	});
	return parts.join("").slice(0, LONGEST);
}

/** Splits the text into pieces anywhere, even inside surrogate pairs. */
export function cut(text: string, draw: (below: number) => number): string[] {
	const pieces: string[] = [];
	const longest = [3, 40, 2000][draw(3)] as number;
	for (let at = 0; at < text.length; ) {
		const end = at + 1 + draw(longest);
		pieces.push(text.slice(at, end));
		at = end;
	}
	return pieces;
}
