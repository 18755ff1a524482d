// The entry `headwater`: the script contains the WebAssembly module, so nothing else is loaded.

import { bytes } from "../pkg/inline.js";
import { warmUp } from "./forms/lifecycle.js";
import { instantiateBy, load } from "./module/wasm.js";

export * from "./api.js";

instantiateBy(async (imports) => WebAssembly.instantiate(bytes(), imports));

/**
 * Loads the WebAssembly module now instead of with the first source. The call is optional: it saves
 * the first source some milliseconds.
 *
 * @returns a promise that is fulfilled when the module is ready. It is rejected with the error if
 * the module cannot be loaded, for example because of a Content-Security-Policy without
 * `'wasm-unsafe-eval'`.
 */
export async function init(): Promise<void> {
	await load();
	await warmUp();
}
