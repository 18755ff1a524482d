// A page that sends the prompt in its query to the server in its query.

import { ask } from "./ask";

const query = new URLSearchParams(location.search);
const output = document.querySelector("output") as HTMLElement;
await ask(query.get("server") ?? "", query.get("prompt") ?? "", output);
output.append(" (over)");
