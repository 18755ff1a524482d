// Rules of the standard for the events as objects: their classes and the values of their getters.
// The browser's own class is the reference.

import { eventStream, events, expect, send, type Tools, test } from "./support.ts";

/** Causes an `open`, a message with a name, an ID and data, and an `error` that reconnects. */
const ONE_OF_EACH = eventStream(send("event: named\nid: 7\ndata: text\n\n"), "wait=50");

/** Only a browser can fire trusted events, and each event has its own time. */
const NOT_COMPARED = ["isTrusted", "timeStamp"];

for (const type of ["open", "named", "error"]) {
	test(`each getter of the event ${type} returns the same value as that of the browser's own event`, async ({
		lab,
	}) => {
		const argument = { type, notCompared: NOT_COMPARED, url: lab.script(ONE_OF_EACH) };
		const native = await lab.run("native", getters, argument);
		expect(Object.keys(native).length).toBeGreaterThan(15);
		expect(await lab.ours(getters, argument)).toEqual(native);
	});
}

/**
 * Runs in the page. Reads the getters during the call of a listener and afterwards, because some of
 * them change.
 */
async function getters(
	{ EventSource, tasks }: Tools,
	{ type, notCompared, url }: { type: string; notCompared: string[]; url: string },
): Promise<Record<string, unknown>> {
	const source = new EventSource(url);
	const look = (event: Event) => {
		const answers: Record<string, unknown> = {};
		for (let prototype = Object.getPrototypeOf(event); prototype !== Object.prototype; ) {
			for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
				if (get && !notCompared.includes(name)) {
					const answer = Reflect.get(event, name);
					answers[name] = answer === source ? "the source" : JSON.stringify(answer);
				}
			}
			prototype = Object.getPrototypeOf(prototype);
		}
		const path = event.composedPath().map((target) => target === source);
		return { ...answers, path, text: String(event), inherits: Object.getPrototypeOf(event).constructor.name };
	};
	const event = await new Promise<{ during: Record<string, unknown>; event: Event }>((resolve) => {
		source.addEventListener(type, (event) => resolve({ during: look(event), event }), { once: true });
	});
	await tasks();
	const after = Object.entries(look(event.event)).map(([name, answer]) => [`${name} afterwards`, answer]);
	source.close();
	return { ...event.during, ...Object.fromEntries(after) };
}

test("a message looks like a MessageEvent of this realm in every way", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, once, tasks }, url) => {
			const source = new EventSource(url);
			const event = await once(source, "named");
			source.close();
			await tasks();
			const names: string[] = [];
			for (const name in event) {
				names.push(name);
			}
			const missing = Object.keys(Object.getOwnPropertyDescriptors(MessageEvent.prototype)).filter(
				(name) => name !== "constructor" && !names.includes(name),
			);
			return [
				event instanceof MessageEvent,
				event.constructor === MessageEvent,
				Object.prototype.toString.call(event),
				Object.getOwnPropertyNames(event).filter((name) => name !== "isTrusted"),
				missing,
				new MessageEvent(event.type, event as object).data,
				Object.isFrozen(event.ports),
			];
		},
		lab.script(ONE_OF_EACH),
		[true, true, "[object MessageEvent]", [], [], "text", true],
	);
});

test("MessageEvent's own getters and methods accept a message", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, once, tasks }, url) => {
			const source = new EventSource(url);
			const event = await once(source, "named");
			source.close();
			await tasks();
			const attempts = [
				() => Object.getPrototypeOf(event) === MessageEvent.prototype,
				() => Object.getOwnPropertyDescriptor(MessageEvent.prototype, "data")?.get?.call(event),
				() => {
					event.initMessageEvent("other", false, false, "changed");
					return event.data;
				},
			];
			return attempts.map((attempt) => {
				try {
					return attempt();
				} catch (error) {
					return (error as Error).name;
				}
			});
		},
		lab.script(ONE_OF_EACH),
		[true, "text", "changed"],
		{ names: ["MessageEvent's own getters"], ours: [false, "TypeError", "TypeError"] },
	);
});

test("open and error are plain events without data", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url);
			const plain: unknown[] = [];
			for (const type of ["open", "error"]) {
				const event = await once<Event>(source, type);
				plain.push([
					type,
					event.constructor === Event,
					event instanceof MessageEvent,
					"data" in event,
					event.cancelable,
				]);
			}
			source.close();
			return plain;
		},
		lab.script(ONE_OF_EACH),
		[
			["open", true, false, false, false],
			["error", true, false, false, false],
		],
	);
});

test("a handler that returns false, or a listener that cancels, does not affect an event that is not cancelable", async ({
	lab,
}) => {
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url);
			source.onmessage = () => false;
			source.addEventListener("message", (event) => event.preventDefault());
			const event = await once(source, "message");
			const own = new Event("message", { cancelable: true });
			source.dispatchEvent(own);
			source.close();
			return [event.defaultPrevented, own.defaultPrevented];
		},
		lab.script(eventStream(send(events(1)), "hang")),
		[false, true],
	);
});
