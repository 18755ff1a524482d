// The turns of a conversation, and which of them fit into a request.

import type { QuestionView } from "./conversation.ts";
import type { Message } from "./exchange.ts";

/** A question and the part of its answer that has arrived. */
export interface Turn {
	readonly question: string;
	readonly pace: number;
	readonly view: QuestionView;
	answer: string;
}

/** Returns the messages of a turn: the question, and the answer if there is one. */
export function messages({ question, answer }: Pick<Turn, "question" | "answer">): Message[] {
	const asked: Message = { role: "user", content: question };
	return answer ? [asked, { role: "assistant", content: answer }] : [asked];
}

/** Returns the size of a value as JSON, in bytes. */
export function bytes(value: unknown): number {
	return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** Returns the newest turns whose messages together take at most this many bytes as JSON. */
export function newest(turns: readonly Turn[], room: number): Turn[] {
	let first = turns.length;
	for (const turn of [...turns].reverse()) {
		// The size of this turn's list, minus its two brackets, plus a comma after it.
		room -= bytes(messages(turn)) - 1;
		if (room < 0) break;
		first -= 1;
	}
	return turns.slice(first);
}
