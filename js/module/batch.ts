// Reads what src/npm/batch.rs writes: the messages of one chunk, one after another. The format is
// described there.

import { ASCII, DATA, END, EVENT_TYPE, LAST_EVENT_ID, SAME_EVENT_TYPE } from "./row-flags.js";
import { decode, decodeAscii } from "./text.js";

/** The rows of one chunk after another. */
export class Batch {
	/** The last event ID as of the last row that was read, which need not be a message. */
	lastEventId: string;
	#text = "";
	#at = 0;
	#type = "";

	constructor(lastEventId: string) {
		this.lastEventId = lastEventId;
	}

	/** Replaces the rows by those of another chunk. */
	fill(text: Uint8Array): void {
		this.#text = (text[0] as number) & ASCII ? decodeAscii(text) : decode(text);
		this.#at = 0;
	}

	/**
	 * Returns the next message, as `make` creates it, if there is one. The type is empty unless the
	 * server gave one.
	 */
	next<M>(make: (type: string, data: string, lastEventId: string) => M): M | undefined {
		while (!this.isEmpty) {
			const row = this.#text.charCodeAt(this.#at++);
			const data = row & DATA ? this.#field() : undefined;
			if (row & EVENT_TYPE) {
				this.#type = this.#field();
			}
			if (row & LAST_EVENT_ID) {
				this.lastEventId = this.#field();
			}
			if (data !== undefined) {
				const type = row & (EVENT_TYPE | SAME_EVENT_TYPE) ? this.#type : "";
				return make(type, data, this.lastEventId);
			}
		}
		// A part of a text keeps all of it in memory.
		this.clear();
		return undefined;
	}

	/** No row is left. */
	get isEmpty(): boolean {
		return this.#at >= this.#text.length;
	}

	/** Drops the rows that are left. */
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
