// Waits for a task of the event loop.

/**
 * The time in milliseconds after which a message counts as lost. WebKit loses the messages of a
 * page that moves into the back/forward cache.
 */
const LOST = 250;

/**
 * The functions are read from the global scope at import time, because tests may later replace them
 * with fake timers.
 */
export const { setImmediate, setTimeout, clearTimeout } = globalThis as typeof globalThis & {
	setImmediate?: (callback: () => void) => void;
};

let channel: MessageChannel | undefined;
const waiting: (() => void)[] = [];

/**
 * Waits for the next task. Uses MessageChannel in browsers, because `setTimeout` is clamped to 4
 * ms, and to a second in hidden tabs.
 */
export function nextTask(): Promise<void> {
	return new Promise((resolve) => {
		if (setImmediate) {
			setImmediate(resolve);
			return;
		}
		let wait = LOST;
		try {
			if (!channel) {
				channel = new MessageChannel();
				channel.port1.onmessage = () => waiting.shift()?.();
				// In Node an open port would keep the process alive.
				(channel.port1 as { unref?(): void }).unref?.();
			}
			channel.port2.postMessage(undefined);
		} catch {
			// MessageChannel is missing or does not work.
			wait = 0;
		}
		const timer = setTimeout(resumeAll, wait);
		waiting.push(() => {
			clearTimeout(timer);
			resolve();
		});
	});
}

function resumeAll(): void {
	for (const resolve of waiting.splice(0)) {
		resolve();
	}
}
