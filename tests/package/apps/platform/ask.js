// Sends the same request from each place, and reports the response.

/** Calls `tell` with each piece of text from `server`, and finally with the reason of the end. */
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
