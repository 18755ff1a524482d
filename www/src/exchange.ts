// One exchange: sends a question, reads the events of the response, and reports how it ended.

import { EventSource, type FailureEvent } from "headwater";
import { type Problem, readChunk } from "./completion.ts";
import { failureText, problemText, unreadableText } from "./failure-text.ts";
import { Measure } from "./measure.ts";
import { loadModel, type Model } from "./model.ts";

/**
 * The longest waits for the chat server, in milliseconds. Even if the model's server takes longer,
 * the chat server responds within 15 seconds, and then sends a comment at least every 15 seconds.
 */
const WAITS = { connectTimeout: 30_000, silenceTimeout: 45_000 };

/** The chat server's code for a request that is too long for the model. */
const TOO_LONG = "too-long";

/** A message of the conversation, in the server's format. */
export interface Message {
	readonly role: "user" | "assistant";
	readonly content: string;
}

/** How an exchange ended. `trouble` is a sentence for the user if the text is incomplete. */
export interface Outcome {
	readonly kind: "done" | "stopped" | "failed";
	readonly trouble?: string;
	/** Whether the chat server or the model's server refused the request because of its size. */
	readonly tooLong?: boolean;
}

/** Returns the body of a request as an object, which is later sent as JSON. */
export function requestBody(messages: readonly Message[], pace: number, model: Model | undefined): object {
	return { messages, ...(model?.embedded && { pace }) };
}

/** Receives the progress of an exchange. */
export interface ExchangeListener {
	/** The request has been sent. */
	started(source: EventSource): void;
	/** The server responds, for the first time or after a reconnection. */
	opened(): void;
	/** The next piece of text has arrived. */
	piece(text: string): void;
	/**
	 * There is a problem, but the stream continues. `passing` is true if the problem ends as soon
	 * as the stream is open again.
	 */
	trouble(sentence: string, passing: boolean): void;
	/** The exchange has ended. This is called once, and no other function is called after it. */
	ended(outcome: Outcome, measure: Measure): void;
}

/** Sends the messages and reads the model's answer. */
export class Exchange {
	readonly #listener: ExchangeListener;
	readonly #measure = new Measure();
	#source: EventSource | undefined;
	#outcome: Outcome | undefined;
	#failure: FailureEvent | undefined;
	/** The last problem that an event reported. */
	#problem: Problem | undefined;
	#unreadable = 0;

	constructor(messages: readonly Message[], pace: number, listener: ExchangeListener) {
		this.#listener = listener;
		this.#begin(messages, pace);
	}

	/** Ends the exchange because the user wants to stop it. */
	stop(): void {
		this.#end({ kind: "stopped" });
	}

	async #begin(messages: readonly Message[], pace: number): Promise<void> {
		const model = await loadModel();
		if (this.#outcome) return;
		try {
			this.#source = new EventSource("/api/chat", {
				json: requestBody(messages, pace, model),
				...WAITS,
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
			// A server can send an event with the name "error". Its data describes the problem.
			if (event instanceof MessageEvent) this.#report(problemIn(event.data));
			else this.#fail(event);
		});
		source.closed.then(() => {
			this.#end(this.#failed());
		});
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
				this.#end(this.#problem ? this.#failed() : { kind: "done" });
				break;
			case "error":
				this.#report(chunk.problem);
				break;
			case "unreadable":
				this.#unreadable += 1;
				this.#listener.trouble(unreadableText(this.#unreadable), false);
				break;
		}
	}

	#report(problem: Problem): void {
		this.#problem = problem;
		this.#listener.trouble(problemText(problem), false);
	}

	#fail(failure: FailureEvent): void {
		this.#failure = failure;
		if (failure.willReconnect) this.#listener.trouble(`${failureText(failure)} Retrying…`, true);
	}

	#failed(): Outcome {
		const tooLong = this.#failure?.status === 413 || this.#problem?.code === TOO_LONG;
		return { kind: "failed", trouble: this.#whatWentWrong(), tooLong };
	}

	/** Describes why a source closed before the model's answer was complete. */
	#whatWentWrong(): string {
		if (this.#problem && !this.#failure) return problemText(this.#problem);
		const cut = this.#measure.hasText ? "The answer was cut off." : "";
		if (this.#failure) return `${cut} ${failureText(this.#failure)}`.trim();
		return cut || "The stream ended before the model's answer began.";
	}

	#end(outcome: Outcome): void {
		if (this.#outcome) return;
		this.#outcome = outcome;
		this.#source?.close();
		this.#listener.ended(outcome, this.#measure);
	}
}

function problemIn(data: string): Problem {
	const chunk = readChunk(data);
	return chunk.kind === "error" ? chunk.problem : { message: data };
}
