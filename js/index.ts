// The package's entry: what is public, and nothing else.

export { EventSource } from "./event-source.js";
export { events } from "./events.js";
export { fetchEventSource } from "./fetch-event-source.js";
export type {
	Closed,
	EventSourceEventMap,
	EventSourceInit,
	EventSourceMessage,
	EventsInit,
	FailureEvent,
	FetchEventSourceInit,
	Message,
	OpenEvent,
	Reason,
	ReconnectOptions,
	ResponseHead,
} from "./types.js";
export { init } from "./wasm.js";
