// The request that the tests of every runtime send, and the expected text.

import assert from "node:assert/strict";

export const url = `${process.env.SERVER}/post-llm?count=3`;
export const question = { json: { prompt: "Hello" } };
export const isLast = ({ data }) => data === "[DONE]";

/** Returns the text of a message. */
export const textOf = (message) => (isLast(message) ? "" : JSON.parse(message.data).choices[0].delta.content);

/** Sends the request with this class, and checks the text. */
export async function expectAnswer(EventSource) {
	const source = new EventSource(url, { ...question, until: isLast });
	let text = "";
	source.onmessage = (event) => {
		text += textOf(event);
	};
	source.onerror = ({ message }) => {
		text += message;
	};
	const { reason } = await source.closed;
	assert.equal(`${text}(${reason})`, "token 1 token 2 token 3 (until)");
}
