// The ways in which a source can end. Each is a function that runs in the page.

import type * as headwater from "headwater";
import { elsewhere, eventStream, events, type Lab, send, type Tools } from "./support.ts";

type Url = keyof ReturnType<typeof urls>;

export type Make = (
	EventSource: typeof headwater.EventSource,
	urls: Record<Url, string>,
	/** Shared by all sources, and never aborted. */
	signal: AbortSignal,
	events: typeof headwater.events,
) => Pick<headwater.EventSource, "closed">;

/** Globals of the page. */
declare const tools: Pick<Tools, "fetchEventSource">;

export interface Way {
	/** Runs in the page, and returns a source that will be CLOSED. */
	make: Make;
	reason: headwater.Reason;
	/** "none" makes no request. "high" takes long, because of how a refused origin is detected. */
	cost?: "none" | "high";
}

export const urls = (lab: Lab) => ({
	stream: lab.script(eventStream(send(events(1, 2, 3)), "hang")),
	ended: lab.script(eventStream(send(events(1, 2, 3)))),
	never: lab.url("/never-answers"),
	empty: lab.url("/empty"),
	missing: lab.url("/404"),
	endlessError: lab.url("/endless-error-body?ms=0"),
	page: lab.url("/200-html"),
	reset: lab.url("/rst-before-headers"),
	broken: lab.script(eventStream(send(events(1)), "wait=20", "rst")),
	large: lab.script(eventStream(send(`data: ${"x".repeat(2000)}`), "hang")),
	refused: elsewhere(lab.url("/cors-refused")),
});

export const WAYS: Record<string, Way> = {
	"close() at once": {
		make: (EventSource, { never }, signal) => {
			const source = new EventSource(never, { signal });
			source.close();
			return source;
		},
		reason: "caller",
		cost: "none",
	},
	"close() while CONNECTING": {
		make: (EventSource, { never }, signal) => {
			const source = new EventSource(never, { signal, connectTimeout: 60_000 });
			setTimeout(() => source.close(), 5);
			return source;
		},
		reason: "caller",
	},
	"close() while OPEN": {
		make: (EventSource, { stream }, signal) => {
			const source = new EventSource(stream, { signal, silenceTimeout: 60_000 });
			source.onopen = () => setTimeout(() => source.close());
			return source;
		},
		reason: "caller",
	},
	"close() in a handler": {
		make: (EventSource, { stream }, signal) => {
			const source = new EventSource(stream, { signal });
			source.onmessage = () => source.close();
			return source;
		},
		reason: "caller",
	},
	"close() while it waits to reconnect": {
		make: (EventSource, { empty }, signal) => {
			const source = new EventSource(empty, { signal, reconnect: { delay: 100_000 } });
			source.onerror = () => setTimeout(() => source.close());
			return source;
		},
		reason: "caller",
	},
	"close() while `request` is pending": {
		make: (EventSource, { never }, signal) => {
			const source = new EventSource(never, {
				signal,
				request: () => {
					setTimeout(() => source.close());
					return new Promise(() => {});
				},
			});
			return source;
		},
		reason: "caller",
		cost: "none",
	},
	"close() while a fetch of the caller's never settles": {
		make: (EventSource, { never }, signal) => {
			const source = new EventSource(never, {
				signal,
				fetch: () => {
					setTimeout(() => source.close());
					return new Promise(() => {});
				},
			});
			return source;
		},
		reason: "caller",
		cost: "none",
	},
	"a signal that is aborted already": {
		make: (EventSource, { never }) => new EventSource(never, { signal: AbortSignal.abort() }),
		reason: "signal",
		cost: "none",
	},
	"a signal while CONNECTING": {
		make: (EventSource, { never }) => {
			const controller = new AbortController();
			setTimeout(() => controller.abort(), 5);
			return new EventSource(never, { signal: controller.signal });
		},
		reason: "signal",
	},
	"a signal while OPEN": {
		make: (EventSource, { stream }) => {
			const controller = new AbortController();
			const source = new EventSource(stream, { signal: controller.signal });
			source.onmessage = () => controller.abort();
			return source;
		},
		reason: "signal",
	},
	"a clean end": {
		make: (EventSource, { ended }, signal) => new EventSource(ended, { signal, method: "POST" }),
		reason: "end",
	},
	until: {
		make: (EventSource, { stream }, signal) => new EventSource(stream, { signal, until: ({ data }) => data === "2" }),
		reason: "until",
	},
	"a broken network": {
		make: (EventSource, { reset }, signal) => new EventSource(reset, { signal, method: "POST" }),
		reason: "network",
	},
	"a fetch of the caller's that fails": {
		make: (EventSource, { never }, signal) => {
			return new EventSource(never, { signal, method: "POST", fetch: () => Promise.reject(new TypeError("no")) });
		},
		reason: "network",
		cost: "none",
	},
	"a broken stream": {
		make: (EventSource, { broken }, signal) => new EventSource(broken, { signal, method: "POST" }),
		reason: "interrupted",
	},
	"a refused origin": {
		make: (EventSource, { refused }, signal) => new EventSource(refused, { signal }),
		reason: "cors",
		cost: "high",
	},
	"a status with a text": {
		make: (EventSource, { missing }, signal) => new EventSource(missing, { signal }),
		reason: "status",
	},
	"a status with an endless text": {
		make: (EventSource, { endlessError }, signal) => new EventSource(endlessError, { signal }),
		reason: "status",
	},
	"a status that the caller gives up on": {
		make: (EventSource, { missing }, signal) => new EventSource(missing, { signal, reconnect: () => false }),
		reason: "status",
	},
	"a wrong content type": {
		make: (EventSource, { page }, signal) => new EventSource(page, { signal }),
		reason: "content-type",
	},
	"a server that does not answer": {
		make: (EventSource, { never }, signal) => new EventSource(never, { signal, method: "POST", connectTimeout: 5 }),
		reason: "timeout",
	},
	"a server that falls silent": {
		make: (EventSource, { stream }, signal) => {
			return new EventSource(stream, { signal, method: "POST", silenceTimeout: 5 });
		},
		reason: "silence",
	},
	"an event too large": {
		make: (EventSource, { large }, signal) => new EventSource(large, { signal, maxEventSize: 1000 }),
		reason: "too-large",
	},
	"too many attempts": {
		make: (EventSource, { empty }, signal) => {
			return new EventSource(empty, { signal, reconnect: { delay: 1, maxDelay: 1, maxRetries: 1 } });
		},
		reason: "attempts",
	},
	"a `request` that is impossible": {
		make: (EventSource, { never }, signal) => new EventSource(never, { signal, request: () => ({ url: "http://[" }) }),
		reason: "request",
		cost: "none",
	},
	"the end of a stream from elsewhere": {
		make: (EventSource) => EventSource.fromReadableStream(new Response("data: x\n\n").body!),
		reason: "end",
		cost: "none",
	},
	"the failure of a stream from elsewhere": {
		make: (EventSource) => {
			const stream = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("no")) });
			return EventSource.fromReadableStream(stream);
		},
		reason: "interrupted",
		cost: "none",
	},
	"an iteration that is left": {
		make: (_EventSource, { stream }, signal, events) => ({
			closed: (async () => {
				for await (const _ of events(stream, { signal })) {
					break;
				}
				return { reason: "caller" } as const;
			})(),
		}),
		reason: "caller",
	},
	"an iteration that is left while a message is awaited": {
		make: (_EventSource, { never }, signal, events) => ({
			closed: (async () => {
				const iterator = events(never, { signal });
				setTimeout(() => iterator.return?.(), 5);
				await iterator.next();
				return { reason: "caller" } as const;
			})(),
		}),
		reason: "caller",
	},
	"an iteration whose signal is aborted": {
		make: (_EventSource, { stream }, _signal, events) => ({
			closed: (async () => {
				const controller = new AbortController();
				const iterator = events(stream, { signal: controller.signal });
				await iterator.next();
				controller.abort();
				return iterator.next().then(
					() => ({ reason: "end" }) as const,
					() => ({ reason: "signal" }) as const,
				);
			})(),
		}),
		reason: "signal",
	},
	"an iteration that fails": {
		make: (_EventSource, { missing }, signal, events) => ({
			closed: events(missing, { signal })
				.next()
				.then(
					() => ({ reason: "end" }) as const,
					({ reason }) => ({ reason }),
				),
		}),
		reason: "status",
	},
	"close() of a stream from elsewhere": {
		make: (EventSource) => {
			const source = EventSource.fromReadableStream(new ReadableStream<Uint8Array>());
			source.onopen = () => source.close();
			return source;
		},
		reason: "caller",
		cost: "none",
	},
	"callbacks with a clean end": {
		make: (_EventSource, { ended }, signal) => ({
			closed: tools.fetchEventSource(ended, { signal, onopen: async () => {} }).then(() => ({ reason: "end" })),
		}),
		reason: "end",
	},
	"callbacks whose signal is aborted already": {
		make: (_EventSource, { never }) => ({
			closed: tools.fetchEventSource(never, { signal: AbortSignal.abort() }).then(() => ({ reason: "signal" })),
		}),
		reason: "signal",
		cost: "none",
	},
	"callbacks, one of which aborts the signal": {
		make: (_EventSource, { stream }) => {
			const controller = new AbortController();
			const { signal } = controller;
			const ended = tools.fetchEventSource(stream, { signal, onmessage: () => controller.abort() });
			return { closed: ended.then(() => ({ reason: "signal" })) };
		},
		reason: "signal",
	},
	"callbacks whose signal is aborted while onopen never settles": {
		make: (_EventSource, { stream }) => {
			const controller = new AbortController();
			const { signal } = controller;
			const onopen = () => {
				setTimeout(() => controller.abort());
				return new Promise(() => {});
			};
			return { closed: tools.fetchEventSource(stream, { signal, onopen }).then(() => ({ reason: "signal" })) };
		},
		reason: "signal",
	},
	"callbacks whose signal is aborted between two attempts": {
		make: (_EventSource, { missing }) => {
			const controller = new AbortController();
			const { signal } = controller;
			const onerror = () => {
				setTimeout(() => controller.abort());
				return 100_000;
			};
			return { closed: tools.fetchEventSource(missing, { signal, onerror }).then(() => ({ reason: "signal" })) };
		},
		reason: "signal",
	},
	"callbacks until a message": {
		make: (_EventSource, { stream }, signal) => ({
			closed: tools
				.fetchEventSource(stream, { signal, until: ({ data }) => data === "2" })
				.then(() => ({ reason: "until" })),
		}),
		reason: "until",
	},
	"callbacks, one of which throws at each attempt": {
		make: (_EventSource, { stream }, signal) => {
			let attempts = 0;
			const throwing = () => {
				throw { reason: "caller" };
			};
			const callbacks = [{ onopen: throwing }, { onmessage: throwing }];
			const onerror = () => (++attempts < 3 ? 1 : undefined);
			const ends = callbacks.map((callback) =>
				tools.fetchEventSource(stream, { signal, method: "POST", ...callback, onerror }).then(
					() => ({ reason: "end" }) as const,
					({ reason }) => ({ reason }),
				),
			);
			return { closed: Promise.all(ends).then(([first]) => first!) };
		},
		reason: "caller",
	},
	"callbacks for a request that fails": {
		make: (_EventSource, { missing }, signal) => ({
			closed: tools.fetchEventSource(missing, { signal }).then(
				() => ({ reason: "end" }),
				({ reason }) => ({ reason }),
			),
		}),
		reason: "status",
	},
};
