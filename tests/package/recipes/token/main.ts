// A page that follows the feed, or sends a prompt, for each `do` in its query.

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
