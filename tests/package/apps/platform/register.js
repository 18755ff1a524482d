// Registers a service worker, and shows the text that it posts.

import { server, tell } from "./output.js";

export async function askBy(script, options) {
	await navigator.serviceWorker.register(script, options);
	const { active } = await navigator.serviceWorker.ready;
	navigator.serviceWorker.onmessage = ({ data }) => tell(data);
	active.postMessage(server);
}
