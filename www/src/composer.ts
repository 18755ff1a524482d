// Owns what the user types and the keys for it.

import { part } from "./dom.ts";

/** What the composer asks for. */
export interface ComposerListener {
	send(question: string, pace: number): void;
	stop(): void;
}

// On touch screens the focus of a text box raises a keyboard.
const TOUCH = matchMedia("(pointer: coarse)");

/** The box at the foot of the page. */
export class Composer {
	readonly #form = part<HTMLFormElement>("composer");
	readonly #input = part<HTMLTextAreaElement>("composer-input");
	readonly #send = part<HTMLButtonElement>("send");
	readonly #stop = part<HTMLButtonElement>("stop");
	readonly #pace = part<HTMLInputElement>("pace");
	readonly #paceValue = part<HTMLOutputElement>("pace-value");
	readonly #listener: ComposerListener;
	#running = false;

	constructor(listener: ComposerListener) {
		this.#listener = listener;
		this.#form.addEventListener("submit", (event) => {
			event.preventDefault();
			this.#submit();
		});
		this.#input.addEventListener("input", () => this.#fit());
		this.#input.addEventListener("keydown", (event) => {
			// While an input method composes, Enter chooses a word.
			if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
			event.preventDefault();
			this.#submit();
		});
		this.#stop.addEventListener("click", () => {
			this.focus();
			listener.stop();
		});
		document.addEventListener("keydown", (event) => {
			if (event.key !== "Escape" || event.isComposing || !this.#running) return;
			// An open menu takes the key.
			if (document.querySelector(":popover-open")) return;
			event.preventDefault();
			listener.stop();
		});
		this.#pace.addEventListener("input", () => this.#showPace());
		this.#showPace();
		this.#fit();
	}

	/** Whether an answer is running: then the button stops it instead of sending. */
	set running(running: boolean) {
		const held = document.activeElement === (running ? this.#send : this.#stop);
		this.#running = running;
		this.#send.hidden = running;
		this.#stop.hidden = !running;
		this.#fit();
		// A hidden button would drop the focus to the top of the page.
		if (held) (running ? this.#stop : this.#input).focus();
	}

	/** Offers to choose the pace. */
	showPace(): void {
		part("pace-control").hidden = false;
	}

	/** Puts the text cursor into the box; on a touch screen that would raise the keyboard unasked. */
	focus(): void {
		if (!TOUCH.matches) this.#input.focus();
	}

	/** Sends a question that was not typed. */
	ask(question: string): void {
		if (!this.#running) this.#listener.send(question, this.#pace.valueAsNumber);
	}

	#submit(): void {
		const question = this.#input.value.trim();
		if (!question || this.#running) return;
		this.#input.value = "";
		this.#fit();
		// The answer needs the room that the keyboard of a touch screen takes.
		if (TOUCH.matches) this.#input.blur();
		this.ask(question);
	}

	#fit(): void {
		this.#send.disabled = this.#input.value.trim() === "";
		// Measured from nothing, so that it shrinks too; the style sheet sets the limit. The form keeps its height
		// meanwhile, or the conversation above would be moved.
		this.#form.style.minHeight = `${this.#form.offsetHeight}px`;
		this.#input.style.height = "auto";
		this.#input.style.height = `${this.#input.scrollHeight}px`;
		this.#form.style.minHeight = "";
	}

	#showPace(): void {
		this.#paceValue.textContent = `${this.#pace.value} tokens/s`;
	}
}
