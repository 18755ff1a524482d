// Rules for the delivery of the events of one chunk: their order among listeners and promise
// reactions. A throwing handler or a `close()` in between has limited effects, and other tasks of
// the page still run.

import { eventStream, events, expect, send, test } from "./support.ts";

const LAST = "event: last\ndata\n\n";
/** All events are in one write, so that one read returns all of them. */
const inOneChunk = (text: string, ...ending: string[]) =>
	eventStream(send(text), ...(ending.length ? ending : ["hang"]));

test("the microtasks of an event's first listener run before the next event", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url);
			const order: string[] = [];
			source.onmessage = ({ data }) => {
				order.push(`event ${data}`);
				queueMicrotask(() => order.push(`microtask ${data}`));
				Promise.resolve()
					.then(() => {})
					.then(() => {})
					.then(() => order.push(`third reaction ${data}`));
			};
			await once(source, "last");
			source.close();
			return order;
		},
		lab.script(inOneChunk(events(1, 2) + LAST)),
		["event 1", "microtask 1", "third reaction 1", "event 2", "microtask 2", "third reaction 2"],
	);
});

// behavior 10.6
test("awaiting one event at a time, directly and through two async functions, sees every event of a chunk", async ({
	lab,
}) => {
	const numbers = Array.from({ length: 100 }, (_, index) => String(index));
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const outcome: string[][] = [];
			for (const depth of [0, 1, 2]) {
				const source = new EventSource(url);
				let next = (): Promise<MessageEvent> => once(source, "message");
				for (let wrapped = 0; wrapped < depth; wrapped++) {
					const inner = next;
					next = async () => {
						const event = await inner();
						return event;
					};
				}
				const seen: string[] = [];
				for (;;) {
					const { data } = await next();
					if (data === "last") {
						break;
					}
					seen.push(data);
				}
				source.close();
				outcome.push(seen);
			}
			return outcome;
		},
		lab.script(inOneChunk(events(...numbers, "last"))),
		[numbers, numbers, numbers],
	);
});

// behavior 10.6
test("awaiting open and then the first event sees both, even if the bytes have arrived already", async ({ lab }) => {
	const seen = await lab.ours(async ({ EventSource, once }) => {
		const seen: string[] = [];
		for (const depth of [0, 1, 2]) {
			const headers = { "content-type": "text/event-stream" };
			const source = new EventSource("/unused", { fetch: async () => new Response("data: first\n\n", { headers }) });
			let opened = () => once<Event>(source, "open");
			for (let wrapped = 0; wrapped < depth; wrapped++) {
				const inner = opened;
				opened = async () => {
					const event = await inner();
					return event;
				};
			}
			await opened();
			seen.push((await once(source, "message")).data);
			source.close();
		}
		return seen;
	});
	expect(seen).toEqual(["first", "first", "first"]);
});

test("close() after event 1 was awaited, directly or through async functions, drops all later events", async ({
	lab,
}) => {
	await lab.expectBoth(
		async ({ EventSource, once, record, tasks }, url) => {
			const outcome: unknown[] = [];
			for (const depth of [0, 1, 2]) {
				const source = new EventSource(url);
				const fired = record(source);
				let first = (): Promise<MessageEvent> => once(source, "message");
				for (let wrapped = 0; wrapped < depth; wrapped++) {
					const inner = first;
					first = async () => {
						const event = await inner();
						return event;
					};
				}
				await first();
				source.close();
				await tasks();
				outcome.push(fired.map(({ type, data }) => data ?? type));
			}
			return outcome;
		},
		lab.script(inOneChunk(events(1, 2, 3))),
		Array(3).fill(["open", "1"]),
	);
});

// behavior 10.2
test("a source fires open, error and the events of the server, and nothing else", async ({ lab }) => {
	const types = await lab.ours(
		async ({ EventSource }, url) => {
			const types: string[] = [];
			const { dispatchEvent } = EventTarget.prototype;
			EventTarget.prototype.dispatchEvent = function (event) {
				if (this instanceof EventSource) {
					types.push(event.type);
				}
				return dispatchEvent.call(this, event);
			};
			const source = new EventSource(url);
			await source.closed;
			await new Promise((resolve) => setTimeout(resolve));
			EventTarget.prototype.dispatchEvent = dispatchEvent;
			return types;
		},
		lab.script(eventStream(send("retry: 1\n: c\n\nid: 1\n\nevent: close\ndata: a\n\n")), "status=204"),
	);
	expect(types).toEqual(["open", "close", "error", "error"]);
});

// behavior 10.11
test("a throwing handler or listener is reported and changes nothing else", async ({ lab, uncaught }) => {
	for (const which of ["native", "ours"] as const) {
		const outcome = await lab.run(
			which,
			async ({ EventSource, once, record }, url) => {
				const reported: string[] = [];
				addEventListener("error", ({ error }) => reported.push(error.message));
				const source = new EventSource(url);
				source.onopen = () => {
					throw new Error("onopen");
				};
				source.onmessage = ({ data }) => {
					throw new Error(`onmessage ${data}`);
				};
				source.addEventListener("message", ({ data }) => {
					throw new Error(`listener ${data}`);
				});
				const fired = record(source);
				await once(source, "last");
				const state = source.readyState;
				source.close();
				return { state, reported, fired: fired.map(({ data, type, lastEventId }) => [data ?? type, lastEventId]) };
			},
			lab.script(inOneChunk(`id: 1\ndata: a\n\nid: 2\ndata: b\n\n${LAST}`)),
		);
		expect(outcome, which).toEqual({
			state: 1,
			reported: ["onopen", "onmessage a", "listener a", "onmessage b", "listener b"],
			fired: [
				["open", undefined],
				...[
					["a", "1"],
					["b", "2"],
				],
			],
		});
		expect(await lab.requests(which)).toHaveLength(1);
	}
	expect(uncaught.splice(0)).toHaveLength(10);
});

test("an error handler that throws prevents neither reconnecting nor closing", async ({ lab, uncaught }) => {
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url);
			source.onerror = () => {
				throw new Error("onerror");
			};
			await once(source, "message");
			await once(source, "error");
			const reconnecting = source.readyState;
			await once(source, "error");
			return [reconnecting, source.readyState];
		},
		lab.script(inOneChunk(`retry: 1\n\n${events(1)}`, "end"), "status=204"),
		[0, 2],
	);
	expect(uncaught.splice(0)).toHaveLength(4);
});

// behavior 10.5
test("the last event ID is set when its block is delivered, even if the block fires no event", async ({
	lab,
	uncaught,
}) => {
	const ids = await lab.ours(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url);
			const ids: string[] = [source.lastEventId];
			source.onmessage = (event) => {
				ids.push(`${event.data} ${event.lastEventId} ${source.lastEventId}`);
				queueMicrotask(() => ids.push(`after ${event.data} ${source.lastEventId}`));
				if (event.data === "b") {
					throw new Error("b");
				}
			};
			await once(source, "last");
			source.close();
			return [...ids, source.lastEventId];
		},
		lab.script(inOneChunk(`id: 1\ndata: a\n\nid: 2\n\nid: 3\ndata: b\n\ndata: c\n\n${LAST}id: 9\ndata\n\n`)),
	);
	expect(ids).toEqual(["", "a 1 1", "after a 1", "b 3 3", "after b 3", "c 3 3", "after c 3", "3"]);
	expect(uncaught.splice(0)).toHaveLength(1);
});

// behavior 10.5
test("after close() in the middle of a chunk, lastEventId is the ID of the last delivered event", async ({ lab }) => {
	const ids = await lab.ours(
		async ({ EventSource, once, tasks }, url) => {
			const source = new EventSource(url);
			source.onmessage = ({ data }) => data === "b" && source.close();
			await once(source, "message");
			await source.closed;
			await tasks();
			return source.lastEventId;
		},
		lab.script(inOneChunk("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\n\nid: 4\ndata: c\n\n")),
	);
	expect(ids).toBe("2");
});

// behavior 10.9
test("the end of the body is handled after the last event and its microtasks", async ({ lab }) => {
	const order = await lab.ours(
		async ({ EventSource }, url) => {
			const source = new EventSource(url, { method: "POST" });
			const order: string[] = [];
			const closed = source.closed.then(({ reason }) => order.push(`closed ${reason}`));
			source.onmessage = ({ data }) => {
				order.push(`event ${data} ${source.readyState}`);
				Promise.resolve().then(() => order.push(`reaction ${data} ${source.readyState}`));
			};
			await closed;
			return order;
		},
		lab.script(inOneChunk(events(1, 2, 3), "end")),
	);
	const of = (data: number) => [`event ${data} 1`, `reaction ${data} 1`];
	expect(order).toEqual([...of(1), ...of(2), ...of(3), "closed end"]);
});

// behavior 10.10
test("the next chunk is read only when every event of this one is delivered", async ({ lab }) => {
	const reads = await lab.ours(async ({ EventSource }) => {
		const text = Array.from({ length: 50 }, (_, index) => `data: ${index}\n\n`).join("");
		let pulls = 0;
		const pull = (controller: ReadableStreamDefaultController) => {
			pulls += 1;
			pulls > 3 ? controller.close() : controller.enqueue(new TextEncoder().encode(text));
		};
		const source = new EventSource("/unused", {
			end: "close",
			fetch: async () =>
				new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), {
					headers: { "content-type": "text/event-stream" },
				}),
		});
		const reads: number[] = [];
		source.onmessage = () => reads.push(pulls);
		await source.closed;
		return reads;
	});
	expect(reads).toEqual([1, 2, 3].flatMap((pull) => Array(50).fill(pull)));
});

test("a handler may close its source and make another one", async ({ lab }) => {
	const seen = await lab.ours(
		async ({ EventSource }, [firstUrl, secondUrl]) =>
			new Promise<string[]>((resolve) => {
				const seen: string[] = [];
				const first = new EventSource(firstUrl!);
				first.onmessage = ({ data }) => {
					seen.push(`first ${data}`);
					first.close();
					const second = new EventSource(secondUrl!);
					second.onmessage = ({ data }) => seen.push(`second ${data}`);
					second.addEventListener("last", () => {
						second.close();
						resolve(seen);
					});
				};
			}),
		[lab.script(inOneChunk(events(1, 2))), lab.script(inOneChunk(events(3, 4) + LAST))],
	);
	expect(seen).toEqual(["first 1", "second 3", "second 4"]);
});

test("no event of a chunk of 50,000 is lost, and timers run in between", async ({ lab }) => {
	const { count, wrong, ticks } = await lab.ours(async ({ EventSource, once }) => {
		const body = Array.from({ length: 50_000 }, (_, index) => `data: ${index}\n\n`).join("");
		const source = new EventSource("/unused", {
			end: "close",
			fetch: async () => new Response(body, { headers: { "content-type": "text/event-stream" } }),
		});
		let [count, wrong, ticks] = [0, 0, 0];
		source.onmessage = ({ data }) => {
			wrong += Number(data !== String(count));
			count += 1;
		};
		await once(source, "message");
		const tick = () => {
			ticks += 1;
			setTimeout(tick);
		};
		setTimeout(tick);
		await source.closed;
		return { count, wrong, ticks };
	});
	expect({ count, wrong }).toEqual({ count: 50_000, wrong: 0 });
	expect(ticks).toBeGreaterThan(0);
});

// behavior 10.7
test("the page can run a task after 12 ms of delivery, even with slow handlers", async ({ lab }) => {
	const longest = await lab.ours(
		async ({ EventSource }, url) => {
			const source = new EventSource(url, { method: "POST" });
			const { port1, port2 } = new MessageChannel();
			let [uninterrupted, longest] = [0, 0];
			// The page has had a turn if one of these two tasks has run. The port's task can be
			// late in WebKit, and the window's task in Chromium.
			const turn = () => {
				uninterrupted = 0;
			};
			addEventListener("message", turn);
			port1.onmessage = turn;
			source.onmessage = () => {
				if (uninterrupted === 0) {
					postMessage(undefined);
					port2.postMessage(undefined);
				}
				const start = performance.now();
				while (performance.now() - start < 4) {}
				uninterrupted += 1;
				longest = Math.max(longest, uninterrupted);
			};
			await source.closed;
			port1.close();
			return longest;
		},
		lab.script(inOneChunk(events(...Array(50).keys()), "end")),
	);
	// Each event takes 4 ms, so 12 ms are over in the fourth event at the latest. The page's turn
	// may have to wait for one more event.
	expect(longest).toBeLessThanOrEqual(5);
});
