// The text box for questions, its buttons and its keys.

import { part } from "./dom.ts";
import { storeDraft, storedDraft } from "./draft.ts";
import { onPress, settle } from "./press.ts";

/** Receives the user's commands. */
export interface ComposerListener {
	/**
	 * If the question cannot be sent, returns a sentence that says why, and the text stays in the
	 * box.
	 */
	send(question: string, pace: number): string | undefined;
	stop(): void;
}

/**
 * With more characters than this, the box gets its full height without measuring the text, because
 * browsers take long to measure a long text.
 */
const FULL = 5000;

// On touch screens, focusing a text box raises the keyboard.
const TOUCH = matchMedia("(pointer: coarse)");

/** The form at the foot of the page. */
export class Composer {
	readonly #form = part<HTMLFormElement>("composer");
	readonly #input = part<HTMLTextAreaElement>("composer-input");
	readonly #send = part<HTMLButtonElement>("send");
	readonly #stop = part<HTMLButtonElement>("stop");
	readonly #pace = part<HTMLInputElement>("pace");
	readonly #paceValue = part<HTMLOutputElement>("pace-value");
	readonly #refusal = part("refusal");
	readonly #listener: ComposerListener;
	#running = false;

	constructor(listener: ComposerListener) {
		this.#listener = listener;
		this.#form.addEventListener("submit", (event) => {
			event.preventDefault();
			this.#submit();
		});
		this.#input.addEventListener("input", () => this.#changed());
		this.#input.addEventListener("keydown", (event) => {
			// While an input method composes, Enter chooses a word.
			if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
			event.preventDefault();
			// If the key is still held down, it was pressed for something else.
			if (!event.repeat) this.#submit();
		});
		// If `onPress` lets the press through, the button submits the form.
		onPress(this.#send, () => {});
		onPress(this.#stop, () => {
			this.focus();
			listener.stop();
		});
		document.addEventListener("keydown", (event) => {
			if (event.key !== "Escape" || event.isComposing || !this.#running) return;
			// An open menu handles the Escape key itself.
			if (document.querySelector(":popover-open")) return;
			event.preventDefault();
			listener.stop();
		});
		this.#pace.addEventListener("input", () => this.#showPace());
		this.#showPace();
		this.#set(storedDraft());
	}

	/**
	 * Set this to `true` while an exchange runs. The button then stops the exchange instead of
	 * sending.
	 */
	set running(running: boolean) {
		const [shown, hidden] = running ? [this.#stop, this.#send] : [this.#send, this.#stop];
		const held = document.activeElement === hidden;
		this.#running = running;
		shown.hidden = false;
		hidden.hidden = true;
		settle(shown);
		this.#fit();
		// If a focused button is hidden, the browser moves the focus to the top of the page.
		if (held) (running ? this.#stop : this.#input).focus();
	}

	/** Shows the control for the pace. */
	showPace(): void {
		part("pace-control").hidden = false;
	}

	/**
	 * Moves the focus to the box, except on a touch screen, where that would raise the keyboard.
	 */
	focus(): void {
		if (!TOUCH.matches) this.#input.focus();
	}

	/** Sends a question that was chosen instead of typed. */
	ask(question: string): void {
		if (!this.#running) this.#listener.send(question, this.#pace.valueAsNumber);
	}

	/**
	 * Puts a question back into the box. Returns `false` if the box already contains another text.
	 */
	giveBack(question: string): boolean {
		if (this.#input.value.trim()) return false;
		this.#set(question);
		return true;
	}

	#submit(): void {
		const question = this.#input.value.trim();
		if (!question || this.#running) return;
		const refusal = this.#listener.send(question, this.#pace.valueAsNumber);
		if (refusal !== undefined) {
			this.#refuse(refusal);
			return;
		}
		this.#set("");
		// Closes the touch screen's keyboard, so that the conversation gets its space.
		if (TOUCH.matches) this.#input.blur();
	}

	#set(text: string): void {
		this.#input.value = text;
		this.#changed();
	}

	#changed(): void {
		storeDraft(this.#input.value);
		this.#refuse("");
		this.#fit();
	}

	/** Says why the text in the box cannot be sent. */
	#refuse(sentence: string): void {
		this.#refusal.textContent = sentence;
		this.#refusal.hidden = sentence === "";
		this.#input.ariaInvalid = String(sentence !== "");
	}

	#fit(): void {
		this.#send.disabled = this.#input.value.trim() === "";
		if (this.#input.value.length > FULL) {
			// The style sheet limits the height.
			this.#input.style.height = "100vh";
			return;
		}
		// The height is set to `auto` before it is measured, so that the box can also shrink. The
		// form keeps its height meanwhile, so that the conversation above it does not move.
		this.#form.style.minHeight = `${this.#form.offsetHeight}px`;
		this.#input.style.height = "auto";
		this.#input.style.height = `${this.#input.scrollHeight}px`;
		this.#form.style.minHeight = "";
	}

	#showPace(): void {
		this.#paceValue.textContent = `${this.#pace.value} tokens/s`;
	}
}
