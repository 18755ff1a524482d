// The exports that all entries of the package have in common.

export { events } from "./forms/events.js";
export { EventStreamContentType, fetchEventSource } from "./forms/fetch-event-source.js";
export { EventSource, type EventSourceConstructor } from "./forms/typed.js";
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
