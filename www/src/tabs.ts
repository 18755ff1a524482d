// Counts the tabs of this page that are receiving a model's answer.

/**
 * Each such tab holds this lock in shared mode. When a tab is closed, the browser releases its
 * lock.
 */
const LOCK = "headwater-answer";

/** The lock of this tab. */
export class RunningAnswer {
	#release: (() => void) | undefined;

	/** Set this to `true` to count this tab, and to `false` to stop counting it. */
	set running(running: boolean) {
		if (running === (this.#release !== undefined)) return;
		this.#release?.();
		this.#release = undefined;
		// Without HTTPS, a page from another machine has no locks.
		if (!running || !("locks" in navigator)) return;
		const over = new Promise<void>((resolve) => {
			this.#release = resolve;
		});
		navigator.locks.request(LOCK, { mode: "shared" }, () => over);
	}
}

/** Returns the number of tabs that are receiving a model's answer. */
export async function countRunningAnswers(): Promise<number> {
	if (!("locks" in navigator)) return 0;
	const { held = [] } = await navigator.locks.query();
	return held.filter(({ name }) => name === LOCK).length;
}
