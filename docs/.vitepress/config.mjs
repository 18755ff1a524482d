// Makes a site from the pages of the repository. The sidebar has the pages of each folder, with
// their first headings as titles. A new page needs no change here.

import { existsSync, readdirSync } from "node:fs";
import { join, normalize } from "node:path";
import { defineConfig } from "vitepress";
import { anchorOf } from "../../scripts/lib/markdown.mjs";
import { root } from "../../scripts/lib/tools.mjs";
import { EXCLUDED, extendMarkdown, LIVE, pathOf, read, titleOfPage } from "./markdown.mjs";

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
	{ text: "Project", items: [...entries(".", ["README.md"]), ...entries("scripts/postprocess")] },
]
	.filter(({ items }) => items.length > 0)
	.map((group, index) => ({ ...group, collapsed: index > 0 }));
const nav = sidebar
	.filter(({ text }) => !["Decisions", "Project"].includes(text))
	.map(({ text, items }) => ({
		text,
		link: items[0].link,
		activeMatch: `^(${items.map((item) => item.link).join("|")})`,
	}));

export default defineConfig({
	title: "headwater",
	description: JSON.parse(read("package.json")).description,
	lang: "en",
	head: [["link", { rel: "icon", href: "/icon.svg" }]],
	srcDir: "..",
	srcExclude: [...EXCLUDED.map((name) => `${name}/**`), "docs/api/README.md"],
	rewrites: pathOf,
	vite: { publicDir: join(root, "www", "public"), build: { chunkSizeWarningLimit: 1000 } },
	markdown: { config: extendMarkdown, attrs: { disable: true }, anchor: { slugify: anchorOf } },
	transformPageData: ({ filePath }) => ({ title: titleOfPage(filePath) }),
	themeConfig: {
		logo: "/icon.svg",
		nav,
		sidebar,
		outline: [2, 3],
		search: { provider: "local" },
		docFooter: { prev: false, next: false },
	},
});
