// Makes a site from the pages of the repository. The sidebar has the pages of each folder, with
// their first headings as titles. A new page needs no change here.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { defineConfig } from "vitepress";
import { anchorOf, titleOf } from "../../scripts/lib/markdown.mjs";
import { root } from "../../scripts/lib/tools.mjs";

const read = (file) => readFileSync(join(root, file), "utf8");

/** Tags that a page may use. Everything else in angle brackets is text, such as `Map<T>`. */
const TAG =
	/^<(!--|\/?(a|b|br|code|details|div|em|h\d|i|img|kbd|p|source|span|strong|sub|summary|sup|table|t[dhr])\b)/i;

/** The pages of the chat server, which `npm run docs` serves below `/live/`. */
const LIVE = {
	"www/index.html": { text: "Chat", link: "/live/index.html" },
	"www/tutorials/spring.html": { text: "Ask, then stream", link: "/live/tutorials/spring.html" },
	"www/tutorials/subscribe.html": { text: "Push to a user", link: "/live/tutorials/subscribe.html" },
	"www/tutorials/clock.html": { text: "A clock", link: "/live/tutorials/clock.html" },
	"benches/browser/index.html": { text: "Benchmark", link: "/live/bench/index.html" },
};

/** Returns the path of a page on the site. `/api/` is a route of the chat server. */
function pathOf(file) {
	if (file === "docs/README.md") {
		return "contents.md";
	}
	if (file.startsWith("docs/")) {
		return file.replace("docs/api/", "reference/").replace("docs/", "").replace("README.md", "index.md");
	}
	const folder = dirname(file) === "." ? "" : `${dirname(file).split("/").at(-1)}-`;
	return `project/${folder}${file.split("/").at(-1)}`.toLowerCase();
}

/** The reference calls a module by its file. Users know it by the name that they import. */
function titleOfPage(file) {
	const [, module] = /^docs\/api\/(\w+)\.md$/.exec(file) ?? [];
	return module === undefined ? titleOf(read(file)) : `headwater/${module}`.replace("/index", "");
}

/** Pages that the page of contents names are in its order, and before the others. */
function orderOf(file) {
	const contents = existsSync(join(root, "docs/README.md")) ? read("docs/README.md") : "";
	const place = contents.indexOf(`(${file.replace("docs/", "")})`);
	return place < 0 ? contents.length : place;
}

/** Returns the sidebar's entries for the pages of a folder. */
function entries(folder, without = []) {
	const names = existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : [];
	return names
		.filter((name) => name.endsWith(".md") && !without.includes(name))
		.map((name) => normalize(`${folder}/${name}`))
		.sort((one, other) => orderOf(one) - orderOf(other) || (one < other ? -1 : 1))
		.map((file) => ({ text: titleOfPage(file), link: `/${pathOf(file).replace(/(index)?\.md$/, "")}` }));
}

const live = Object.values(LIVE).map((entry) => ({ ...entry, target: "_self" }));
const sidebar = [
	{ text: "Guide", items: entries("docs/guide") },
	{ text: "Recipes", items: entries("docs/recipes") },
	{ text: "Tutorials", items: [{ text: "Live pages", link: "/live-pages" }, ...live] },
	{ text: "Reference", items: entries("docs/api", ["README.md"]) },
	{ text: "Maintainers", items: entries("docs", ["README.md", "index.md", "live-pages.md"]) },
	{ text: "Decisions", items: entries("docs/decisions") },
	{ text: "Project", items: [...entries("."), ...entries("scripts/postprocess")] },
]
	.filter(({ items }) => items.length > 0)
	.map((group, index) => ({ ...group, collapsed: index > 0 }));
const nav = sidebar
	.filter(({ text }) => !["Decisions", "Project"].includes(text))
	.map(({ text, items: [{ link }] }) => ({ text, link, activeMatch: `^${link.replace(/[^/]*$/, "")}` }));

const FOLDERS = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const EXCLUDED = FOLDERS.map(({ name }) => name).filter((name) => !["docs", "scripts"].includes(name));
const isPage = (file) =>
	file.endsWith(".md") &&
	!file.startsWith("..") &&
	!EXCLUDED.includes(file.split("/")[0]) &&
	existsSync(join(root, file));

/** Returns the tokens of a paragraph with the site's paths. A link to a file that is not a page becomes text. */
function mapLinks(tokens, file) {
	let dropped = false;
	return tokens.filter((token) => {
		if (token.type === "link_close") {
			return !dropped;
		}
		const [, target, anchor = ""] = /^([^#]*)(#.*)?$/.exec(token.attrGet("href") ?? "");
		if (token.type !== "link_open" || target === "" || /^(\w+:|\/)/.test(target)) {
			dropped &&= token.type !== "link_open";
			return true;
		}
		const linked = relative(root, join(root, dirname(file), decodeURI(target)));
		dropped = LIVE[linked] === undefined && !isPage(linked);
		token.attrs = LIVE[linked]
			? [
					["href", LIVE[linked].link],
					["target", "_self"],
				]
			: [["href", `/${pathOf(linked)}${anchor}`]];
		return !dropped;
	});
}

function extendMarkdown(md) {
	const { fence, text, code_inline: code, html_inline: inline, html_block: block } = md.renderer.rules;
	const { escapeHtml } = md.utils;
	// Vue would evaluate what is between two braces.
	const plain = (html) => html.replaceAll("{{", "&#123;&#123;");
	md.renderer.rules.text = (...args) => plain(text(...args));
	md.renderer.rules.code_inline = (...args) => plain(code(...args));
	for (const [rule, render] of Object.entries({ html_inline: inline, html_block: block })) {
		md.renderer.rules[rule] = (tokens, index, ...rest) => {
			const { content } = tokens[index];
			return plain(
				content.startsWith("<") && !TAG.test(content) ? escapeHtml(content) : render(tokens, index, ...rest),
			);
		};
	}
	md.renderer.rules.fence = (tokens, index, ...rest) =>
		tokens[index].info.trim() === "mermaid"
			? `<Mermaid code="${escapeHtml(tokens[index].content)}" />`
			: fence(tokens, index, ...rest);
	md.core.ruler.push("repository-links", ({ tokens, env }) => {
		const file = relative(root, env.realPath ?? env.path);
		for (const token of tokens.filter(({ type }) => type === "inline")) {
			token.children = mapLinks(token.children, file);
		}
	});
}

export default defineConfig({
	title: "headwater",
	description: JSON.parse(read("package.json")).description,
	lang: "en",
	srcDir: "..",
	srcExclude: [...EXCLUDED.map((name) => `${name}/**`), "docs/api/README.md"],
	rewrites: pathOf,
	markdown: { config: extendMarkdown, attrs: { disable: true }, anchor: { slugify: anchorOf } },
	transformPageData: ({ filePath }) => ({ title: titleOfPage(filePath) }),
	themeConfig: {
		nav,
		sidebar,
		outline: [2, 3],
		search: { provider: "local" },
		docFooter: { prev: false, next: false },
	},
});
