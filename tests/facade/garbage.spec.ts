// The rules of garbage collection: an unreferenced source stays alive until it is CLOSED, and
// nothing stays alive afterwards. Needs a browser whose garbage collector can be called.

import type * as headwater from "headwater";
import { eventStream, events, expect, type Lab, send, test } from "./support.ts";

interface InPage {
	/** The names of the collected objects. */
	collected: string[];
	/** The objects that stay referenced. */
	held: unknown[];
	watch(object: object, name: string): void;
}

test.beforeEach(async ({ lab }) => {
	await lab.page.evaluate(() => {
		const collected: string[] = [];
		const registry = new FinalizationRegistry<string>((name) => collected.push(name));
		const watch = (object: object, name: string) => registry.register(object, name);
		Object.assign(globalThis, { collected, watch, held: [], registry });
	});
});

/** Collects garbage until the condition holds. */
async function collect(lab: Lab, expected: string[]): Promise<void> {
	const collected = async () => {
		await lab.page.requestGC();
		return lab.page.evaluate(() => (globalThis as unknown as InPage).collected.toSorted());
	};
	await expect
		.poll(collected, { message: "the collected objects", intervals: [20, 50, 100] })
		.toEqual(expected.toSorted());
}

// behavior 10.14
test("an unreferenced source stays alive while it is CONNECTING, OPEN or waiting", async ({ lab }) => {
	const slowly = `wait=1500|${send("retry: 10\ndata: x\n\n")}`;
	const urls = {
		connecting: lab.script(eventStream(slowly, "hang")),
		open: lab.script(eventStream(send(":\n"), slowly, "hang")),
		waiting: lab.script(eventStream(send("retry: 1500\n\n")), eventStream(send(events(1)), "hang")),
	};
	for (const [name, url] of Object.entries(urls)) {
		urls[name as keyof typeof urls] = url.replace("key=", `key=${name}-`);
	}
	await lab.expectBoth(
		async ({ EventSource, kept }, urls) => {
			const { watch, collected } = globalThis as unknown as InPage;
			const told: unknown[] = [];
			const Class = EventSource as unknown as typeof globalThis.EventSource;
			const which = Class === globalThis.EventSource ? "native" : "ours";
			watch({}, `${which} control`);
			kept.told = told;
			await Promise.all(
				Object.entries(urls).map(([name, url]) => {
					const source = new Class(url);
					watch(source, `${which} ${name}`);
					source.onmessage = function () {
						// If the source were collectable, it would have been collected like the
						// control.
						told.push(`${name}, ${collected.includes(`${which} control`) ? "" : "not "}after a collection`);
						this.close();
					};
					return new Promise((resolve) => {
						if (name === "connecting") {
							resolve(null);
						} else {
							source.addEventListener(name === "open" ? "open" : "error", resolve, { once: true });
						}
					});
				}),
			);
		},
		urls,
		undefined,
	);
	await collect(lab, ["native control", "ours control"]);
	const expected = ["connecting", "open", "waiting"].map((name) => `${name}, after a collection`);
	for (const which of ["native", "ours"] as const) {
		const told = () => lab.run(which, ({ kept }) => (kept.told as string[]).toSorted());
		await expect.poll(told, which).toEqual(expected);
	}
	const all = ["native", "ours"].flatMap((which) =>
		["control", "connecting", "open", "waiting"].map((name) => `${which} ${name}`),
	);
	await collect(lab, all);
});

type Make = (
	EventSource: typeof headwater.EventSource,
	urls: Record<"hang" | "never" | "empty" | "refused" | "comments", string>,
	held: unknown[],
) => headwater.EventSource | Promise<headwater.EventSource>;

/**
 * Each function returns a source that is CLOSED or closes soon. Objects in `held` stay referenced.
 */
const ENDS: Record<string, Make> = {
	"close() while CONNECTING": (EventSource, { never }) => {
		const source = new EventSource(never);
		setTimeout(() => source.close(), 50);
		return source;
	},
	"close() at once": (EventSource, { never }) => {
		const source = new EventSource(never);
		source.close();
		return source;
	},
	"close() while OPEN": (EventSource, { hang }) => {
		const source = new EventSource(hang);
		source.onopen = () => setTimeout(() => source.close());
		return source;
	},
	"close() in a handler of a batch": (EventSource, { hang }) => {
		const source = new EventSource(hang);
		source.onmessage = () => source.close();
		return source;
	},
	"close() while it waits to reconnect": (EventSource, { empty }) => {
		const source = new EventSource(empty, { reconnect: { delay: 100_000 } });
		source.onerror = () => setTimeout(() => source.close());
		return source;
	},
	"close() while the caller's fetch never settles": (EventSource, { never }, held) => {
		const answer = new Promise<Response>(() => {});
		held.push(answer);
		const source = new EventSource(never, { fetch: () => answer });
		setTimeout(() => source.close(), 50);
		return source;
	},
	"close() while the caller's fetch streams forever": (EventSource, { comments }, held) => {
		const source = new EventSource(comments, {
			fetch: async (url) => {
				const response = await fetch(url);
				held.push(response);
				return response;
			},
		});
		source.onopen = () => setTimeout(() => source.close());
		return source;
	},
	"a final error": (EventSource, { refused }) => new EventSource(refused),
	"a clean end of a POST": (EventSource, { empty }) => new EventSource(empty, { json: {} }),
	"an abort while CONNECTING, the signal still referred to": (EventSource, { never }, held) => {
		const controller = new AbortController();
		held.push(controller, controller.signal);
		setTimeout(() => controller.abort(), 50);
		return new EventSource(never, { signal: controller.signal });
	},
	"an abort while OPEN, the signal still referred to": (EventSource, { hang }, held) => {
		const controller = new AbortController();
		held.push(controller, controller.signal);
		const source = new EventSource(hang, { signal: controller.signal });
		source.onopen = () => setTimeout(() => controller.abort());
		return source;
	},
	"a signal that is aborted already": (EventSource, { never }, held) => {
		const signal = AbortSignal.abort();
		held.push(signal);
		return new EventSource(never, { signal });
	},
	"close(), the signal still referred to and not aborted": (EventSource, { hang }, held) => {
		const controller = new AbortController();
		held.push(controller, controller.signal);
		const source = new EventSource(hang, { signal: controller.signal });
		source.onopen = () => setTimeout(() => source.close());
		return source;
	},
	"a clean end, the signal still referred to and not aborted": (EventSource, { empty }, held) => {
		const controller = new AbortController();
		held.push(controller, controller.signal);
		return new EventSource(empty, { method: "POST", signal: controller.signal });
	},
	"the end of a stream from elsewhere": (EventSource, _urls, held) => {
		const stream = new Response("data: x\n\n").body!;
		held.push(stream);
		return EventSource.fromReadableStream(stream);
	},
	"close() of a stream from elsewhere": (EventSource, _urls, held) => {
		const stream = new ReadableStream<Uint8Array>({ start: (controller) => void held.push(controller) });
		held.push(stream);
		const source = EventSource.fromReadableStream(stream);
		source.onopen = () => setTimeout(() => source.close());
		return source;
	},
	"close() while the page is in the back/forward cache": (EventSource, { hang }) => {
		const source = new EventSource(hang);
		source.onopen = () =>
			setTimeout(() => {
				dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
				setTimeout(() => source.close());
			});
		return source;
	},
};

for (const [way, make] of Object.entries(ENDS)) {
	// behavior 10.14
	test(`a source and its handlers can be collected after ${way}`, async ({ lab }) => {
		const reason = await lab.ours(
			async ({ EventSource }, { make, urls }) => {
				const { watch, held } = globalThis as unknown as InPage;
				const source: headwater.EventSource = await new Function(`return (${make})(...arguments)`)(
					EventSource,
					urls,
					held,
				);
				const listener = () => {};
				source.addEventListener("x", listener);
				source.onmessage ??= () => listener();
				watch(source, "source");
				watch(listener, "listener");
				watch(source.onmessage!, "handler");
				watch({}, "control");
				return (await source.closed).reason;
			},
			{
				make: `${make}`,
				urls: {
					hang: lab.script(eventStream(send(events(1, 2, 3)), "hang")),
					never: lab.url("/never-answers"),
					empty: lab.url("/empty"),
					refused: lab.url("/404"),
					comments: lab.url("/endless-comments?ms=5"),
				},
			},
		);
		expect(reason).toMatch(/^(caller|signal|end|status)$/);
		await collect(lab, ["control", "handler", "listener", "source"]);
	});
}

test("100 sources that share one signal, one after another, are all collected", async ({ lab }) => {
	await lab.ours(
		async ({ EventSource, once }, url) => {
			const { watch, held } = globalThis as unknown as InPage;
			const controller = new AbortController();
			held.push(controller);
			for (let number = 0; number < 100; number++) {
				const source = new EventSource(url, { signal: controller.signal });
				watch(source, `${number}`);
				await once(source, "message");
				source.close();
			}
		},
		lab.script(eventStream(send(events(1)), "hang")),
	);
	await collect(
		lab,
		Array.from({ length: 100 }, (_, number) => `${number}`),
	);
	await lab.expectNoSockets();
});

test("a closed source that is still referenced does not keep its request body in memory", async ({ lab }) => {
	await lab.ours(
		async ({ EventSource, once }, url) => {
			const { watch, held } = globalThis as unknown as InPage;
			for (const state of ["at once", "when it is open"]) {
				const body = new Blob(["x"]);
				watch(body, state);
				const source = new EventSource(url, { method: "POST", body });
				held.push(source);
				if (state !== "at once") {
					await once(source, "open");
				}
				source.close();
			}
		},
		lab.script(eventStream(send(events("a")), "hang")),
	);
	await collect(lab, ["at once", "when it is open"]);
});
