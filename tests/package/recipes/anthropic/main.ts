// Owns a page that asks the server in its query with the prompt that is there too.

import { ask } from "./ask";

const query = new URLSearchParams(location.search);
const output = document.querySelector("output") as HTMLElement;
await ask(query.get("server") ?? "", query.get("prompt") ?? "", output);
output.append(" (over)");
