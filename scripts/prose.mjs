// Counts the words and phrases of docs/style.md in comments, messages and pages, and fails if there
// are too many. `npm run prose -- <paths>` lists the findings.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Problem, script } from "./lib/process.mjs";
import { root } from "./lib/tools.mjs";

/** The most findings of one kind per 1,000 words. */
const LIMIT = 1;
const LONG = 35;
const CODE = /\.(rs|ts|tsx|mjs|js|css)$/;
const GENERATED = /^(docs\/api\/|www\/public\/|tests\/package\/.*\/(node_modules|lock)|api\/|fuzz\/corpus\/)/;
const PLACES = ["src", "js", "www", "scripts", "docs", "tests", "benches", "examples", "fuzz"];

/**
 * A sentence with one of these words may use "answer": these subjects answer in plain English too.
 */
const ANSWERING =
	/\b(server|servers|model|models|upstream|origin|proxy|endpoint|chat|question|questions|prompt|person|page|preflight|probe|assistant|cut|answers? (breaks?|ends?|streams?))\b/i;
const QUESTION = /\?["')]*$/;
const WHAT = /\bwhat(ever)?\b/gi;
const WHO =
	/(^|[,;:(]\s*|\b(of|to|for|by|from|with|at|and|but|or|than|as|if|that|is|are|only|not|tells?|asks?)\s+)(who|whom|whoever|whomever)\b/gi;
const ANSWER = /\banswer(s|ed|ing)?\b/gi;

/** Returns the findings and the number of words of one text. */
export function examine(text, replacements) {
	const found = { words: 0, relatives: [], answers: [], phrases: [], long: [] };
	for (const sentence of sentences(text)) {
		const words = sentence.split(/\s+/).filter((word) => /\w/.test(word)).length;
		found.words += words;
		if (words > LONG) {
			found.long.push(sentence);
		}
		const relatives = QUESTION.test(sentence) ? [] : [...sentence.matchAll(WHAT), ...sentence.matchAll(WHO)];
		found.relatives.push(...relatives.map(() => sentence));
		if (!ANSWERING.test(sentence)) {
			found.answers.push(...[...sentence.matchAll(ANSWER)].map(() => sentence));
		}
		for (const { pattern, phrase, instead } of replacements) {
			if (pattern.test(sentence)) {
				found.phrases.push(`"${phrase}" (${instead}): ${sentence}`);
			}
		}
	}
	return found;
}

function sentences(text) {
	return text
		.split(/\n\n+/)
		.flatMap((block) => block.replace(/\s+/g, " ").split(/(?<=[.?!:;]["')]*)\s+(?=["'([]*[A-Z`])/))
		.map((sentence) => sentence.trim())
		.filter(Boolean);
}

/** Returns the comments and messages of a source file, or the prose of a page, without code. */
export function prose(path, source) {
	const text = CODE.test(path) ? `${comments(source)}\n\n${messages(path, source)}` : page(source);
	return text
		.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
		.replace(/https?:\S+/g, "URL")
		.replace(/``[^`]+``|`[^`\n]*`/g, "CODE");
}

function comments(source) {
	const blocks = [];
	let fence = false;
	let open = false;
	for (const line of source.split("\n")) {
		const whole = line.match(/^\s*(?:\/\/[/!]?|\/\*\*?|\*\/?)(?:\s(.*)|$)/);
		const text = whole ? (whole[1] ?? "").replace(/\*\/\s*$/, "") : line.match(/[^:"'`]\/\/ (.*)$/)?.[1];
		if (text === undefined) {
			fence = false;
		} else if (/^\s*```/.test(text)) {
			fence = !fence;
		} else if (!fence) {
			const item = /^\s*([-*|#]|\d+\.|@\w+)/.test(text);
			blocks.push(open && whole && !item ? `\n${text.trim()}` : `\n\n${text.trim()}`);
		}
		open = Boolean(whole) && text?.trim() !== "";
	}
	return blocks.join("");
}

/** Returns the string literals of at least four words: errors, output, names of tests. */
function messages(path, source) {
	if (path.endsWith(".css")) {
		return "";
	}
	const code = source.replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
	return [...code.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)]
		.map(([, literal]) => literal)
		.filter((literal) => /^[\w"'`\\$({][^<>=]*$/.test(literal) && literal.split(" ").length >= 4)
		.join("\n\n");
}

function page(source) {
	return source
		.replace(/^---\n[\s\S]*?\n---\n/, "")
		.replace(/^( *)(```+|~~~+)[\s\S]*?^\1\2/gm, "\n")
		.replace(/<!--[\s\S]*?-->/g, "\n")
		.replace(/<(script|style)[\s\S]*?<\/\1>/g, "\n")
		.replace(/<[^>\n]+>/g, " ")
		.replace(/^\s*\|?[\s:|-]+\|[\s:|-]*$/gm, "")
		.replace(/^(\s*)\|(.*)\|\s*$/gm, (_, __, cells) => `\n\n${cells.split(/(?<!\\)\|/).join("\n\n")}\n\n`)
		.replace(/^#+ (.*)$/gm, "\n\n$1\n\n")
		.replace(/^\s*([-*]|\d+\.) /gm, "\n\n");
}

/** Returns the rows of the table in docs/style.md. */
export function readReplacements(style) {
	const rows = style.slice(style.indexOf("| do not write | write |")).matchAll(/^\| ([^|]+) \| ([^|]+) \|$/gm);
	return [...rows]
		.map(([, phrase, instead]) => ({ phrase, instead }))
		.filter(({ phrase }) => phrase !== "do not write")
		.map((row) => ({ ...row, pattern: new RegExp(`\\b${row.phrase.replace(/ /g, "\\s+")}\\b`, "i") }));
}

function tracked(paths) {
	const list = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...paths], {
		cwd: root,
		encoding: "utf8",
	});
	return list
		.split("\n")
		.filter((path) => (CODE.test(path) || /\.(md|html)$/.test(path)) && !GENERATED.test(path))
		.filter((path) => path !== "docs/style.md" && path !== "scripts/prose.mjs");
}

/** Returns the findings of each file in these paths. */
export function examineFiles(paths) {
	const replacements = readReplacements(readFileSync(join(root, "docs/style.md"), "utf8"));
	return tracked(paths).map((path) => ({
		path,
		...examine(prose(path, readFileSync(join(root, path), "utf8")), replacements),
	}));
}

/** Returns one row for each folder at the top, and one row for the pages there. */
function table(files) {
	const rows = new Map();
	for (const file of files) {
		const folder = PLACES.find((place) => file.path.startsWith(`${place}/`)) ?? "pages at the top";
		const row = rows.get(folder) ?? { words: 0, relatives: 0, answers: 0, phrases: 0, long: 0 };
		row.words += file.words;
		for (const kind of ["relatives", "answers", "phrases", "long"]) {
			row[kind] += file[kind].length;
		}
		rows.set(folder, row);
	}
	return rows;
}

/** Prints the counts, and throws if one is over its limit. */
export function checkProse() {
	const files = examineFiles(["."]);
	const problems = files.flatMap(({ path, phrases }) => phrases.map((phrase) => `${path}: ${phrase}`));
	console.log("prose".padEnd(18), "words", "what/who", "answer", "phrases", `over ${LONG} words`);
	for (const [folder, { words, relatives, answers, phrases, long }] of table(files)) {
		const rate = (count) => ((count * 1000) / words).toFixed(2);
		console.log(folder.padEnd(18), words, rate(relatives), rate(answers), phrases, long);
		if (rate(relatives) > LIMIT || rate(answers) > LIMIT) {
			problems.push(
				`${folder}: more than ${LIMIT} per 1,000 words in the column "what/who" or "answer" (docs/style.md, "Counts"). To list the sentences: npm run prose -- ${folder}`,
			);
		}
	}
	if (problems.length > 0) {
		throw new Problem(`The prose does not follow docs/style.md:\n${problems.join("\n")}`);
	}
}

if (process.argv[1] === import.meta.filename) {
	script(async () => {
		const paths = process.argv.slice(2);
		if (paths.length === 0) {
			checkProse();
			return;
		}
		for (const { path, words, relatives, answers, phrases, long } of examineFiles(paths)) {
			const lines = [
				...relatives.map((sentence) => `what/who: ${sentence}`),
				...answers.map((sentence) => `answer: ${sentence}`),
				...phrases.map((phrase) => `phrase: ${phrase}`),
				...long.map((sentence) => `long: ${sentence}`),
			];
			if (lines.length > 0) {
				console.log(`${path} (${words} words)\n  ${lines.join("\n  ")}`);
			}
		}
	});
}
