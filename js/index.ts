// The package's entry: what is public, and nothing else.

export { EventSource } from "./event-source.js";
export type {
	Closed,
	EventSourceEventMap,
	EventSourceInit,
	FailureEvent,
	OpenEvent,
	Reason,
	ReconnectOptions,
	ResponseHead,
} from "./types.js";
export { init } from "./wasm.js";
