// Runs a chat: keeps the questions and answers, and the exchange that runs now.

import type { EventSource } from "headwater";
import type { ConnectionState } from "./connection-state.ts";
import type { AnswerView, Conversation } from "./conversation.ts";
import { Exchange, type Message, type Outcome } from "./exchange.ts";

/** A question and the part of its answer that has arrived. */
interface Turn {
	readonly question: string;
	readonly pace: number;
	answer: string;
}

/** Receives the chat's state for the rest of the page. */
export interface ChatListener {
	/** Called with `true` when an exchange begins, and with `false` when it has ended. */
	running(running: boolean): void;
	/** Called with the numbers of the last exchange, as one line. */
	measured(numbers: string): void;
	/** Called with a text for screen readers. */
	announce(text: string): void;
}

/** A conversation with the server's model. */
export class Chat {
	readonly #conversation: Conversation;
	readonly #connection: ConnectionState;
	readonly #listener: ChatListener;
	#turns: Turn[] = [];
	#exchange: Exchange | undefined;

	constructor(conversation: Conversation, connection: ConnectionState, listener: ChatListener) {
		this.#conversation = conversation;
		this.#connection = connection;
		this.#listener = listener;
	}

	/** Sends a new question, if no exchange runs. */
	ask(question: string, pace: number): void {
		if (this.#exchange) return;
		this.#conversation.addQuestion(question);
		this.#run({ question, pace, answer: "" });
	}

	/** Sends the last question again and replaces the failed answer. */
	retry(): void {
		const turn = this.#exchange ? undefined : this.#turns.pop();
		if (turn) this.#run({ ...turn, answer: "" });
	}

	/** Ends the running exchange and keeps its text. */
	stop(): void {
		this.#exchange?.stop();
	}

	/** Removes all questions and answers. */
	clear(): void {
		this.stop();
		this.#turns = [];
		this.#conversation.clear();
		this.#connection.idle();
		this.#listener.measured("");
		this.#listener.announce("New chat");
	}

	#run(turn: Turn): void {
		const earlier = this.#turns.flatMap(messages);
		this.#turns.push(turn);
		this.#conversation.clearTrouble();
		this.#connection.connecting();
		this.#listener.running(true);
		this.#listener.announce("Waiting for the model");
		const view = this.#conversation.addAnswer();
		let started = false;
		let passing = false;
		let closedBecause = "stopped";

		this.#exchange = new Exchange([...earlier, ...messages(turn)], turn.pace, {
			started: (source: EventSource) => {
				started = true;
				this.#connection.watch(source, () => closedBecause);
			},
			opened: () => {
				if (passing) this.#conversation.clearTrouble();
				passing = false;
			},
			piece: (text) => {
				turn.answer += text;
				view.write(text);
			},
			trouble: (sentence, isPassing) => {
				passing = isPassing;
				this.#conversation.showTrouble(sentence, false);
			},
			ended: (outcome, measure) => {
				this.#exchange = undefined;
				if (outcome.kind !== "stopped") closedBecause = "answer complete";
				if (passing) this.#conversation.clearTrouble();
				if (!started) this.#connection.idle();
				this.#listener.measured(measure.toString());
				this.#close(view, outcome);
			},
		});
	}

	#close(view: AnswerView, outcome: Outcome): void {
		view.finish(REMARKS[outcome.kind]);
		if (outcome.trouble) this.#conversation.showTrouble(outcome.trouble, true);
		this.#listener.running(false);
		this.#listener.announce(outcome.kind === "done" ? "Answer complete" : "Answer incomplete");
	}
}

/** The text beneath an incomplete message. */
const REMARKS = { done: "", stopped: "Stopped", failed: "Incomplete" };

function messages({ question, answer }: Turn): Message[] {
	const asked: Message = { role: "user", content: question };
	return answer ? [asked, { role: "assistant", content: answer }] : [asked];
}
