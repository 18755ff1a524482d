// Owns what a page shows.

/** The server that the page's own query names. */
export const server = new URLSearchParams(location.search).get("server");

export function tell(text) {
	document.querySelector("output").textContent += text;
}
