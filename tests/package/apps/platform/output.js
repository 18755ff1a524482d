// Owns what a page shows. Knows nothing of where it comes from.

/** The server that the page's own query names. */
export const server = new URLSearchParams(location.search).get("server");

export function tell(text) {
	document.querySelector("output").textContent += text;
}
