// The messages of `events()` and `fetchEventSource()`: plain objects, with `json` as the only
// method of their prototypes.

import type { EventSourceMessage, Message } from "../types.js";
import { parseJson } from "./json.js";

class EventMessage implements Message {
	declare readonly type: string;
	declare readonly data: string;
	declare readonly lastEventId: string;

	constructor(type: string, data: string, lastEventId: string) {
		this.type = type;
		this.data = data;
		this.lastEventId = lastEventId;
	}

	json<T>(): T {
		return parseJson(this.data, this.type, this.lastEventId);
	}
}

class CallbackMessage implements EventSourceMessage {
	declare readonly id: string;
	declare readonly event: string;
	declare readonly data: string;
	declare readonly retry: undefined;

	constructor(id: string, event: string, data: string) {
		this.id = id;
		this.event = event;
		this.data = data;
		this.retry = undefined;
	}

	json<T>(): T {
		return parseJson(this.data, this.event, this.id);
	}
}

/** Makes a message for `events()`. */
export const makeMessage = (type: string, data: string, lastEventId: string): Message =>
	new EventMessage(type || "message", data, lastEventId);

/** Makes a message for `fetchEventSource()`. */
export const makeCallbackMessage = (event: string, data: string, id: string): EventSourceMessage =>
	new CallbackMessage(id, event, data);
