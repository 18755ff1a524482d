// Rules of the standard for data from the server: events, IDs, reconnection and failure. Each test
// also runs with the browser's own class.

import { eventStream, events, expect, HANDED_OVER, send, test } from "./support.ts";

/**
 * Event names that a server may use and that have a meaning in JavaScript or for an EventSource.
 */
const NAMES = ["error", "open", "close", "constructor", "__proto__", "toString", "hasOwnProperty", "message", "tök 日"];

// behavior 10.2
test("an event from the server with any name is a MessageEvent", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, once }, { url, names }) => {
			const source = new EventSource(url);
			await once(source, "open");
			const seen: unknown[] = [];
			for (const name of names) {
				source.addEventListener(name, (event) => {
					const { type, data, bubbles, cancelable, source, ports, origin } = event;
					const own = [bubbles, cancelable, source, ports.length, origin === location.origin];
					seen.push([type, data, event instanceof MessageEvent, Object.prototype.toString.call(event), ...own]);
				});
			}
			await once(source, "last");
			source.close();
			return seen;
		},
		{
			names: NAMES,
			url: lab.script(
				eventStream(
					send(":\n\n"),
					"wait=100",
					send(`${NAMES.map((name) => `event: ${name}\ndata: ${name}!\n\n`).join("")}event: last\ndata\n\n`),
					"hang",
				),
			),
		},
		NAMES.map((name) => [name, `${name}!`, true, "[object MessageEvent]", false, false, null, 0, true]),
	);
});

// behavior 10.2
test("events named error and open reach the handlers of those names, and change no state", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url);
			const seen: unknown[] = [];
			source.onopen = (event) => seen.push(["open", (event as unknown as MessageEvent).data, source.readyState]);
			source.onerror = (event) => seen.push(["error", (event as unknown as MessageEvent).data, source.readyState]);
			await once(source, "message");
			source.close();
			return seen;
		},
		lab.script(eventStream(send(`event: error\ndata: a\n\nevent: open\ndata: b\n\n${events(1)}`), "hang")),
		[
			["open", undefined, 1],
			["error", "a", 1],
			["open", "b", 1],
		],
	);
});

test("text arrives unchanged: several lines, every plane, U+FEFF, U+0000, empty", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, once, record }, url) => {
			const source = new EventSource(url);
			const fired = record(source);
			await once(source, "last");
			source.close();
			return fired.filter(({ type }) => type === "message").map(({ data, lastEventId }) => [data, lastEventId]);
		},
		lab.script(
			eventStream(
				send("\uFEFFdata: \uFEFFa\uFEFF\nid: 日本🦀\n\n"),
				send("data: é\r\ndata:  日本語\rdata:\ndata: 🦀🦀\n\n"),
				send("data:\u0000\nid: \u0000\n\ndata\n\n:comment\n\nevent: x\n\ndata: last\n\n"),
				send("event: last\ndata\n\n"),
				"hang",
			),
		),
		[
			["\uFEFFa\uFEFF", "日本🦀"],
			["é\n 日本語\n\n🦀🦀", "日本🦀"],
			["\u0000", "日本🦀"],
			["", "日本🦀"],
			["last", "日本🦀"],
		],
	);
});

// behavior 10.3, 10.4
test("the last event ID is kept, is set by a block with only an id, and is reset by an empty one", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, once, record }, url) => {
			const source = new EventSource(url);
			const fired = record(source, "named");
			await once(source, "last");
			source.close();
			return fired.filter(({ type }) => type !== "open").map(({ data, lastEventId }) => [data, lastEventId]);
		},
		lab.script(
			eventStream(
				send("data: a\n\nid: 1\ndata: b\n\ndata: c\n\nid: 2\n\nevent: named\ndata: d\n\nid\ndata: e\n\ndata: f\n\n"),
				send("event: last\ndata\n\n"),
				"hang",
			),
		),
		[
			["a", ""],
			["b", "1"],
			["c", "1"],
			["d", "2"],
			["e", ""],
			["f", ""],
		],
		{
			names: ["id-only block"],
			native: {
				firefox: [
					["a", ""],
					["b", "1"],
					["c", "1"],
					["d", "1"],
					["e", ""],
					["f", ""],
				],
			},
		},
	);
});

// behavior 10.2
test("the origin of an event is that of the final URL after redirects, and url does not change", async ({ lab }) => {
	const other = lab.origin.replace("127.0.0.1", "localhost");
	const target = `${other}/script?do=${eventStream(send(events(1)), "hang")}`;
	const url = lab.url(`/redirect?to=${encodeURIComponent(target)}`);
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url);
			const { origin } = await once(source, "message");
			source.close();
			return { origin, redirected: source.url !== url };
		},
		url,
		{ origin: other, redirected: false },
	);
});

// behavior 10.8
test("close() in a handler drops the rest of the chunk, and no later event fires", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, kept, record, once }, url) => {
			kept.source = new EventSource(url);
			kept.fired = record(kept.source);
			kept.source.addEventListener("message", (event) => event.data === "2" && kept.source.close());
			// The later listeners of this event are still called.
			kept.source.addEventListener("message", ({ data }) => kept.fired.push({ type: `second ${data}`, readyState: 0 }));
			await once(kept.source, "open");
		},
		lab.script(eventStream(send(events(1, 2, 3)), "wait=100", send(events(4)), "wait=100")),
		undefined,
	);
	for (const which of ["native", "ours"] as const) {
		await lab.expectNoSockets(which);
		const fired = await lab.run(which, async ({ kept, tasks }) => {
			await tasks();
			return [kept.source.readyState, ...kept.fired.map(({ type, data }) => data ?? type)];
		});
		expect(fired, which).toEqual([2, "open", "1", "second 1", "2", "second 2"]);
	}
});

test("close() in the open handler drops all events", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, record, once, tasks }, url) => {
			const source = new EventSource(url);
			const fired = record(source);
			source.onopen = () => source.close();
			await once(source, "open");
			await tasks();
			return fired.map(({ type }) => type);
		},
		lab.script(eventStream(send(events(1, 2)), "wait=50", send(events(3)))),
		["open"],
	);
});

// behavior 11.3
test("close() right after the constructor, and twice, fires nothing and leaves no request", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, record, tasks }, url) => {
			const source = new EventSource(url);
			const fired = record(source);
			source.close();
			source.close();
			await tasks();
			return [source.readyState, fired];
		},
		lab.url("/trickle"),
		[2, []],
	);
	await lab.expectNoSockets();
});

// behavior 4.17
test("after a clean end a GET is repeated with the last event ID in UTF-8, and a 204 then fails the connection with one error", async ({
	lab,
}) => {
	const url = lab.script(eventStream(send("retry: 1\nid: 日本🦀\ndata: a\n\nid: lost")), "status=204");
	await lab.expectBoth(
		async ({ EventSource, record }, url) => {
			const source = new EventSource(url);
			const fired = record(source);
			await new Promise<void>((resolve) => {
				source.addEventListener("error", () => source.readyState === source.CLOSED && resolve());
			});
			return fired.map(({ type, readyState }) => [type, readyState]);
		},
		url,
		[
			["open", 1],
			["message", 1],
			["error", 0],
			["error", 2],
		],
	);
	for (const which of ["native", "ours"] as const) {
		const ids = (await lab.requests(which)).map(({ method, lastEventIdHex }) => [method, lastEventIdHex]);
		expect(ids, which).toEqual([
			["GET", null],
			["GET", lab.idBytes("日本🦀", which)],
		]);
	}
});

// behavior 10.1
test("a connection that breaks off is reestablished, and the received part of an incomplete event is discarded", async ({
	lab,
}) => {
	const url = lab.script(
		eventStream(send("retry: 1\n\nid: 1\ndata: a\n\nid: 2\ndata: lo"), HANDED_OVER, "cut"),
		eventStream(send("st\n\nevent: last\ndata\n\n"), "hang"),
	);
	await lab.expectBoth(
		async ({ EventSource, record, once }, url) => {
			const source = new EventSource(url);
			const fired = record(source);
			await once(source, "last");
			source.close();
			return fired.map(({ type, readyState }) => [type, readyState]);
		},
		url,
		[
			["open", 1],
			["message", 1],
			["error", 0],
			["open", 1],
		],
	);
	expect((await lab.requests()).map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([null, "31"]);
});

// behavior 4.18
test("any response but a 200 with an event stream fails the connection, with one error and no second request", async ({
	lab,
}) => {
	const routes = ["/404", "/500-html", "/200-html", "/204", "/no-body-type", "/error-event-stream", "/401-json"];
	await lab.expectBoth(
		async ({ EventSource, record, once, tasks }, urls) => {
			const outcome: unknown[] = [];
			for (const url of urls) {
				const source = new EventSource(url);
				const fired = record(source);
				await once(source, "error");
				await tasks();
				outcome.push(fired.map(({ type, readyState }) => [type, readyState]));
			}
			return outcome;
		},
		routes.map((route) => lab.url(route)),
		routes.map(() => [["error", 2]]),
	);
	expect(await lab.requests()).toHaveLength(routes.length);
	await lab.expectNoSockets();
});

test("a GET has the header Accept: text/event-stream and needs no preflight across origins", async ({ lab }) => {
	// Firefox resolves a cross-origin fetch only when the first byte of the body has arrived.
	const other = lab.script(eventStream(send(":\n"), "hang")).replace("127.0.0.1", "localhost");
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url);
			await once(source, "open");
			source.close();
			return source.readyState;
		},
		other,
		2,
	);
	for (const which of ["native", "ours"] as const) {
		const requests = (await lab.log(which)).requests.map(({ method, headers }) => [method, headers.accept]);
		expect(requests, which).toEqual([["GET", "text/event-stream"]]);
	}
});
