// Checks the links of all pages: files and anchors exist, and URLs are well formed.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { anchorOf, repositoryFiles } from "../../scripts/lib/markdown.mjs";
import { root } from "../../scripts/lib/tools.mjs";

/** The replies of the chat server are test data, so their links are not checked. */
const DATA = "www/server/src/replies/";

const FENCE = /^( *)(```+|~~~+)[^\n]*\n[\s\S]*?^\1\2[ \t]*$/gm;
const COMMENT = /<!--[\s\S]*?-->/g;
const CODE = /(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g;
const INLINE = /\]\(\s*(?:<([^>\n]*)>|([^\s()]*(?:\([^\s()]*\)[^\s()]*)*))(?:\s+["'(][^)]*)?\s*\)/g;
const DEFINITION = /^ {0,3}\[[^\]\n]+\]:\s*<?([^\s>]+)/gm;
const HTML = /<(?:a|img|source)\b[^>]*?\s(?:href|src|srcset)="([^"]*)"/gi;
const AUTOMATIC = /<(\w{2,}:[^\s<>]*)>/g;

/** Returns the targets of all links and images of a page. */
function linksOf(source) {
	const text = source.replace(FENCE, "").replace(COMMENT, "").replace(CODE, "code");
	return [INLINE, DEFINITION, HTML, AUTOMATIC].flatMap((pattern) =>
		[...text.matchAll(pattern)].map(([, one, other]) => one ?? other),
	);
}

/** Returns the anchors of a page: those of its headings, as GitHub numbers them, and those in HTML. */
function anchorsOf(source) {
	const text = source.replace(FENCE, "").replace(COMMENT, "");
	const anchors = new Set([...text.matchAll(/\s(?:id|name)="([^"]+)"/g)].map(([, name]) => name));
	const counts = new Map();
	for (const [, heading] of text.matchAll(/^ {0,3}#{1,6}[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$/gm)) {
		const anchor = anchorOf(textOf(heading));
		const count = counts.get(anchor) ?? 0;
		counts.set(anchor, count + 1);
		anchors.add(count === 0 ? anchor : `${anchor}-${count}`);
	}
	return anchors;
}

/** Returns the text of a heading as a reader sees it. */
const textOf = (heading) =>
	heading
		.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
		.replace(/`[^`]*`|\\.|<\/?[a-z][^>]*>/gi, (part) => (part.startsWith("<") ? "" : part))
		.replace(/\\([^\w\s])/g, "$1")
		.replace(/(^|\W)_(\S.*?\S|\S)_(?=\W|$)/g, "$1$2");

/**
 * Returns one sentence for each link whose target does not exist. `read` returns the text of a
 * page.
 */
function brokenLinks(pages, files, read) {
	const known = new Set(files.flatMap((file) => [file, ...foldersOf(file)]));
	const anchors = new Map();
	const hasAnchor = (page, anchor) => {
		anchors.set(page, anchors.get(page) ?? anchorsOf(read(page)));
		return anchors.get(page).has(anchor);
	};
	return pages.flatMap((page) =>
		linksOf(read(page)).flatMap((link) => {
			const problem = problemOf(page, link, known, hasAnchor);
			return problem ? [`${page}: ${link} ${problem}`] : [];
		}),
	);
}

function problemOf(page, link, known, hasAnchor) {
	if (/^[a-z][a-z0-9+.-]*:/i.test(link)) {
		const sound =
			URL.canParse(link) && /^(https?:\/\/[^/]+\.[^/]+|https?:\/\/(localhost|127\.0\.0\.1)|mailto:.+@)/.test(link);
		return sound ? undefined : "is not a web address";
	}
	if (link === "" || link.startsWith("/")) {
		return "is not a relative link";
	}
	const [path, anchor] = link.split("#");
	const file = path === "" ? page : normalize(join(dirname(page), decodeURI(path))).replace(/\/$/, "");
	if (!known.has(file)) {
		return "is not a file of the repository";
	}
	if (anchor !== undefined && (!file.endsWith(".md") || !hasAnchor(file, decodeURIComponent(anchor)))) {
		return "is not an anchor";
	}
	return undefined;
}

const foldersOf = (file) =>
	file
		.split("/")
		.slice(0, -1)
		.map((_, index, parts) => parts.slice(0, index + 1).join("/"));

test("every link and anchor of the pages leads somewhere", () => {
	const files = repositoryFiles().filter((file) => existsSync(join(root, file)));
	const pages = files.filter((file) => file.endsWith(".md") && !file.startsWith(DATA));
	assert.ok(pages.length > 20, "most pages were not found");
	assert.deepEqual(
		brokenLinks(pages, files, (file) => readFileSync(join(root, file), "utf8")),
		[],
	);
});

test("a link that leads nowhere is found, in each form of link", () => {
	const pages = {
		"a.md": [
			"# One `two` & (three)",
			"## Again\n## Again\n## A_b \\<T\\>",
			'[1](#one-two--three) [2](#again-1) [3](b/c.md#x "title") [4](<b/c.md>) ![5](b) [6](#a_b-t) <https://example.com/x>',
			"```\n[code](nowhere.md)\n# Not a heading\n```\n`[code](nowhere.md)`",
			"[7](nowhere.md) [8](#not-a-heading) [9](/b/c.md) [10](b/c.md#again) ![11](nowhere.png) [12](b/#x) [13](http:/x)",
			"[14]: nowhere.txt",
			'<a href="b/c.md#y">15</a> <img src="nowhere.svg"> <ftp://example.com> [16](../a.md) [17](B/c.md)',
		].join("\n\n"),
		"b/c.md": '<a id="x"></a> [back](../a.md#again)',
	};
	const broken = brokenLinks(Object.keys(pages), Object.keys(pages), (page) => pages[page]);
	assert.deepEqual(broken.map((sentence) => sentence.split(" ")[1]).sort(), [
		"#not-a-heading",
		"../a.md",
		"/b/c.md",
		"B/c.md",
		"b/#x",
		"b/c.md#again",
		"b/c.md#y",
		"ftp://example.com",
		"http:/x",
		"nowhere.md",
		"nowhere.png",
		"nowhere.svg",
		"nowhere.txt",
	]);
});
