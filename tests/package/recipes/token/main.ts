// Owns a page that follows the feed, or asks, as often as its query says.

import { ask, follow } from "./use";

const query = new URLSearchParams(location.search);
const output = document.querySelector("output") as HTMLElement;
for (const what of query.getAll("do")) {
	const own = output.appendChild(document.createElement("p"));
	if (what === "follow") {
		follow(own);
	} else {
		ask(what, own);
	}
}
