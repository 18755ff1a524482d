// A log on the page, with one line of text per entry.

/** A list on the page that appends lines and keeps the last one in view. */
export class Log {
	readonly #list: HTMLElement;

	constructor(list: HTMLElement) {
		this.#list = list;
		// An element that scrolls must be focusable, so that the keyboard can scroll it. Not every
		// browser ensures that by itself.
		list.tabIndex = 0;
	}

	/** Adds a line. */
	add(text: string): void {
		const line = document.createElement("li");
		line.textContent = text;
		// The style sheet shows the time beside the line. So the text of the line is exactly the
		// logged text.
		line.dataset.time = new Date().toLocaleTimeString("en-GB");
		this.#list.append(line);
		this.#list.scrollTop = this.#list.scrollHeight;
	}

	/** Removes all lines. */
	clear(): void {
		this.#list.replaceChildren();
	}
}
