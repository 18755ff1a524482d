// Owns how the platform calls the module back: by a function that keeps what it was called with, and has the module look for
// it. Knows nothing of what it is called for.

type Signal = { (value: unknown): void; values: unknown[][] };

/** Has the module poll a task. */
let poll: (task: number) => void;

/** To be called once, before the module makes a signal. */
export function setPoll(given: (task: number) => void): void {
	poll = given;
}

/** A function that keeps what it is called with until src/web/signal.rs takes it, in the task of that number. */
export function signal(task: number): Signal {
	const call: Signal = (value) => {
		call.values.push([value]);
		poll(task);
	};
	call.values = [];
	return call;
}

/** What a signal was called with and nobody has taken, first things first: in an array, since it may be `undefined`. */
export function take(signal: Signal): unknown[] | undefined {
	return signal.values.shift();
}
