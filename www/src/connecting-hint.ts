// A hint for a person who has been waiting long for a connection.

import { countRunningAnswers } from "./tabs.ts";

/** The time until the hint is shown, in milliseconds. */
const PATIENCE = 5000;

/**
 * Over HTTP/1.1, browsers open at most this number of connections to one server. Firefox opens up
 * to three more for the tab that the user looks at.
 */
const CONNECTIONS = 6;

const SLOW = "The server has not responded for five seconds. The page is still waiting. Press Stop to cancel.";

/** Shows a hint after five seconds of waiting, in an element that screen readers follow. */
export class ConnectingHint {
	readonly #element: HTMLElement;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(element: HTMLElement) {
		this.#element = element;
	}

	/** Set this to `true` while the page waits for a connection. */
	set waiting(waiting: boolean) {
		if (waiting === (this.#timer !== undefined)) return;
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#element.textContent = "";
		if (waiting) this.#timer = setTimeout(() => this.#show(), PATIENCE);
	}

	async #show(): Promise<void> {
		const timer = this.#timer;
		const others = overHttp1() ? await countRunningAnswers() : 0;
		// By now, the page may have stopped waiting.
		if (this.#timer === timer) this.#element.textContent = others < CONNECTIONS ? SLOW : crowded(others);
	}
}

function crowded(others: number): string {
	return (
		`${others} other tabs of this page are receiving answers. Browsers open about six connections to a server over ` +
		"HTTP/1.1, so this tab may have to wait. Stop an answer, or close its tab."
	);
}

function overHttp1(): boolean {
	const entries = performance.getEntries() as PerformanceResourceTiming[];
	return entries.some(({ nextHopProtocol }) => nextHopProtocol?.startsWith("http/1"));
}
