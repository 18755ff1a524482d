// Shows text on a page.

/** The server in the page's query. */
export const server = new URLSearchParams(location.search).get("server");

export function tell(text) {
	document.querySelector("output").textContent += text;
}
