// A model's server that sends given pieces at a given pace.

import { once } from "node:events";
import { createServer } from "node:http";

/** The time between two writes, in milliseconds. */
const TICK = 10;

/** Starts the server. `answer()` returns the pieces of the next answer and their number per second. */
export async function startUpstream(answer) {
	const server = createServer(async (request, response) => {
		request.resume();
		await once(request, "end");
		const { pieces, rate } = answer();
		response.writeHead(200, { "content-type": "text/event-stream" });
		const started = performance.now();
		let sent = 0;
		const timer = setInterval(() => {
			const due = Math.min(pieces.length, Math.floor(((performance.now() - started) * rate) / 1000));
			response.write(pieces.slice(sent, due).map(event).join(""));
			sent = due;
			if (sent < pieces.length) return;
			clearInterval(timer);
			response.end("data: [DONE]\n\n");
		}, TICK);
		response.on("close", () => clearInterval(timer));
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		base: `http://127.0.0.1:${server.address().port}/v1`,
		async close() {
			server.close();
			server.closeAllConnections();
			await once(server, "close");
		},
	};
}

function event(content) {
	return `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
}
