// Owns what markup may stand in an answer: the last guard, behind renderers that make none of it
// from received text.

import DOMPurify from "dompurify";

// What markdown.ts and code-block.ts make, and nothing else.
const ANSWER = {
	ALLOWED_TAGS: [
		..."h1 h2 h3 h4 h5 h6 p br hr em strong s code pre blockquote a".split(" "),
		..."ul ol li input table thead tbody tr th td div span button".split(" "),
	],
	ALLOWED_ATTR: [
		..."class href rel target title start type checked disabled tabindex aria-label".split(" "),
		"data-language",
	],
	// DOMPurify holds the values of all attributes it does not know better against the pattern for addresses.
	ADD_URI_SAFE_ATTR: "rel target start type checked disabled tabindex aria-label data-language".split(" "),
	ALLOW_ARIA_ATTR: false,
	ALLOW_DATA_ATTR: false,
	ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
};

const HIGHLIGHTED = {
	ALLOWED_TAGS: ["span"],
	ALLOWED_ATTR: ["class"],
	ALLOW_ARIA_ATTR: false,
	ALLOW_DATA_ATTR: false,
};

const LINK_SCHEMES = new Set(["http:", "https:", "mailto:"]);

/** Removes whatever does not belong from an answer, in place. */
export function sanitizeAnswer(root: HTMLElement): void {
	// Coloured code has passed `colour` below, and a second pass over its many spans would take as long again.
	const range = document.createRange();
	const coloured = [...root.querySelectorAll("code.coloured")].map((code) => {
		range.selectNodeContents(code);
		return { code, inside: range.extractContents() };
	});
	DOMPurify.sanitize(root, { ...ANSWER, IN_PLACE: true });
	for (const { code, inside } of coloured) code.append(inside);
}

/** Fills an element with a syntax highlighter's markup, of which only coloured text gets in. */
export function colour(code: HTMLElement, html: string): void {
	code.replaceChildren(DOMPurify.sanitize(html, { ...HIGHLIGHTED, RETURN_DOM_FRAGMENT: true }));
	code.classList.add("coloured");
}

/** The URL if a link may lead there, else `undefined`. Relative ones mean nothing in an answer. */
export function linkTarget(url: string): string | undefined {
	if (!URL.canParse(url)) return undefined;
	const { protocol, href } = new URL(url);
	return LINK_SCHEMES.has(protocol) ? href : undefined;
}
