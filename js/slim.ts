// The entry `headwater/slim`: the module is a file of its own, which is compiled while it arrives.

import { instantiateBy, load } from "./wasm.js";

export * from "./api.js";

/** Where the module is, or the module itself. */
export type ModuleOrPath = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/** What {@link init} takes. */
export interface InitOptions {
	/** Instead of the package's own `headwater.wasm`, which lies beside this file. */
	module_or_path?: ModuleOrPath | Promise<ModuleOrPath>;
}

let given: InitOptions["module_or_path"];

instantiateBy(async (imports) => {
	const module = await (given ?? new URL("./headwater.wasm", import.meta.url));
	// One of another realm, such as a frame's, is none of this one's class.
	const isA = (name: string) => Object.prototype.toString.call(module) === `[object ${name}]`;
	if (isA("WebAssembly.Module") || isA("ArrayBuffer") || ArrayBuffer.isView(module)) {
		return WebAssembly.instantiate(module as BufferSource, imports);
	}
	const response = isA("Response") ? (module as Response) : await request(module as string | URL | Request);
	if (!response.ok) {
		throw notThere(response.url, `status ${response.status}`);
	}
	return /^application\/wasm/.test(response.headers.get("content-type") ?? "")
		? WebAssembly.instantiateStreaming(response, imports)
		: WebAssembly.instantiate(await response.arrayBuffer(), imports);
});

async function request(module: string | URL | Request): Promise<Response> {
	try {
		return await fetch(module);
	} catch (error) {
		throw notThere((module as Request).url ?? module, error);
	}
}

function notThere(url: string | URL, cause: unknown): Error {
	const message = `headwater.wasm cannot be had from ${url} (${cause}): say where it is by init({ module_or_path })`;
	return new Error(message, { cause });
}

/**
 * Loads the WebAssembly module now instead of with the first source, or says where it is: for that, before the first source
 * is made. Without it the module is `headwater.wasm` beside this file, which most bundlers find by themselves.
 *
 * @returns a promise fulfilled when the module is ready, and rejected with the reason if it cannot be loaded. A later call may
 * say of another place then; once the module is there, options have no effect.
 */
export async function init({ module_or_path }: InitOptions = {}): Promise<void> {
	given = module_or_path ?? given;
	await load();
}
