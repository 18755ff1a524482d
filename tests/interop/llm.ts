// Owns what the streams of language models are asked and read with, in the form of each of their
// makers.

/** A chat request as OpenAI's chat and responses, and Anthropic's messages, all take it. */
export const chat = (model: string, content: string) => ({
	model,
	stream: true,
	max_tokens: 100,
	messages: [{ role: "user", content }],
});

interface Chunk {
	choices: { delta: { content?: string } }[];
}

/** The text of OpenAI chat chunks. */
export function chatText(chunks: string[]): string {
	return chunks
		.filter((chunk) => chunk !== "[DONE]")
		.map((chunk) => (JSON.parse(chunk) as Chunk).choices[0]?.delta.content ?? "")
		.join("");
}
