// The event handlers of a source: `onopen`, `onmessage` and `onerror`.

import { Event, EventTarget } from "../platform/platform.js";

interface EventHandler {
	value: unknown;
	listener: (event: Event) => void;
}

/**
 * [non-spec] Whether an EventTarget of the platform calls the functions in its `on…` properties
 * itself, as in workerd.
 */
let callsHandlers = false;
try {
	const onopen = () => {
		callsHandlers = true;
	};
	Object.assign(new EventTarget(), { onopen }).dispatchEvent(new Event("open"));
} catch {
	// One of the classes is missing: the constructor of EventSource throws.
}

export class EventHandlers {
	readonly #handlers = new Map<string, EventHandler>();

	get(type: string): unknown {
		return this.#handlers.get(type)?.value ?? null;
	}

	/**
	 * [spec] 8.1.8.1, event handlers: the first value gets a position among the listeners, and
	 * later values keep that position.
	 */
	set(target: EventTarget, type: string, given: unknown): void {
		const { addEventListener, removeEventListener } = EventTarget.prototype;
		const value = Object(given) === given ? given : null;
		const present = this.#handlers.get(type);
		if (value === null) {
			this.#handlers.delete(type);
			removeEventListener.call(target, type, present?.listener ?? null);
		} else if (present) {
			present.value = value;
		} else {
			const handler: EventHandler = {
				value,
				listener: (event) => {
					if (typeof handler.value === "function" && handler.value.call(target, event) === false) {
						event.preventDefault();
					}
				},
			};
			this.#handlers.set(type, handler);
			if (!callsHandlers) {
				addEventListener.call(target, type, handler.listener);
			}
		}
	}
}
