// Counts the tabs of this page in which a model runs.

/** Each such tab holds a share of this lock; the browser ends a share with its tab. */
const LOCK = "headwater-answer";

/** This tab's share of the lock. */
export class RunningAnswer {
	#release: (() => void) | undefined;

	/** Counts this tab from now on, or no longer. */
	set running(running: boolean) {
		if (running === (this.#release !== undefined)) return;
		this.#release?.();
		this.#release = undefined;
		// Pages from another machine have no locks without HTTPS.
		if (!running || !("locks" in navigator)) return;
		const over = new Promise<void>((resolve) => {
			this.#release = resolve;
		});
		navigator.locks.request(LOCK, { mode: "shared" }, () => over);
	}
}

/** Returns the number of tabs in which a model runs. */
export async function countRunningAnswers(): Promise<number> {
	if (!("locks" in navigator)) return 0;
	const { held = [] } = await navigator.locks.query();
	return held.filter(({ name }) => name === LOCK).length;
}
