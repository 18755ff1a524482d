// The WebAssembly module: loads it once, and calls src/npm/bindings.rs.

import { connect, poll, read, start } from "../../pkg/headwater.js";
import { setPoll } from "./callback-slot.js";
import { onDeath, orDead } from "./isolation.js";
import type { EndOfBody, Reader, Settings, SourceHost } from "./wire.js";

/** The exports of the module. Each runs a source until `closed` is fulfilled or the source ends. */
export interface Module {
	/** Runs a source that makes its own requests. */
	connect(host: SourceHost, closed: Promise<unknown>, settings: Settings): void;
	/** Runs a source that reads the caller's stream. */
	read(host: SourceHost, closed: Promise<unknown>, reader: Reader, end: EndOfBody): void;
}

/**
 * Calls the callback with the error when the module fails, unless `closed` is fulfilled before
 * that.
 */
export function whenDead(callback: (error: unknown) => void, closed: Promise<unknown>): void {
	onDeath.add(callback);
	closed.then(() => onDeath.delete(callback));
}

/** Instantiates the module. */
export type Instantiate = (
	imports: WebAssembly.Imports,
) => Promise<WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource>;

let instantiate: Instantiate;
let loading: Promise<Module> | undefined;

/** Called by each entry of the package, which knows the location of the module. */
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

/** The only place that turns settings into arguments. */
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
		settings.waited!,
		settings.silenceTimeout,
		settings.pauseWhenHidden,
		settings.accept,
	);
