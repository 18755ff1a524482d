// Owns one question on its way: the source, what its events mean, and how it ends.

import { EventSource, type FailureEvent } from "headwater";
import { readChunk } from "./completion.ts";
import { failureText } from "./failure-text.ts";
import { Measure } from "./measure.ts";
import { loadModel } from "./model.ts";

/** One message of the conversation, as the server takes it. */
export interface Message {
	readonly role: "user" | "assistant";
	readonly content: string;
}

/** How an exchange ended. `trouble` is said when the answer is not what it should be. */
export interface Outcome {
	readonly kind: "done" | "stopped" | "failed";
	readonly trouble?: string;
}

/** Who is told what happens. */
export interface ExchangeListener {
	/** The request is on its way. */
	started(source: EventSource): void;
	/** The server answers, for the first time or again. */
	opened(): void;
	/** The next piece of the answer. */
	piece(text: string): void;
	/** Something is wrong and the stream goes on: `passing` if it is over once the stream is open again. */
	trouble(sentence: string, passing: boolean): void;
	/** Called once; nothing is called after it. */
	ended(outcome: Outcome, measure: Measure): void;
}

/** Sends the messages and follows the answer. */
export class Exchange {
	readonly #listener: ExchangeListener;
	readonly #measure = new Measure();
	#source: EventSource | undefined;
	#outcome: Outcome | undefined;
	#failure: FailureEvent | undefined;
	#reported: string | undefined;
	#unreadable = 0;

	constructor(messages: readonly Message[], pace: number, listener: ExchangeListener) {
		this.#listener = listener;
		this.#begin(messages, pace);
	}

	/** Ends the exchange at the user's wish. */
	stop(): void {
		this.#end({ kind: "stopped" });
	}

	async #begin(messages: readonly Message[], pace: number): Promise<void> {
		const model = await loadModel();
		if (this.#outcome) return;
		try {
			this.#source = new EventSource("/api/chat", {
				json: { messages, ...(model?.embedded && { pace }) },
				reconnect: model?.resumable ? { delay: 1000, maxRetries: 5 } : false,
			});
		} catch (error) {
			this.#end({ kind: "failed", trouble: `The request could not be made. ${error}` });
			return;
		}
		this.#follow(this.#source);
	}

	#follow(source: EventSource): void {
		this.#listener.started(source);
		source.addEventListener("open", (event) => {
			if (event instanceof MessageEvent || this.#outcome) return;
			this.#failure = undefined;
			this.#listener.opened();
		});
		source.addEventListener("message", (event) => {
			if (!this.#outcome) this.#read(event.data);
		});
		source.addEventListener("error", (event) => {
			if (this.#outcome) return;
			// A server may name an event of its own "error"; then it is a message and says what is wrong.
			if (event instanceof MessageEvent) this.#report(event.data);
			else this.#fail(event);
		});
		source.closed.then(() => this.#end({ kind: "failed", trouble: this.#whatWentWrong() }));
	}

	#read(data: string): void {
		this.#measure.event();
		const chunk = readChunk(data);
		switch (chunk.kind) {
			case "text":
				if (chunk.text) {
					this.#measure.piece();
					this.#listener.piece(chunk.text);
				}
				if (chunk.finish === "length") {
					this.#listener.trouble("The answer reached the model's length limit.", false);
				}
				break;
			case "done":
				this.#end(this.#reported === undefined ? { kind: "done" } : { kind: "failed", trouble: this.#reported });
				break;
			case "error":
				this.#report(chunk.message);
				break;
			case "unreadable":
				this.#unreadable += 1;
				this.#listener.trouble(unreadableText(this.#unreadable), false);
				break;
		}
	}

	#report(data: string): void {
		const chunk = readChunk(data);
		const message = chunk.kind === "error" ? chunk.message : data;
		this.#reported = `The model reported an error: ${message}`;
		this.#listener.trouble(this.#reported, false);
	}

	#fail(failure: FailureEvent): void {
		this.#failure = failure;
		if (failure.willReconnect) this.#listener.trouble(`${failureText(failure)} Trying again…`, true);
	}

	/** Why a source closed before its answer had said that it is complete. */
	#whatWentWrong(): string {
		if (this.#reported !== undefined && !this.#failure) return this.#reported;
		const cut = this.#measure.hasText ? "The answer was cut off." : "";
		if (this.#failure) return `${cut} ${failureText(this.#failure)}`.trim();
		return cut || "The answer was cut off before it began.";
	}

	#end(outcome: Outcome): void {
		if (this.#outcome) return;
		this.#outcome = outcome;
		this.#source?.close();
		this.#listener.ended(outcome, this.#measure);
	}
}

function unreadableText(count: number): string {
	return count === 1
		? "One piece of the answer could not be read and is missing."
		: `${count} pieces of the answer could not be read and are missing.`;
}
