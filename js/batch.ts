// Owns the reading of what src/batch.rs writes: the messages of a chunk, one after another. Knows nothing of what is told of
// them.

/** Of the character that begins a row: what follows. */
const DATA = 1;
const EVENT_TYPE = 2;
const SAME_EVENT_TYPE = 4;
const LAST_EVENT_ID = 8;

/** Ends each field. */
const END = "\r";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A row at a time, in fields that the next one overwrites: what is made for each message is for who receives it. */
export class Batch {
	type = "message";
	/** None in a row that fires nothing. */
	data: string | undefined;
	/** Stays from batch to batch. */
	lastEventId: string;
	#text = "";
	#at = 0;
	#named = "";

	constructor(lastEventId: string) {
		this.lastEventId = lastEventId;
	}

	/** Takes the rows of a chunk, as UTF-8, in place of those of the one before. */
	fill(text: Uint8Array): void {
		this.#text = decoder.decode(text);
		this.#at = 0;
	}

	/** No row is left. */
	get isEmpty(): boolean {
		return this.#at >= this.#text.length;
	}

	/** Whether there was another row. */
	next(): boolean {
		if (this.isEmpty) {
			this.clear();
			return false;
		}
		const row = this.#text.charCodeAt(this.#at++);
		this.data = row & DATA ? this.#field() : undefined;
		if (row & EVENT_TYPE) {
			this.#named = this.#field();
		}
		this.type = row & (EVENT_TYPE | SAME_EVENT_TYPE) ? this.#named : "message";
		if (row & LAST_EVENT_ID) {
			this.lastEventId = this.#field();
		}
		return true;
	}

	/** Drops the rows that are left. */
	clear(): void {
		this.#text = "";
	}

	#field(): string {
		const start = this.#at;
		const end = this.#text.indexOf(END, start);
		this.#at = end + 1;
		return this.#text.slice(start, end);
	}
}
