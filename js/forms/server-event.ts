// The event for a message. It looks like a MessageEvent and takes half the time to create.

import { Event } from "../platform/platform.js";
import { exposeMembers } from "../platform/web-idl.js";
import { parseJson } from "./json.js";

/** If the platform has no MessageEvent, an event has only the members of ServerEvent. */
const MessageEvent: { new (type: string): Event; prototype: Event } = globalThis.MessageEvent ?? class extends Event {};

/**
 * [non-spec] The constructor is that of `Event`, and the prototype inherits from MessageEvent's
 * prototype. The getters of this class replace the internal slots of a native MessageEvent.
 * MessageEvent's own getters and methods throw a TypeError if they are called on such an event.
 */
export class ServerEvent extends Event {
	readonly #data: string;
	readonly #lastEventId: string;
	readonly #origin: string;
	#native: Event | undefined;

	constructor(type: string, data: string, lastEventId: string, origin: string) {
		super(type);
		this.#data = data;
		this.#lastEventId = lastEventId;
		this.#origin = origin;
	}

	get data(): string {
		return this.#data;
	}

	get lastEventId(): string {
		return this.#lastEventId;
	}

	get origin(): string {
		return this.#origin;
	}

	json<T>(): T {
		return parseJson(this.#data, this.type, this.#lastEventId);
	}

	static {
		const { prototype } = MessageEvent;
		// A native event provides members that are rarely used, or that only some browsers have.
		for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
			if (get && !Object.hasOwn(ServerEvent.prototype, name)) {
				Object.defineProperty(ServerEvent.prototype, name, {
					get(this: ServerEvent) {
						this.#native ??= new MessageEvent(this.type);
						return get.call(this.#native);
					},
					configurable: true,
				});
			}
		}
		exposeMembers(ServerEvent);
		Object.setPrototypeOf(ServerEvent.prototype, prototype);
		// `constructor` is MessageEvent, as on a native event.
		Reflect.deleteProperty(ServerEvent.prototype, "constructor");
	}
}
