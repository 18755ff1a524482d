// A page that calls a tool of the server in its query.

import { call } from "./call";

const server = new URLSearchParams(location.search).get("server");
const output = document.querySelector("output") as HTMLElement;
try {
	const { content } = await call(`${server}/sse`, "add", { a: 20, b: 22 });
	output.append(JSON.stringify(content));
} catch (error) {
	const { code, event } = error as { code?: number; event?: { reason: string; body: string } };
	output.append(`${error} ${code} ${event?.reason} ${event?.body}`);
}
