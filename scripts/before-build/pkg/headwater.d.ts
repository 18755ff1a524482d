// Declares the functions of wasm-bindgen's glue that js/ imports. Editors use this file in a clone
// that has not been built. After a build, the files of pkg/ take precedence: see "rootDirs" in
// tsconfig.json.

import type { Instantiate } from "../../../js/module/wasm.js";

export function connect(
	listener: any,
	closed: Promise<any>,
	prepare: Function,
	kind: number,
	last_event_id: string,
	reconnect: number,
	delay: number,
	max_delay: number,
	max_retries: number,
	end: number,
	max_event_size: number,
	connect_timeout: number,
	waited: number,
	silence_timeout: number,
	pause_when_hidden: boolean,
	accept?: Function | null,
): void;
export function poll(task: number): void;
export function read(listener: any, closed: Promise<any>, reader: any, end: number): void;
export function start(instantiate: Instantiate): Promise<void>;
