// Shows the conversation on the page: messages, notices, scrolling.

import { enableCopying } from "./code-block.ts";
import { make, part } from "./dom.ts";
import { MarkdownStream } from "./markdown.ts";
import { onPress, settle } from "./press.ts";
import { StickToEnd } from "./stick-to-end.ts";

/** A question on the page. */
export interface QuestionView {
	/** Adds a remark beneath the question. */
	remark(text: string): void;
	/** Removes the question. */
	remove(): void;
	/** Marks this question as the first message that the model sees. */
	markFirst(): void;
}

/** The model's answer on the page while it is written. */
export interface AnswerView {
	/** Shows the next piece. */
	write(text: string): void;
	/**
	 * Ends the message, and shows a remark beneath it, such as "Stopped", unless `remark` is empty.
	 * Removes a message without text.
	 */
	finish(remark: string): void;
}

/**
 * The number of characters that are shown of a longer question. Browsers need seconds to show a
 * megabyte.
 */
const SHOWN = 10_000;

/** The list of messages and the notice beneath them. */
export class Conversation {
	readonly #log = part("conversation");
	readonly #welcome = part("welcome");
	readonly #messages = part("messages");
	readonly #alert = part("alert");
	readonly #notice = part("notice");
	readonly #retry = part<HTMLButtonElement>("retry");
	readonly #jump = part<HTMLButtonElement>("jump");
	readonly #end: StickToEnd;
	readonly #cut = make("p", "cut", "The messages above no longer fit into a request, so the model does not see them.");

	constructor(onretry: () => void) {
		const content = part("conversation-content");
		// An element that scrolls must be focusable, so that the keyboard can scroll it. Not every
		// browser ensures that by itself.
		this.#log.tabIndex = 0;
		this.#end = new StickToEnd(this.#log, content, (atEnd) => {
			this.#jump.hidden = atEnd;
		});
		this.#jump.addEventListener("click", () => {
			this.#end.jump();
			this.#log.focus({ preventScroll: true });
		});
		onPress(this.#retry, onretry);
		this.#cut.dataset.testid = "cut";
		enableCopying(this.#messages);
	}

	/** Shows a question. */
	addQuestion(text: string): QuestionView {
		this.#welcome.hidden = true;
		const message = this.#addMessage("user", "You");
		// Omits half of a surrogate pair at the end.
		const shown = text.slice(0, SHOWN).replace(/[\uD800-\uDBFF]$/, "");
		const bubble = make("div", "bubble", shown);
		bubble.dir = "auto";
		message.append(bubble);
		if (shown.length < text.length) message.append(this.#showAll(bubble, text));
		this.#end.jump();
		return {
			remark: (text) => message.append(make("p", "remark", text)),
			remove: () => {
				if (message.previousElementSibling === this.#cut) this.#cut.remove();
				message.remove();
				this.#welcome.hidden = this.#messages.childElementCount > 0;
				this.#end.follow();
			},
			markFirst: () => {
				// If the mark were moved to the same place, screen readers would announce it again.
				if (message.previousElementSibling !== this.#cut) message.before(this.#cut);
			},
		};
	}

	/** Returns a button that shows all text of a long question. */
	#showAll(bubble: HTMLElement, text: string): HTMLButtonElement {
		const button = make("button", "show-all", `Show all ${text.length.toLocaleString("en")} characters`);
		button.type = "button";
		button.addEventListener("click", () => {
			bubble.textContent = text;
			button.remove();
			this.#log.focus({ preventScroll: true });
		});
		return button;
	}

	/**
	 * Removes the mark of the first message that the model sees. Called when the model sees all
	 * messages.
	 */
	unmarkFirst(): void {
		this.#cut.remove();
	}

	/** Adds an empty message of the model. */
	addAnswer(): AnswerView {
		const message = this.#addMessage("assistant", "Answer");
		message.dataset.done = "false";
		// A screen reader reads a busy message as a whole when it is complete, not piece by piece.
		message.setAttribute("aria-busy", "true");
		const body = make("div", "prose");
		message.append(body);
		const markdown = new MarkdownStream(body);
		const end = this.#end;
		let empty = true;
		return {
			write(text) {
				empty = false;
				markdown.write(text);
			},
			finish(remark) {
				if (empty) {
					message.remove();
					end.follow();
				}
				// The end of the text is shown only within the next frames.
				markdown.finish().then(() => {
					if (remark) message.append(make("p", "remark", remark));
					message.dataset.done = "true";
					message.setAttribute("aria-busy", "false");
				});
			},
		};
	}

	/** Shows an error beneath the messages, with a retry button if `canRetry` is true. */
	showTrouble(sentence: string, canRetry: boolean): void {
		this.#alert.textContent = sentence;
		if (canRetry && this.#retry.hidden) settle(this.#retry);
		this.#retry.hidden = !canRetry;
		this.#notice.hidden = false;
	}

	/** Hides the error. */
	clearTrouble(): void {
		this.#notice.hidden = true;
		this.#alert.textContent = "";
		this.#retry.hidden = true;
		this.#end.follow();
	}

	/** Returns to the empty page. */
	clear(): void {
		this.clearTrouble();
		this.#messages.replaceChildren();
		this.#welcome.hidden = false;
		this.#end.jump();
	}

	#addMessage(role: "user" | "assistant", name: string): HTMLElement {
		const message = make("article", `message message-${role}`);
		message.dataset.testid = `message-${role}`;
		message.setAttribute("aria-label", name);
		this.#messages.append(message);
		return message;
	}
}
