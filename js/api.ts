// What every entry of the package exports beside its own `init`.

export { events } from "./events.js";
export { EventStreamContentType, fetchEventSource } from "./fetch-event-source.js";
export { EventSource, type EventSourceConstructor } from "./typed.js";
export type {
	Attempt,
	AttemptRequest,
	Closed,
	CommonInit,
	Decide,
	EventSourceEventMap,
	EventSourceInit,
	EventSourceMessage,
	EventsInit,
	Failure,
	FailureEvent,
	FetchEventSourceInit,
	Message,
	MessageOf,
	OpenEvent,
	Reason,
	ReconnectOptions,
	ResponseHead,
	ServerSentEvent,
} from "./types.js";
