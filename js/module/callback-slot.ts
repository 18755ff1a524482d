// Callbacks from the platform into the module. A slot is a function that stores its arguments and
// lets the module poll a task, which then reads them.

type CallbackSlot = { (value: unknown): void; values: unknown[][] };

/** Lets the module poll a task. */
let poll: (task: number) => void;

/** Called once, before the module creates a slot. */
export function setPoll(given: (task: number) => void): void {
	poll = given;
}

/** Creates a slot of the task with this number. */
export function callbackSlot(task: number): CallbackSlot {
	const slot: CallbackSlot = (value) => {
		slot.values.push([value]);
		poll(task);
	};
	slot.values = [];
	return slot;
}

/**
 * Removes the oldest value of a slot and returns it in an array, because the value may be
 * `undefined`.
 */
export function nextValue(slot: CallbackSlot): unknown[] | undefined {
	return slot.values.shift();
}
