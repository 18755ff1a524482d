// Owns a page that asks the server in its query, by the API and with the prompt that are there too.

import { ask } from "./ask";

const query = new URLSearchParams(location.search);
const output = document.querySelector("output") as HTMLElement;
await ask(query.get("api") as "chat" | "responses", query.get("server") ?? "", query.get("prompt") ?? "", output);
output.append(" (over)");
