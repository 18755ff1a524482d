// The WebAssembly module: how it is loaded once, and the calls to src/npm/bindings.rs.

import { connect, poll, read, start } from "../../pkg/headwater.js";
import { setPoll } from "./callback-slot.js";
import { onDeath, orDead } from "./isolation.js";
import type { EndOfBody, Reader, Settings, SourceHost } from "./wire.js";

/**
 * The exports of the module. Both run a source until `closed` is fulfilled, unless it ends before.
 */
export interface Module {
	/** A source that makes its own requests. */
	connect(host: SourceHost, closed: Promise<unknown>, settings: Settings): void;
	/** A source that reads a stream from elsewhere. */
	read(host: SourceHost, closed: Promise<unknown>, reader: Reader, end: EndOfBody): void;
}

/** Calls back with the error when the module dies, unless `closed` is fulfilled before. */
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
	return { connect: connectBy, read };
}

/** The only place where settings become arguments. */
const connectBy: Module["connect"] = (host, closed, settings) =>
	connect(
		host,
		closed,
		settings.prepare,
		settings.kind,
		settings.lastEventId,
		settings.reconnect,
		settings.delay,
		settings.maxDelay,
		settings.maxRetries,
		settings.end,
		settings.maxEventSize,
		settings.connectTimeout,
		settings.silenceTimeout,
		settings.pauseWhenHidden,
		settings.accept,
	);
