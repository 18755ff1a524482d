// A page that sends the prompt in its query to the server in its query, with the API in its query.

import { ask } from "./ask";
import { showChat } from "./begin-again";

const query = new URLSearchParams(location.search);
const output = document.querySelector("output") as HTMLElement;
const [api, server, content] = ["api", "server", "prompt"].map((name) => query.get(name) ?? "") as [
	string,
	string,
	string,
];
if (api === "again") {
	const request = { model: "gpt-4o", messages: [{ role: "user" as const, content }] };
	const { reason } = await showChat(`${server}/v1/chat/completions`, request, output).closed;
	output.append(` [${reason}]`);
} else {
	await ask(api as "chat" | "responses", server, content, output);
}
output.append(" (over)");
