// Contains a trap of the WebAssembly module, which must never happen: its state is unknown
// then, so it is not entered again, and all its sources are notified.

import { Attempt } from "./attempt.js";

/** The error that the module died of. */
let death: { error: unknown } | undefined;

/** Called with the error when the module dies. */
export const onDeath = new Set<(error: unknown) => void>();

/** Returns the value, or throws if the module is dead. */
export function orDead<T>(value: T): T {
	if (death) {
		throw death.error;
	}
	return value;
}

/**
 * The exports of a module, with each function guarded: whatever escapes from one is the module's
 * death. The build puts this around the exports that wasm-bindgen's glue calls.
 */
export function guarded(exports: WebAssembly.Exports): WebAssembly.Exports {
	const guard = ([name, value]: [string, WebAssembly.ExportValue]) => [
		name,
		typeof value === "function" ? enter.bind(undefined, exports, value as () => unknown) : value,
	];
	return Object.fromEntries(Object.entries(exports).map(guard));
}

function enter(exports: WebAssembly.Exports, run: (...given: unknown[]) => unknown, ...given: unknown[]): unknown {
	if (!death) {
		try {
			return run(...given);
		} catch (error) {
			death = { error };
			abortAll(exports);
			for (const callback of onDeath) {
				callback(error);
			}
		}
	}
	// Converted to a number it is 0, and to wasm-bindgen's form of a `Result` it is success.
	return [];
}

/**
 * Ends the requests that only the module knew, by the table in which wasm-bindgen keeps the objects
 * that it holds.
 */
function abortAll(exports: WebAssembly.Exports): void {
	for (const table of Object.values(exports)) {
		for (let index = 0; table instanceof WebAssembly.Table && index < table.length; index++) {
			const held = table.get(index);
			if (held instanceof Attempt) {
				held.abort();
			}
		}
	}
}
