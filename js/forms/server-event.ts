// Owns the event that is fired for a message: a MessageEvent to whoever looks at it, at half its price. Knows nothing of
// where the message is from.

import { Event } from "../platform/platform.js";
import { exposeMembers } from "../platform/web-idl.js";
import { parseJson } from "./json.js";

/** Without a MessageEvent of the platform, an event has only the members of ServerEvent. */
const MessageEvent: { new (type: string): Event; prototype: Event } = globalThis.MessageEvent ?? class extends Event {};

/**
 * [non-spec] Made by `Event`'s constructor, with MessageEvent's prototype behind its own: what a native MessageEvent has in
 * slots of its own this class answers itself, but MessageEvent's own getters and methods do not know it.
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
		// What few ask for, and what browsers have of their own, is left to a native event.
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
		// As a native one it says that MessageEvent has made it.
		Reflect.deleteProperty(ServerEvent.prototype, "constructor");
	}
}
