// Calls the caller's functions, and reads the caller's objects. Both may throw.

/** Reports an error like an uncaught error of an event handler. */
export function report(error: unknown): void {
	if (typeof reportError === "function") {
		reportError(error);
	} else {
		queueMicrotask(() => {
			throw error;
		});
	}
}

/** Returns the result of `read`, or `undefined` if it throws. */
export function tryRead<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch {
		return undefined;
	}
}

/**
 * Calls `until` or `accept`. If it throws or returns a promise, the error is reported and the
 * result is `false`.
 */
export function callPredicate<T>(predicate: (value: T) => boolean, value: T, name = "until"): boolean {
	try {
		const result: unknown = predicate(value);
		if (isPromise(result)) {
			throw new TypeError(`"${name}" must not return a promise`);
		}
		return Boolean(result);
	} catch (error) {
		report(error);
		return false;
	}
}

/**
 * Whether a callback returned a promise where a value is needed. Its rejection is ignored, because
 * the callers of this function throw an error of their own.
 */
export function isPromise(value: unknown): boolean {
	const is = typeof (value as Promise<unknown> | undefined)?.then === "function";
	if (is) {
		new Promise((resolve) => resolve(value)).catch(() => {});
	}
	return is;
}
