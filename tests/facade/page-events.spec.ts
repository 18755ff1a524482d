// The effects of pagehide, pageshow and resume on a source, in every browser. These tests dispatch
// the events. In back-forward-cache.spec.ts, the browser really moves the page into the cache.

import { eventStream, events, expect, send, test } from "./support.ts";

interface InPage {
	/**
	 * Dispatches the event of a page that moves into the back/forward cache or back, and waits for
	 * its effects.
	 */
	transition(name: "pagehide" | "pageshow", persisted: boolean): Promise<void>;
	/** Waits for longer than the waits of these tests. */
	longer(): Promise<void>;
}

test.beforeEach(async ({ lab }) => {
	await lab.page.evaluate(() => {
		Object.assign(globalThis, {
			async transition(name: string, persisted: boolean) {
				// This runs in a separate task, as in a browser, and not between the microtasks of
				// an event.
				await new Promise((resolve) => setTimeout(resolve));
				dispatchEvent(new PageTransitionEvent(name, { persisted }));
				await new Promise((resolve) => setTimeout(resolve));
			},
			longer: () => new Promise((resolve) => setTimeout(resolve, 300)),
		});
	});
});

const ONE_THEN_HANG = eventStream(send("retry: 1\nid: é\ndata: a\n\n"), "hang");

// behavior 13.1
test("pagehide frees the socket and fires nothing; pageshow fires the error, and a GET continues with its last event ID", async ({
	lab,
}) => {
	const url = lab.script(ONE_THEN_HANG);
	const away = await lab.ours(async ({ EventSource, kept, once, record }, url) => {
		kept.source = new EventSource(url);
		kept.fired = record(kept.source);
		await once(kept.source, "message");
		const { transition } = globalThis as unknown as InPage;
		await transition("pagehide", true);
		return [kept.source.readyState, kept.fired.length];
	}, url);
	expect(away).toEqual([1, 2]);
	await lab.expectNoSockets();
	const back = await lab.ours(async ({ kept, once }) => {
		const { transition, longer } = globalThis as unknown as InPage;
		await longer();
		const before = kept.fired.length;
		const open = once<Event>(kept.source, "open");
		await transition("pageshow", true);
		await open;
		await once(kept.source, "message");
		kept.source.close();
		return [before, ...kept.fired.slice(2).map(({ type, reason, readyState }) => `${type} ${readyState} ${reason}`)];
	});
	expect(back).toEqual([2, "error 0 interrupted", "open 1 undefined", "message 1 undefined"]);
	expect((await lab.requests()).map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([null, lab.idBytes("é")]);
});

// behavior 13.4
test("pagehide and pageshow change nothing if persisted is false, as when a page is unloaded or loaded", async ({
	lab,
}) => {
	const url = lab.script(eventStream(send(events(1)), "wait=300", send(events(2)), "hang"));
	const seen = await lab.ours(async ({ EventSource, once, record }, url) => {
		const source = new EventSource(url);
		const fired = record(source);
		await once(source, "message");
		const { transition } = globalThis as unknown as InPage;
		await transition("pageshow", false);
		await transition("pageshow", true);
		await transition("pagehide", false);
		await transition("pagehide", false);
		await transition("pageshow", false);
		await once(source, "message");
		source.close();
		return fired.map(({ type }) => type);
	}, url);
	expect(seen).toEqual(["open", "message", "message"]);
	expect(await lab.requests()).toHaveLength(1);
});

// behavior 13.1
test("a request that may not be repeated ends with one error, whose reason is interrupted", async ({ lab }) => {
	const url = lab.script(ONE_THEN_HANG);
	const seen = await lab.ours(async ({ EventSource, once, record, tasks }, url) => {
		const outcome: string[] = [];
		for (const init of [{ json: {} }, { reconnect: false }, { json: {}, reconnect: { delay: 1 } }]) {
			const source = new EventSource(url, init);
			await once(source, "message");
			const fired = record(source);
			const { transition } = globalThis as unknown as InPage;
			await transition("pagehide", true);
			const failed = once<Event>(source, "error");
			await transition("pageshow", true);
			await failed;
			await tasks();
			outcome.push(`${fired[0]!.type} ${fired[0]!.readyState} ${fired[0]!.reason}`);
			source.close();
			outcome.push((await source.closed).reason);
		}
		return outcome;
	}, url);
	const ended = ["error 2 interrupted", "interrupted"];
	expect(seen).toEqual([...ended, ...ended, "error 0 interrupted", "caller"]);
	await lab.expectNoSockets();
});

// behavior 13.3
test("a source that waits to reconnect sends no request while the page is away, and one when the page is back", async ({
	lab,
}) => {
	const url = lab.script(eventStream(send("retry: 50\nid: 7\ndata: a\n\n")), eventStream(send(events(2)), "hang"));
	await lab.ours(async ({ EventSource, kept, once, record }, url) => {
		kept.source = new EventSource(url);
		kept.fired = record(kept.source);
		await once(kept.source, "error");
		const { transition, longer } = globalThis as unknown as InPage;
		await transition("pagehide", true);
		await longer();
	}, url);
	expect(await lab.requests()).toHaveLength(1);
	const types = await lab.ours(async ({ kept, once }) => {
		const next = once(kept.source, "message");
		await (globalThis as unknown as InPage).transition("pageshow", true);
		await next;
		kept.source.close();
		return kept.fired.map(({ type }) => type);
	});
	expect(types).toEqual(["open", "message", "error", "open", "message"]);
	expect((await lab.requests()).map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([null, "37"]);
});

// behavior 13.1
test("a source without a response aborts its request, and sends it again when the page is back", async ({ lab }) => {
	const url = lab.script("hang", eventStream(send(events(1)), "hang"));
	await lab.ours(async ({ EventSource, init, kept, record }, url) => {
		// Until the module is loaded, the browser decides about the request.
		await init();
		kept.source = new EventSource(url, { reconnect: { delay: 1 } });
		kept.fired = record(kept.source);
	}, url);
	await expect.poll(async () => (await lab.log()).open).toBe(1);
	await lab.ours(() => (globalThis as unknown as InPage).transition("pagehide", true));
	await lab.expectNoSockets();
	const seen = await lab.ours(async ({ kept, once }) => {
		const before = kept.fired.length;
		const next = once(kept.source, "message");
		await (globalThis as unknown as InPage).transition("pageshow", true);
		await next;
		kept.source.close();
		return [before, ...kept.fired.map(({ type, reason }) => reason ?? type)];
	});
	expect(seen).toEqual([0, "network", "open", "message"]);
});

test("if the page leaves while the body of a refused response is read, the refusal is reported when the page is back", async ({
	lab,
}) => {
	const seen = await lab.ours(async ({ EventSource, init, once, record }, url) => {
		const { transition } = globalThis as unknown as InPage;
		await init();
		let answered = () => {};
		const answer = new Promise<void>((resolve) => {
			answered = resolve;
		});
		const source = new EventSource(url, {
			fetch: async (...given) => {
				const response = await fetch(...given);
				answered();
				return response;
			},
		});
		const fired = record(source);
		await answer;
		await transition("pagehide", true);
		const before = fired.length;
		const failed = once<Event>(source, "error");
		await transition("pageshow", true);
		await failed;
		return [before, ...fired.map(({ type, readyState, reason, status }) => [type, readyState, reason, status])];
	}, lab.url("/endless-error-body"));
	expect(seen).toEqual([0, ["error", 2, "status", 500]]);
	await lab.expectNoSockets();
});

// behavior 13.5
test("pagehide and pageshow do not affect a source of fromReadableStream()", async ({ lab }) => {
	const seen = await lab.ours(async ({ EventSource, once, record, tasks }) => {
		const { transition } = globalThis as unknown as InPage;
		const log: string[] = [];
		let enqueue = (_text: string) => {};
		const stream = new ReadableStream<Uint8Array>({
			start: (controller) => {
				enqueue = (text) => controller.enqueue(new TextEncoder().encode(text));
			},
			cancel: () => void log.push("canceled"),
		});
		const source = EventSource.fromReadableStream(stream);
		const fired = record(source);
		await once(source, "open");
		await transition("pagehide", true);
		await transition("pageshow", true);
		if (log.length === 0) {
			enqueue("data: after\n\n");
		}
		await tasks();
		return [...log, source.readyState, ...fired.map(({ type, data }) => data ?? type)];
	});
	expect(seen).toEqual([1, "open", "after"]);
});

// behavior 13.6
test("on resume, a request that may be repeated is sent again, and any other request continues", async ({ lab }) => {
	const url = lab.script(eventStream(send("retry: 1\nid: 7\ndata: a\n\n"), "wait=500", send("data: b\n\n"), "hang"));
	const seen = await lab.ours(async ({ EventSource, once, record }, url) => {
		const sources = [{}, { json: {} }, { json: {}, reconnect: true }].map((init) => new EventSource(url, init));
		const fired = sources.map((source) => record(source));
		await Promise.all(sources.map((source) => once(source, "message")));
		document.dispatchEvent(new Event("resume"));
		for (const [index, source] of sources.entries()) {
			while (fired[index]!.at(-1)!.data !== "b") {
				await once(source, "message");
			}
			source.close();
		}
		return fired.map((fired) => fired.map(({ type, data, reason }) => data ?? reason ?? type));
	}, url);
	const again = ["open", "a", "interrupted", "open", "a", "b"];
	expect(seen).toEqual([again, ["open", "a", "b"], again]);
});

test("close() and an abort while the page is away are final: nothing fires, then or later", async ({ lab }) => {
	const seen = await lab.ours(async ({ EventSource, once, record }, url) => {
		const { transition, longer } = globalThis as unknown as InPage;
		const controller = new AbortController();
		const sources = [new EventSource(url), new EventSource(url, { signal: controller.signal })];
		await Promise.all(sources.map((source) => once(source, "message")));
		const fired = sources.map((source) => record(source));
		await transition("pagehide", true);
		sources[0]!.close();
		controller.abort();
		const reasons = await Promise.all(sources.map(async ({ closed }) => (await closed).reason));
		await transition("pageshow", true);
		await longer();
		return [...reasons, ...fired.map((fired) => fired.length)];
	}, lab.script(ONE_THEN_HANG));
	expect(seen).toEqual(["caller", "signal", 0, 0]);
	expect(await lab.requests()).toHaveLength(2);
	await lab.expectNoSockets();
});

// behavior 13.2
test("if the page leaves while a batch is being delivered, the whole batch is delivered, once", async ({ lab }) => {
	const count = 200;
	const seen = await lab.ours(
		async ({ EventSource, once }, { url }) => {
			const { transition } = globalThis as unknown as InPage;
			const source = new EventSource(url);
			const data: string[] = [];
			const some = new Promise<void>((resolve) => {
				source.onmessage = (event) => {
					data.push(event.data);
					const end = performance.now() + 1;
					while (performance.now() < end) {}
					if (data.length === 30) {
						resolve(new Promise((later) => setTimeout(later)));
					}
				};
			});
			source.onerror = ({ reason }) => data.push(`error ${reason}`);
			await some;
			const last = once(source, "last");
			await transition("pagehide", true);
			await transition("pageshow", true);
			await last;
			source.close();
			return data;
		},
		{
			url: lab.script(
				eventStream(
					send("retry: 1\n\n"),
					send(Array.from({ length: count }, (_, n) => `id: ${n}\ndata: ${n}\n\n`).join("")),
					"hang",
				),
				eventStream(send("event: last\ndata\n\n"), "hang"),
			),
		},
	);
	expect(seen).toEqual([...Array.from({ length: count }, (_, n) => `${n}`), "error interrupted"]);
	expect((await lab.requests()).map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([
		null,
		Buffer.from(`${count - 1}`).toString("hex"),
	]);
});

test("a CLOSED source has no listener on window or signal, even if the page left several times", async ({ lab }) => {
	const seen = await lab.ours(
		async ({ EventSource, once, tasks }, urls) => {
			const { transition } = globalThis as unknown as InPage;
			const listeners = new Set<string>();
			const known: unknown[] = [];
			const idOf = (listener: unknown) => {
				if (!known.includes(listener)) {
					known.push(listener);
				}
				return known.indexOf(listener);
			};
			const watch = (target: EventTarget, label: string) => {
				const { addEventListener, removeEventListener } = target;
				target.addEventListener = (...[name, listener, ...rest]: Parameters<EventTarget["addEventListener"]>) => {
					listeners.add(`${label} ${name} ${idOf(listener)}`);
					addEventListener.call(target, name, listener, ...rest);
				};
				target.removeEventListener = (...[name, listener, ...rest]: Parameters<EventTarget["addEventListener"]>) => {
					listeners.delete(`${label} ${name} ${idOf(listener)}`);
					removeEventListener.call(target, name, listener, ...rest);
				};
			};
			const controller = new AbortController();
			watch(globalThis as unknown as EventTarget, "window");
			watch(controller.signal, "signal");
			const { signal } = controller;
			const counts: number[] = [];
			const left = [new EventSource(urls.hang, { signal }), new EventSource(urls.hang, { json: {}, signal })];
			await Promise.all(left.map((source) => once(source, "message")));
			counts.push(listeners.size);
			for (let trip = 0; trip < 3; trip++) {
				await transition("pagehide", false);
				await transition("pagehide", true);
				await transition("pageshow", true);
			}
			await left[1]!.closed;
			await once(left[0]!, "message");
			counts.push(listeners.size);
			await transition("pagehide", true);
			left[0]!.close();
			await tasks();
			const ended = [
				new EventSource(urls.refused, { signal }),
				new EventSource(urls.ends, { signal, method: "POST" }),
				EventSource.fromReadableStream(new Response("data: x\n\n").body!),
			];
			await Promise.all(ended.map(({ closed }) => closed));
			await tasks();
			return [...counts, ...listeners];
		},
		{
			hang: lab.script(eventStream(send("retry: 1\ndata: a\n\n"), "hang")),
			refused: lab.url("/404"),
			ends: lab.url("/empty"),
		},
	);
	// There are five listeners on the window for each source, and one on the signal for both.
	expect(seen).toEqual([11, 6]);
});
