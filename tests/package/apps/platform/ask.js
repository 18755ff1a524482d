// Owns the question that each place asks, and what is told of the answer.

/** Calls `tell` with each piece of text that comes of `server`, and at last with how it ended. */
export function ask(EventSource, server, tell) {
	const source = new EventSource(`${server}/post-llm?count=3`, {
		json: { prompt: "Hello" },
		until: ({ data }) => data === "[DONE]",
	});
	source.onmessage = ({ data }) => {
		if (data !== "[DONE]") {
			tell(JSON.parse(data).choices[0].delta.content);
		}
	};
	source.onerror = ({ reason, message, willReconnect }) => tell(`(error ${reason} ${willReconnect}: ${message})`);
	return source.closed.then(({ reason }) => tell(`(${reason})`));
}
