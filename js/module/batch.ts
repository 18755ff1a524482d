// Reads the messages of one chunk. src/npm/batch.rs writes them, and describes the format.

import { decode, decodeAscii } from "./text.js";

/** Flags of the first character of a row. It is an enum because esbuild inlines enums. */
enum Row {
	DATA = 1,
	EVENT_TYPE = 2,
	SAME_EVENT_TYPE = 4,
	LAST_EVENT_ID = 8,
	/** Flag of the first row: the whole text is ASCII. */
	ASCII = 64,
}

/** Ends a field whose length is not given. */
const END = "\r";

/** The rows of one chunk at a time. */
export class Batch {
	/** The last event ID at the last row that was read. That row need not be a message. */
	lastEventId: string;
	#text = "";
	#at = 0;
	#type = "";

	constructor(lastEventId: string) {
		this.lastEventId = lastEventId;
	}

	/** Replaces the rows with those of another chunk. */
	fill(text: Uint8Array): void {
		this.#text = (text[0] as number) & Row.ASCII ? decodeAscii(text) : decode(text);
		this.#at = 0;
	}

	/**
	 * Returns the next message, created by `make`, or `undefined` if no message is left. The type
	 * is empty unless the server sent one.
	 */
	next<M>(make: (type: string, data: string, lastEventId: string) => M): M | undefined {
		while (!this.isEmpty) {
			const row = this.#text.charCodeAt(this.#at++);
			const data = row & Row.DATA ? this.#field() : undefined;
			if (row & Row.EVENT_TYPE) {
				this.#type = this.#field();
			}
			if (row & Row.LAST_EVENT_ID) {
				this.lastEventId = this.#field();
			}
			if (data !== undefined) {
				const type = row & (Row.EVENT_TYPE | Row.SAME_EVENT_TYPE) ? this.#type : "";
				return make(type, data, this.lastEventId);
			}
		}
		// A substring keeps the whole text in memory.
		this.clear();
		return undefined;
	}

	/** Whether no row is left. */
	get isEmpty(): boolean {
		return this.#at >= this.#text.length;
	}

	/** Drops the remaining rows. */
	clear(): void {
		this.#text = "";
	}

	#field(): string {
		const text = this.#text;
		const start = this.#at + 2;
		const count = text.charCodeAt(start - 2) | (text.charCodeAt(start - 1) << 7);
		const end = count ? start + count - 1 : text.indexOf(END, start);
		this.#at = count ? end : end + 1;
		return text.slice(start, end);
	}
}
