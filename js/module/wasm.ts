// Owns the WebAssembly module: its start, and the contract with src/npm/bindings.rs. Knows nothing of events, nor of where the
// module comes from.

import { connect, poll, read, start } from "../../pkg/headwater.js";
import type { Told } from "../forms/failure.js";
import type { Reader } from "../forms/reader.js";
import type { Settings } from "../options/settings.js";
import { onDeath, orDead } from "./isolation.js";
import { setPoll } from "./signal.js";

/** A source, as src/npm/bindings.rs sees it. None of these may throw, unless it says so. */
export interface Listener {
	/** Without a response if the stream came from elsewhere. Nothing is read before its promise is fulfilled, if there is one. */
	open(response: Response | undefined): Promise<void> | undefined;
	/**
	 * `text`, for a `Batch`, is a view of the module's memory: valid until the first handler runs. The server's reconnection
	 * time, if it has sent one, is in milliseconds. Answers with nothing if all is delivered; what it throws, or its promise
	 * is rejected with, breaks the stream off.
	 */
	deliver(text: Uint8Array, reconnectionTime: number | undefined): Promise<void> | undefined;
	/** Of the last event that was delivered: asked when `deliver` has thrown. */
	readonly lastEventId?: string;
	/** Answers how long the wait is to be, in milliseconds; nothing at the end. */
	error(...told: Told): number | undefined;
	end(): void;
	/** For what should not happen: something of ours threw. */
	report(error: unknown): void;
}

/** What the module exports. Both run a source until `closed` is fulfilled, if it does not end before. */
export interface Module {
	/** A source that makes its own requests. */
	connect(listener: Listener, closed: Promise<unknown>, ...settings: Settings): void;
	/** A source that reads a stream from elsewhere. */
	read(listener: Listener, closed: Promise<unknown>, reader: Reader, end?: Settings[7]): void;
}

/** Called with what was thrown when the module dies, unless `closed` is fulfilled before. */
export function whenDead(callback: (error: unknown) => void, closed: Promise<unknown>): void {
	onDeath.add(callback);
	closed.then(() => onDeath.delete(callback));
}

/** Instantiates the module, wherever it comes from. */
export type Instantiate = (
	imports: WebAssembly.Imports,
) => Promise<WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource>;

let instantiate: Instantiate;
let loading: Promise<Module> | undefined;

/** Called by an entry of the package, which knows where the module is. */
export function instantiateBy(how: Instantiate): void {
	instantiate = how;
}

/** Loads the module once. After a failure the next call tries again. */
export function load(): Promise<Module> {
	loading ??= startModule().catch((error) => {
		loading = undefined;
		throw error;
	});
	return loading.then(orDead);
}

async function startModule(): Promise<Module> {
	await start(instantiate);
	setPoll(poll);
	return { connect, read } as Module;
}
