// Runs a chat: keeps the questions and answers, and the running exchange. An exchange is one
// request with its response.

import type { EventSource } from "headwater";
import type { ConnectionState } from "./connection-state.ts";
import type { Conversation } from "./conversation.ts";
import { Exchange, type Outcome, requestBody } from "./exchange.ts";
import { bytes, messages, newest, type Turn } from "./history.ts";
import { knownModel } from "./model.ts";

/** Passes changes of the chat's state on to the rest of the page. */
export interface ChatListener {
	/** Called with `true` when an exchange begins, and with `false` when it has ended. */
	running(running: boolean): void;
	/** Called with the numbers of the last exchange, as one line. */
	measured(numbers: string): void;
	/** Called with a text for screen readers. */
	announce(text: string): void;
	/**
	 * Called with a question that is too long for the server. Returns whether the text is in the
	 * box again. If so, the question is removed from the conversation.
	 */
	giveBack(question: string): boolean;
}

/** A conversation with the server's model. */
export class Chat {
	readonly #conversation: Conversation;
	readonly #connection: ConnectionState;
	readonly #listener: ChatListener;
	#turns: Turn[] = [];
	#exchange: Exchange | undefined;
	/**
	 * The most bytes of earlier turns to send. It is reduced when the model's server refuses a
	 * request as too long.
	 */
	#memory = Number.POSITIVE_INFINITY;

	constructor(conversation: Conversation, connection: ConnectionState, listener: ChatListener) {
		this.#conversation = conversation;
		this.#connection = connection;
		this.#listener = listener;
	}

	/**
	 * Sends a new question. If that is not possible, returns a sentence that says why, and changes
	 * nothing.
	 */
	ask(question: string, pace: number): string | undefined {
		if (this.#exchange) return "Wait for the model, or stop it.";
		const room = roomBeside(question, pace);
		if (room < 0) {
			return `This text is ${amount(-room)} too long for the server. Shorten it, or send it in parts.`;
		}
		// A question without an answer is not sent to the model again.
		if (this.#turns.at(-1)?.answer === "") this.#turns.pop()?.view.remark("Not answered");
		this.#run({ question, pace, view: this.#conversation.addQuestion(question), answer: "" });
		return undefined;
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
		this.#memory = Number.POSITIVE_INFINITY;
		this.#conversation.clear();
		this.#connection.idle();
		this.#listener.measured("");
		this.#listener.announce("New chat");
	}

	#run(turn: Turn): void {
		const earlier = this.#chooseEarlier(turn);
		this.#turns.push(turn);
		this.#conversation.clearTrouble();
		this.#connection.connecting();
		this.#listener.running(true);
		this.#listener.announce("Waiting for the model");
		const view = this.#conversation.addAnswer();
		let started = false;
		let passing = false;
		let closedBecause = "stopped";

		this.#exchange = new Exchange([...earlier, turn].flatMap(messages), turn.pace, {
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
				view.finish(REMARKS[outcome.kind]);
				if (outcome.tooLong && !turn.answer) this.#shorten(turn, earlier, outcome);
				else if (outcome.trouble) this.#conversation.showTrouble(outcome.trouble, true);
				this.#listener.running(false);
				this.#listener.announce(outcome.kind === "done" ? "Answer complete" : "Answer incomplete");
			},
		});
	}

	/**
	 * Returns the newest earlier turns that fit into a request, and marks the first of them on the
	 * page.
	 */
	#chooseEarlier({ question, pace, view }: Turn): Turn[] {
		const chosen = newest(this.#turns, Math.min(roomBeside(question, pace), this.#memory));
		if (chosen.length === this.#turns.length) this.#conversation.unmarkFirst();
		else (chosen[0]?.view ?? view).markFirst();
		return chosen;
	}

	/**
	 * Called when a request was refused because of its size. The limit is not known, so the next
	 * request contains half of the earlier turns. A question that is too long by itself is moved
	 * back to the box.
	 */
	#shorten(turn: Turn, earlier: Turn[], { trouble = "" }: Outcome): void {
		if (earlier.length > 0) {
			this.#memory = bytes(earlier.flatMap(messages)) / 2;
			this.#conversation.showTrouble(`${trouble} Press Retry to send the question with fewer earlier messages.`, true);
			return;
		}
		if (this.#listener.giveBack(turn.question)) {
			this.#turns.pop();
			turn.view.remove();
		}
		this.#conversation.showTrouble(trouble, false);
	}
}

/** The text beneath an incomplete message. */
const REMARKS = { done: "", stopped: "Stopped", failed: "Incomplete" };

/**
 * Returns the number of bytes that a request has left for earlier turns. It is negative if the
 * question is too long.
 */
function roomBeside(question: string, pace: number): number {
	const model = knownModel();
	if (!model) return Number.POSITIVE_INFINITY;
	return model.maxBytes - bytes(requestBody(messages({ question, answer: "" }), pace, model));
}

function amount(bytes: number): string {
	if (bytes < 1000) return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
	return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
