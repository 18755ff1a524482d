// Limits the markup in the model's answer. This is the last guard: the renderers create no other
// markup from received text.

import DOMPurify from "dompurify";

// The elements and attributes that markdown.ts and code-block.ts create.
const ANSWER = {
	ALLOWED_TAGS: [
		..."h1 h2 h3 h4 h5 h6 p br hr em strong s code pre blockquote a".split(" "),
		..."ul ol li input table thead tbody tr th td div span button".split(" "),
	],
	ALLOWED_ATTR: [
		..."class href rel target title start type checked disabled tabindex aria-label".split(" "),
		"data-language",
	],
	// DOMPurify checks the values of unknown attributes against its pattern for addresses.
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

/** Removes all other markup from the model's answer, in place. */
export function sanitizeAnswer(root: HTMLElement): void {
	// Colored code has passed `colour` below, and a second pass over its many spans would take as
	// long again.
	const range = document.createRange();
	const coloured = [...root.querySelectorAll("code.coloured")].map((code) => {
		range.selectNodeContents(code);
		return { code, inside: range.extractContents() };
	});
	DOMPurify.sanitize(root, { ...ANSWER, IN_PLACE: true });
	for (const { code, inside } of coloured) code.append(inside);
}

/** Fills an element with a syntax highlighter's markup, reduced to colored text. */
export function colour(code: HTMLElement, html: string): void {
	code.replaceChildren(DOMPurify.sanitize(html, { ...HIGHLIGHTED, RETURN_DOM_FRAGMENT: true }));
	code.classList.add("coloured");
}

/**
 * Returns the URL if a link may lead there, else `undefined`. Relative URLs have no meaning there.
 */
export function linkTarget(url: string): string | undefined {
	if (!URL.canParse(url)) return undefined;
	const { protocol, href } = new URL(url);
	return LINK_SCHEMES.has(protocol) ? href : undefined;
}
