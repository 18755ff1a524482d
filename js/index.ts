// The entry `headwater`: the module is inside, and nothing has to be loaded.

import { bytes } from "../pkg/inline.js";
import { instantiateBy, load } from "./module/wasm.js";

export * from "./api.js";

instantiateBy(async (imports) => WebAssembly.instantiate(bytes(), imports));

/**
 * Loads the WebAssembly module now instead of with the first source. Never needed; it saves the
 * first source some milliseconds.
 *
 * @returns a promise fulfilled when the module is ready, and rejected with the reason if it cannot
 * be loaded, such as a Content-Security-Policy without `'wasm-unsafe-eval'`.
 */
export async function init(): Promise<void> {
	await load();
}
