// How the platform calls the module back: a slot is a function that keeps its arguments and has the
// module poll a task, which then reads them.

type CallbackSlot = { (value: unknown): void; values: unknown[][] };

/** Has the module poll a task. */
let poll: (task: number) => void;

/** Called once, before the module creates a slot. */
export function setPoll(given: (task: number) => void): void {
	poll = given;
}

/** A slot of the task with that number. */
export function callbackSlot(task: number): CallbackSlot {
	const slot: CallbackSlot = (value) => {
		slot.values.push([value]);
		poll(task);
	};
	slot.values = [];
	return slot;
}

/** Removes the oldest value of a slot and returns it, in an array since it may be `undefined`. */
export function nextValue(slot: CallbackSlot): unknown[] | undefined {
	return slot.values.shift();
}
