// The entry `headwater/slim`: the WebAssembly module is a separate file, which is compiled while it
// loads.

import { warmUp } from "./forms/lifecycle.js";
import { instantiateBy, load } from "./module/wasm.js";

export * from "./api.js";

/** The location of the module, or the module itself. */
export type ModuleOrPath = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/** Configures {@link init}. */
export interface InitOptions {
	/** Replaces the package's own `headwater.wasm`, which is in the same folder as `slim.js`. */
	module_or_path?: ModuleOrPath | Promise<ModuleOrPath> | undefined;
}

/** The location from the last call of {@link init}, until the module is loaded. */
let given: InitOptions["module_or_path"];
/** The location that the last attempt to load used. */
let tried: typeof given;

instantiateBy(async (imports) => {
	tried = given;
	const module = await given;
	// `instanceof` would fail for a value from another realm, such as a frame.
	const isA = (name: string) => Object.prototype.toString.call(module) === `[object ${name}]`;
	if (isA("WebAssembly.Module") || isA("ArrayBuffer") || ArrayBuffer.isView(module)) {
		return WebAssembly.instantiate(module as BufferSource, imports);
	}
	const response = isA("Response") ? (module as Response) : await request(module as string | URL | Request);
	const type = response.headers.get("content-type") ?? "";
	// Servers of single-page applications return their HTML page for unknown paths.
	if (!response.ok || type.startsWith("text/html")) {
		throw notThere(response.url, `status ${response.status}, ${type}`);
	}
	// `instantiateStreaming` requires exactly this type, without parameters.
	return type.toLowerCase() === "application/wasm"
		? WebAssembly.instantiateStreaming(response, imports)
		: WebAssembly.instantiate(await response.arrayBuffer(), imports);
});

async function request(module: string | URL | Request | undefined): Promise<Response> {
	let place: typeof module = "the script's URL";
	try {
		place = module ?? new URL("./headwater.wasm", import.meta.url);
		return await fetch(place);
	} catch (error) {
		throw notThere((place as Request).url ?? place, error);
	}
}

function notThere(place: string | URL, cause: unknown): Error {
	const message = `headwater.wasm could not be loaded from ${place} (${cause}): pass its location to init({ module_or_path })`;
	return new Error(message, { cause });
}

/**
 * Loads the WebAssembly module now instead of with the first source. With `module_or_path`, loads
 * it from that location. In that case, call `init` before you create the first source. Without a
 * location, the module is `headwater.wasm` in the same folder as `slim.js`. Most bundlers find that
 * file by themselves.
 *
 * @returns a promise that is fulfilled when the module is ready. It is rejected with the error if
 * the module cannot be loaded. A later call can then set another location. Once the module is
 * loaded, the options have no effect.
 */
export async function init(options: InitOptions = {}): Promise<void> {
	if (typeof options !== "object") {
		throw new TypeError("init takes an object: { module_or_path }");
	}
	given = options?.module_or_path ?? given;
	try {
		await load();
	} catch (error) {
		if (tried === given) {
			throw error;
		}
		// An earlier source tried another location.
		await load();
	}
	given = undefined;
	await warmUp();
}
