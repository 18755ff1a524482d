// Rules of the standard for event handlers and listeners: which are called, and in which order.
// Each test also runs with the browser's own class.

import { eventStream, events, send, test } from "./support.ts";

const THREE_MESSAGES = eventStream(send(events(1, 2, 3)), "hang");

test("a handler that is replaced keeps its place among the listeners", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url);
			const order: string[] = [];
			source.addEventListener("message", () => order.push("first"));
			source.onmessage = () => order.push("replaced");
			source.addEventListener("message", () => order.push("last"));
			source.onmessage = () => order.push("handler");
			await once(source, "message");
			source.close();
			return order;
		},
		lab.script(THREE_MESSAGES),
		["first", "handler", "last"],
	);
});

test("a handler set to null is removed, and takes the last place when it is set again", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url);
			const order: string[] = [];
			source.onopen = () => order.push("never");
			source.onopen = null;
			source.onmessage = () => order.push("never");
			source.onmessage = null;
			const cleared = [source.onopen, source.onmessage, source.onerror];
			source.addEventListener("message", () => order.push("listener"));
			source.onmessage = () => order.push("handler");
			await once(source, "message");
			source.close();
			return { order, cleared };
		},
		lab.script(THREE_MESSAGES),
		{ order: ["listener", "handler"], cleared: [null, null, null] },
	);
});

test("a handler that is an object is kept and not called, and any other value becomes null", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url);
			let called = 0;
			const object = { handleEvent: () => called++ };
			source.onmessage = object as never;
			const kept = [source.onmessage === (object as never)];
			source.onerror = "text" as never;
			kept.push(source.onerror === null);
			await once(source, "message");
			source.close();
			return [...kept, called];
		},
		lab.script(THREE_MESSAGES),
		[true, true, 0],
	);
});

test("handlers and listeners are called with the source as this, target and currentTarget", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url);
			const seen: boolean[] = [];
			function look(this: unknown, event: Event) {
				seen.push(this === source && event.target === source && event.currentTarget === source);
			}
			for (const name of ["onopen", "onmessage", "onerror"] as const) {
				source[name] = look as never;
			}
			source.addEventListener("message", look);
			await once(source, "error");
			source.close();
			return seen;
		},
		lab.script(eventStream(send(events(1)))),
		[true, true, true, true],
	);
});

test("listeners may be objects; the option once and removal by removeEventListener or by a signal work", async ({
	lab,
}) => {
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url);
			const calls: string[] = [];
			const controller = new AbortController();
			const removed = () => calls.push("removed");
			const twice = (event: MessageEvent) => calls.push(`twice ${event.data}`);
			source.addEventListener("message", removed);
			source.removeEventListener("message", removed);
			source.addEventListener("message", (event) => calls.push(`once ${event.data}`), { once: true });
			source.addEventListener("message", { handleEvent: (event) => controller.abort(event) });
			source.addEventListener("message", () => calls.push("aborted"), { signal: controller.signal });
			source.addEventListener("message", twice);
			source.addEventListener("message", twice);
			source.addEventListener("message", null);
			await once(source, "last");
			source.close();
			return calls;
		},
		lab.script(eventStream(send(`${events(1, 2)}event: last\ndata\n\n`), "hang")),
		["once 1", "twice 1", "twice 2"],
	);
});
