// The entry `headwater/slim`: the module is a file of its own, which is compiled while it arrives.

import { instantiateBy, load } from "./module/wasm.js";

export * from "./api.js";

/** Where the module is, or the module itself. */
export type ModuleOrPath = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/** What {@link init} takes. */
export interface InitOptions {
	/** Instead of the package's own `headwater.wasm`, which lies beside this file. */
	module_or_path?: ModuleOrPath | Promise<ModuleOrPath> | undefined;
}

/** What {@link init} was given, until the module is there. */
let given: InitOptions["module_or_path"];
/** What the last attempt to load went by. */
let tried: typeof given;

instantiateBy(async (imports) => {
	tried = given;
	const module = await given;
	// One of another realm, such as a frame's, is none of this one's class.
	const isA = (name: string) => Object.prototype.toString.call(module) === `[object ${name}]`;
	if (isA("WebAssembly.Module") || isA("ArrayBuffer") || ArrayBuffer.isView(module)) {
		return WebAssembly.instantiate(module as BufferSource, imports);
	}
	const response = isA("Response") ? (module as Response) : await request(module as string | URL | Request);
	const type = response.headers.get("content-type") ?? "";
	// What a server of an application with pages of its own answers to whatever it does not know.
	if (!response.ok || type.startsWith("text/html")) {
		throw notThere(response.url, `status ${response.status}, ${type}`);
	}
	// Exactly: the platform takes no parameters there.
	return type.toLowerCase() === "application/wasm"
		? WebAssembly.instantiateStreaming(response, imports)
		: WebAssembly.instantiate(await response.arrayBuffer(), imports);
});

async function request(module: string | URL | Request | undefined): Promise<Response> {
	let place: typeof module = "beside the script";
	try {
		place = module ?? new URL("./headwater.wasm", import.meta.url);
		return await fetch(place);
	} catch (error) {
		throw notThere((place as Request).url ?? place, error);
	}
}

function notThere(place: string | URL, cause: unknown): Error {
	const message = `headwater.wasm cannot be had from ${place} (${cause}): say where it is by init({ module_or_path })`;
	return new Error(message, { cause });
}

/**
 * Loads the WebAssembly module now instead of with the first source, or says where it is: for that, before the first source
 * is made. Without it the module is `headwater.wasm` beside this file, which most bundlers find by themselves.
 *
 * @returns a promise fulfilled when the module is ready, and rejected with the reason if it cannot be loaded. A later call may
 * say of another place then; once the module is there, options have no effect.
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
		// A source that was made before has looked for it elsewhere.
		await load();
	}
	given = undefined;
}
