// The markup that the page must never create from a message.

/** Elements that must not exist, not even for a moment. */
export const FORBIDDEN =
	"script, iframe, object, embed, svg, math, img, video, audio, form, style, link, meta, base, details, textarea, select";

/**
 * Watches the element that the selector finds, and everything in it, for dangerous elements and
 * attributes. Adds them to the page's `found`. Runs in the page.
 */
export function watchForbidden([selector, forbidden]: readonly [selector: string, forbidden: string]): void {
	const found = new Set<string>();
	Object.assign(globalThis, { found });
	const look = (element: Element): void => {
		if (element.matches(forbidden)) found.add(`<${element.localName}>`);
		for (const { name, value } of element.attributes) {
			if (/^on|^style$|^srcdoc$|^autofocus$/.test(name)) found.add(`${element.localName} ${name}`);
			const leads = name === "href" || name === "src" || name === "action" || name === "formaction";
			if (leads && !/^(https?|mailto):/.test(value)) found.add(`${element.localName} ${name}=${value}`);
		}
	};
	const observer = new MutationObserver((records) => {
		for (const { target, addedNodes } of records) {
			look(target as Element);
			for (const node of addedNodes) {
				if (node instanceof Element) for (const element of [node, ...node.querySelectorAll("*")]) look(element);
			}
		}
	});
	observer.observe(document.querySelector(selector)!, { subtree: true, childList: true, attributes: true });
}
