// The rules of GitHub for pages in Markdown, which the site and the test of links share.

import { execFileSync } from "node:child_process";
import { root } from "./tools.mjs";

/** Returns the anchor that GitHub gives to a heading with this text. */
export const anchorOf = (text) =>
	text
		.trim()
		.toLowerCase()
		.replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
		.replaceAll(" ", "-");

/** Returns the text of the first heading of a page. */
export const titleOf = (source) => /^# (.+)$/m.exec(source)?.[1].replaceAll("`", "");

/**
 * Returns the files of the repository that match the patterns. Files that are not yet committed are
 * included, ignored files are not.
 */
export function repositoryFiles(...patterns) {
	const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...patterns];
	return execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\0").filter(Boolean);
}
