// Limits the markup in the model's answer. This is a second protection: the renderers already
// create only this markup from received text.

import DOMPurify from "dompurify";
import type { Work } from "./frames.ts";

// The elements and attributes that markdown.ts and code-block.ts create.
const ANSWER = {
	ALLOWED_TAGS: [
		..."h1 h2 h3 h4 h5 h6 p br hr em strong s code pre blockquote a".split(" "),
		..."ul ol li input table thead tbody tr th td div span button".split(" "),
	],
	ALLOWED_ATTR: [
		..."class href rel target title start type checked disabled tabindex width dir aria-label".split(" "),
		"data-language",
	],
	// Without this list, DOMPurify would check the values of these attributes against its pattern
	// for URLs.
	ADD_URI_SAFE_ATTR: "rel target start type checked disabled tabindex width dir aria-label data-language".split(" "),
	ALLOW_ARIA_ATTR: false,
	ALLOW_DATA_ATTR: false,
	ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
	IN_PLACE: true as const,
};

const TAGS = new Set(ANSWER.ALLOWED_TAGS);
const ATTRIBUTES = new Set(ANSWER.ALLOWED_ATTR);

/** The number of elements that are checked in one step. */
const STEP = 500;

const LINK_SCHEMES = new Set(["http:", "https:", "mailto:"]);

/**
 * Removes all other markup from the model's answer, in place. It works in small steps, because
 * DOMPurify takes about ten microseconds for each element of a long answer.
 */
export function* sanitizeAnswer(root: HTMLElement): Work {
	const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT);
	for (let count = 1; walker.nextNode(); count += 1) {
		if (!isAllowed(walker.currentNode as Element)) {
			DOMPurify.sanitize(root, ANSWER);
			return;
		}
		if (count % STEP === 0) yield;
	}
}

function isAllowed({ localName, attributes }: Element): boolean {
	if (!TAGS.has(localName)) return false;
	for (const { name, value } of attributes) {
		if (!ATTRIBUTES.has(name)) return false;
		if (name === "href" && !ANSWER.ALLOWED_URI_REGEXP.test(value)) return false;
	}
	return true;
}

/**
 * Returns the URL if a link may lead to it, otherwise `undefined`. Relative URLs are not allowed,
 * because they have no meaning in the model's answer.
 */
export function linkTarget(url: string): string | undefined {
	if (!URL.canParse(url)) return undefined;
	const { protocol, href } = new URL(url);
	return LINK_SCHEMES.has(protocol) ? href : undefined;
}
