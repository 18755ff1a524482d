// Maps the pages of the repository to the site: their paths, titles and links.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { titleOf } from "../../scripts/lib/markdown.mjs";
import { root } from "../../scripts/lib/tools.mjs";

export const read = (file) => readFileSync(join(root, file), "utf8");

/** Tags that a page may use. Everything else in angle brackets is text, such as `Map<T>`. */
const TAG =
	/^<(!--|\/?(a|b|br|code|details|div|em|h\d|i|img|kbd|p|source|span|strong|sub|summary|sup|table|t[dhr])\b)/i;

/** The pages of the chat server, which `npm run docs` serves below `/live/`. */
export const LIVE = {
	"www/index.html": { text: "Chat", link: "/live/index.html" },
	"www/tutorials/spring.html": { text: "Ask, then stream", link: "/live/tutorials/spring.html" },
	"www/tutorials/subscribe.html": { text: "Push to a user", link: "/live/tutorials/subscribe.html" },
	"www/tutorials/clock.html": { text: "A clock", link: "/live/tutorials/clock.html" },
	"benches/browser/index.html": { text: "Benchmark", link: "/live/bench/index.html" },
};

/** Returns the path of a page on the site. `/api/` is a route of the chat server. */
export function pathOf(file) {
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
export function titleOfPage(file) {
	const [, module] = /^docs\/api\/(\w+)\.md$/.exec(file) ?? [];
	return module ? `headwater/${module}`.replace("/index", "") : titleOf(read(file));
}

const FOLDERS = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
export const EXCLUDED = FOLDERS.map(({ name }) => name).filter((name) => !["docs", "scripts"].includes(name));
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

export function extendMarkdown(md) {
	const { fence, text, code_inline: code, html_inline: inline, html_block: block } = md.renderer.rules;
	const { escapeHtml } = md.utils;
	// Vue would evaluate the text between two braces.
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
		if (file.startsWith("docs/api/")) {
			tokens[1].children[0].content = titleOfPage(file);
		}
		for (const token of tokens.filter(({ type }) => type === "inline")) {
			token.children = mapLinks(token.children, file);
		}
	});
}
