// Owns a visible log: one line per entry, text only.

/** A list on the page that takes lines and keeps the last one in view. */
export class Log {
	readonly #list: HTMLElement;

	constructor(list: HTMLElement) {
		this.#list = list;
		// What scrolls must be reachable by keyboard; not every browser sees to that by itself.
		list.tabIndex = 0;
	}

	/** Adds a line. */
	add(text: string): void {
		const line = document.createElement("li");
		line.textContent = text;
		// Beside the line, by the style sheet: the text of the line stays exactly what is logged.
		line.dataset.time = new Date().toLocaleTimeString("en-GB");
		this.#list.append(line);
		this.#list.scrollTop = this.#list.scrollHeight;
	}

	/** Forgets all lines. */
	clear(): void {
		this.#list.replaceChildren();
	}
}
