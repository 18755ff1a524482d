// The indicator of the connection's state, and its countdown.

import type { EventSource } from "headwater";
import type { ConnectingHint } from "./connecting-hint.ts";
import { closedText } from "./failure-text.ts";
import { RunningAnswer } from "./tabs.ts";

type State = "idle" | "connecting" | "open" | "reconnecting" | "closed";

/** Shows the state of one source at a time. */
export class ConnectionState {
	readonly #pill: HTMLElement;
	readonly #text: HTMLElement;
	readonly #hint: ConnectingHint;
	readonly #answer = new RunningAnswer();
	#source: EventSource | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(pill: HTMLElement, hint: ConnectingHint) {
		this.#pill = pill;
		this.#hint = hint;
		this.#text = pill.querySelector<HTMLElement>(".state-text") ?? pill;
		this.idle();
	}

	/** Shows that there is no connection and no request. */
	idle(): void {
		this.#source = undefined;
		this.#show("idle", "Idle");
	}

	/** Shows that a request is being prepared. */
	connecting(): void {
		this.#source = undefined;
		this.#show("connecting", "Connecting…");
	}

	/**
	 * Shows the state of this source until it closes or another source is watched. `closedHere`
	 * returns a text that says why the page itself closed the source.
	 */
	watch(source: EventSource, closedHere: () => string): void {
		this.#source = source;
		this.#show("connecting", "Connecting…");
		const current = (): boolean => this.#source === source;

		source.addEventListener("open", (event) => {
			// A server can send an event with the name "open" or "error".
			if (current() && !(event instanceof MessageEvent)) this.#show("open", "Open");
		});
		source.addEventListener("error", (event) => {
			if (!current() || event instanceof MessageEvent || !event.willReconnect) return;
			this.#countDown(performance.now() + (event.delay ?? 0), event.reason);
		});
		source.closed.then(({ reason, status }) => {
			if (!current()) return;
			const why = reason === "caller" ? closedHere() : closedText(reason, status);
			this.#show("closed", `Closed: ${why}`, reason);
		});
	}

	#countDown(due: number, reason: string): void {
		const left = due - performance.now();
		if (left <= 0) {
			this.#show("connecting", "Connecting…");
			return;
		}
		this.#show("reconnecting", `Reconnecting in ${Math.ceil(left / 1000)} s`, reason);
		// The timer fires just after the next whole second has passed.
		this.#timer = setTimeout(() => this.#countDown(due, reason), (left % 1000) + 1);
	}

	#show(state: State, text: string, reason = ""): void {
		clearTimeout(this.#timer);
		this.#pill.dataset.state = state;
		this.#pill.dataset.reason = reason;
		this.#text.textContent = text;
		this.#pill.title = text;
		this.#hint.waiting = state === "connecting";
		this.#answer.running = state === "open";
	}
}
