// Requests to language models and readers of their streams, in the format of each provider.

/**
 * A chat request in a form that OpenAI's chat and responses and Anthropic's messages all accept.
 */
export const chat = (model: string, content: string) => ({
	model,
	stream: true,
	max_tokens: 100,
	messages: [{ role: "user", content }],
});

interface Chunk {
	choices: { delta: { content?: string } }[];
}

/** Returns the text of OpenAI chat chunks. */
export function chatText(chunks: string[]): string {
	return chunks
		.filter((chunk) => chunk !== "[DONE]")
		.map((chunk) => (JSON.parse(chunk) as Chunk).choices[0]?.delta.content ?? "")
		.join("");
}
