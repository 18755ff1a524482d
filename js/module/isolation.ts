// Limits the damage of a trap in the WebAssembly module. A trap should never happen. After a trap
// the state of the module is unknown, so the module is not called again, and all its sources are
// notified.

import { Attempt } from "./attempt.js";

/** The error that stopped the module. */
let death: { error: unknown } | undefined;

/** Called with the error when the module fails. */
export const onDeath = new Set<(error: unknown) => void>();

/** Returns the value, or throws if the module has failed. */
export function orDead<T>(value: T): T {
	if (death) {
		throw death.error;
	}
	return value;
}

/**
 * Returns the exports of a module with each function guarded: any exception that a function throws
 * stops the module. The build passes the exports through this function before wasm-bindgen's glue
 * calls them.
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
	// wasm-bindgen converts this to the number 0, or to a successful `Result`.
	return [];
}

/**
 * Aborts the requests to which only the module refers. They are in the table in which wasm-bindgen
 * keeps the module's objects.
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
