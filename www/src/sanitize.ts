// Limits the markup in the model's answer. This is the last guard: the renderers create no other
// markup from received text.

import DOMPurify from "dompurify";
import type { Work } from "./frames.ts";

// The elements and attributes that markdown.ts and code-block.ts create.
const ANSWER = {
	ALLOWED_TAGS: [
		..."h1 h2 h3 h4 h5 h6 p br hr em strong s code pre blockquote a".split(" "),
		..."ul ol li input table thead tbody tr th td div span button".split(" "),
	],
	ALLOWED_ATTR: [
		..."class href rel target title start type checked disabled tabindex width aria-label".split(" "),
		"data-language",
	],
	// DOMPurify checks the values of unknown attributes against its pattern for addresses.
	ADD_URI_SAFE_ATTR: "rel target start type checked disabled tabindex width aria-label data-language".split(" "),
	ALLOW_ARIA_ATTR: false,
	ALLOW_DATA_ATTR: false,
	ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
	IN_PLACE: true as const,
};

// Checking this many elements takes one to three milliseconds.
const STEP = 100;

const LINK_SCHEMES = new Set(["http:", "https:", "mailto:"]);

/** Removes all other markup from the model's answer, in place and in small steps. */
export function* sanitizeAnswer(root: HTMLElement): Work {
	for (const element of [...root.children] as HTMLElement[]) {
		if (element.getElementsByTagName("*").length <= STEP || !isAllowed(element)) {
			if (!sanitize(element)) element.remove();
			yield;
		} else if (!element.matches("code.colored")) {
			// The elements for colors have been created here too, from the names of classes only.
			yield* sanitizeAnswer(element);
		}
	}
}

/** Returns whether the element itself, without its contents, needs no change. */
function isAllowed(element: HTMLElement): boolean {
	const copy = element.cloneNode(false) as HTMLElement;
	return sanitize(copy) && copy.isEqualNode(element.cloneNode(false));
}

/** Sanitizes an element in place. Returns `false` if the element itself is forbidden. */
function sanitize(element: HTMLElement): boolean {
	try {
		DOMPurify.sanitize(element, ANSWER);
		return true;
	} catch {
		return false;
	}
}

/**
 * Returns the URL if a link may lead there, else `undefined`. Relative URLs have no meaning there.
 */
export function linkTarget(url: string): string | undefined {
	if (!URL.canParse(url)) return undefined;
	const { protocol, href } = new URL(url);
	return LINK_SCHEMES.has(protocol) ? href : undefined;
}
