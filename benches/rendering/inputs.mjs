// The texts that the chat page renders in the measurement, as lists of tokens of about four
// characters.

const SYLLABLES = ["wa", "lor", "ter", "rive", "an"];
const word = (index) => SYLLABLES[index % SYLLABLES.length] + ((index * 7919) % 97).toString(36);
const tokens = (count, token) => Array.from({ length: count }, (_, index) => token(index));

const code = (index) => {
	if (index === 0) return "```js\n";
	return index % 12 === 11 ? ";\n" : ["const ", " = ", "(", ", ", ") + "][index % 5] + word(index);
};
const row = (index) => {
	if (index === 0) return "| a | b | c |\n|---|---|---|\n| ";
	if (index % 12 === 11) return " |\n| ";
	return index % 4 === 3 ? " | " : ` ${word(index)}`;
};

/** The texts for which the time per token must not depend on the length, with this many tokens. */
export const STEADY = {
	"one paragraph": (count) => tokens(count, (index) => ` ${word(index)}`),
	"one block of code": (count) => tokens(count, code),
	prose: (count) => tokens(count, (index) => (index % 60 === 59 ? "\n\n" : ` ${word(index)}`)),
	"a table": (count) => tokens(count, row),
};

/** Splits a text into pieces of this many characters. */
const pieces = (text, length) => text.match(new RegExp(`[^]{1,${length}}`, "g"));

/** The texts that are hard for a renderer, in pieces. */
export const HARD = {
	"3,000 quotes in each other": () => pieces(`${">".repeat(3000)}end`, 68),
	"500 lists in each other": () => pieces(tokens(500, (index) => `${" ".repeat(2 * index)}- w\n`).join(""), 680),
	"6,000 marks of emphasis": () => pieces(`${"*_".repeat(3000)}x`, 68),
	"five blocks of 20,000 equal letters": () =>
		pieces(tokens(5, () => `\`\`\`js\n${"a".repeat(20_000)}\n\`\`\`\n\n`).join(""), 680),
	"a line of 1 MB": () => pieces("word ".repeat(200_000), 6800),
	"a line of code of 1 MB": () => pieces(`\`\`\`js\n${"word ".repeat(200_000)}`, 6800),
	"a word of 1 MB": () => pieces("word".repeat(250_000), 6800),
	"an address of 200 kB": () => pieces(`[a](https://example.com/${"x".repeat(200_000)})`, 680),
	"a bracket before 200 kB": () => pieces(`[${"word ".repeat(40_000)}`, 680),
};
