// Measures one exchange: delay, rate, counts.

/** Measures one exchange. All times are from the page's monotonic clock. */
export class Measure {
	readonly #asked = performance.now();
	#first: number | undefined;
	#last = 0;
	#pieces = 0;
	#events = 0;

	/** Counts an event of the stream, with any contents. */
	event(): void {
		this.#events += 1;
	}

	/** Counts a piece of text. Embedded and hosted models send one token in each piece. */
	piece(): void {
		this.#last = performance.now();
		this.#first ??= this.#last;
		this.#pieces += 1;
	}

	/** Returns whether any text arrived. */
	get hasText(): boolean {
		return this.#first !== undefined;
	}

	/** Returns the numbers as one line, or an empty string if no text arrived. */
	toString(): string {
		if (this.#first === undefined) return "";
		const wait = `first token after ${milliseconds(this.#first - this.#asked)}`;
		const events = `${this.#events} ${this.#events === 1 ? "event" : "events"}`;
		const seconds = (this.#last - this.#first) / 1000;
		if (seconds === 0) return `${wait} · ${events}`;
		// The time begins with the first piece, so the first piece is not counted.
		const rate = (this.#pieces - 1) / seconds;
		return `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} tokens/s · ${wait} · ${events}`;
	}
}

function milliseconds(time: number): string {
	return time < 1000 ? `${Math.round(time)} ms` : `${(time / 1000).toFixed(1)} s`;
}
