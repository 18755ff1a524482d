// The package's entry: what is public, and nothing else.

export { EventSource } from "./event-source.js";
export { events } from "./events.js";
export type {
	Closed,
	EventSourceEventMap,
	EventSourceInit,
	EventsInit,
	FailureEvent,
	Message,
	OpenEvent,
	Reason,
	ReconnectOptions,
	ResponseHead,
} from "./types.js";
export { init } from "./wasm.js";
