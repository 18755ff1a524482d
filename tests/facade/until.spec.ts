// Rules of the option `until`: when it is called, the effect of its result, and a body that ends
// before `until` has returned true. repeating.spec.ts tests the failures that are repeated.

import { eventStream, events, expect, HANDED_OVER, send, test } from "./support.ts";

const DONE = "id: 1\ndata: a\n\nid: 2\ndata: [DONE]\n\nid: 3\ndata: after\n\n";
const ENDED = eventStream(send("id: 1\ndata: a\n\n"));
const RESET = eventStream(send("id: 1\ndata: a\n\n"), HANDED_OVER, "rst");

// behavior 8.5
test("the event for which until returns true is delivered, then the source closes, and the rest of the batch is dropped", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		({ EventSource, record, tell, tasks }, url) =>
			Promise.all(
				["GET", "POST"].map(async (method) => {
					const order: string[] = [];
					const source = new EventSource(url, {
						method,
						until: (event) => {
							order.push(`until ${event.data} ${source.readyState}`);
							return event.data === "[DONE]";
						},
					});
					const fired = record(source);
					source.onmessage = ({ data }) => order.push(`message ${data} ${source.readyState}`);
					let fulfilled = 0;
					source.closed.then(() => fulfilled++);
					const closed = await source.closed;
					await tasks();
					const { lastEventId, readyState } = source;
					return { closed, fulfilled, order, lastEventId, readyState, fired: tell(fired) };
				}),
			),
		lab.script(eventStream(send(DONE), "hang")),
	);
	const order = ["until a 1", "message a 1", "until [DONE] 1", "message [DONE] 1"];
	const fired = ["open", "a", "[DONE]"];
	const each = { closed: { reason: "until" }, fulfilled: 1, order, lastEventId: "2", readyState: 2, fired };
	expect(outcome).toEqual([each, each]);
	await lab.expectNoSockets();
	expect(await lab.requests()).toHaveLength(2);
});

// behavior 8.6
test("if until itself closes the source, its event is not delivered, and the event's ID is not the last one", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		async ({ EventSource, story }, url) => {
			const source: InstanceType<typeof EventSource> = new EventSource(url, {
				until: ({ data }) => {
					if (data === "[DONE]") {
						source.close();
					}
					return false;
				},
			});
			return [...(await story(source)), source.lastEventId];
		},
		lab.script(eventStream(send(DONE), "hang")),
	);
	expect(outcome).toEqual(["open", "a", "caller", "1"]);
});

// behavior 8.5
test("until is called with the MessageEvent of every event from the server, with any name, with or without a listener", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		async ({ EventSource, story }, url) => {
			const asked: unknown[] = [];
			const source = new EventSource(url, {
				until: (event) => {
					const { type, data, lastEventId, origin } = event;
					asked.push([event instanceof MessageEvent, type, data, lastEventId, origin === location.origin]);
					return type === "stop";
				},
			});
			return { story: await story(source), asked };
		},
		lab.script(
			eventStream(
				send("id: 5\n\nevent: error\ndata: e\n\nevent: open\ndata: o\n\n:c\n\nevent: stop\ndata: x\n\n"),
				"hang",
			),
		),
	);
	expect(outcome).toEqual({
		story: ["open", "e", "o", "until"],
		asked: ["error e", "open o", "stop x"].map((event) => [true, ...event.split(" "), "5", true]),
	});
});

// behavior 8.7
test("with until, a POST whose response ends or is reset before until returns true fails with one error, reason interrupted", async ({
	lab,
}) => {
	const scripts = [ENDED, RESET, eventStream(), eventStream(send("data: [DONE]"))];
	const outcome = await lab.ours(
		({ EventSource, story }, urls) =>
			Promise.all(
				urls.map((url) => story(new EventSource(url, { method: "POST", until: ({ data }) => data === "[DONE]" }))),
			),
		scripts.map((script) => lab.script(script)),
	);
	const failed = ["error 2 interrupted", "interrupted"];
	expect(outcome).toEqual([["a"], ["a"], [], []].map((data) => ["open", ...data, ...failed]));
	expect(await lab.requests()).toHaveLength(scripts.length);
});

test("with until, a GET continues after a clean end as after a cut, and closes at the event", async ({ lab }) => {
	const outcome = await lab.ours(
		({ EventSource, story }, url) =>
			story(new EventSource(url, { reconnect: { delay: 20 }, until: ({ data }) => data === "[DONE]" })),
		lab.script(ENDED, eventStream(send("id: 2\ndata: [DONE]\n\n"))),
	);
	expect(outcome).toEqual(["open", "a", "error 0 interrupted", "open", "[DONE]", "until"]);
	expect((await lab.requests()).map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([null, "31"]);
});

test("with until, a POST that may be repeated continues after a clean end, and any other POST does not", async ({
	lab,
}) => {
	const permissions = [true, { delay: 20 }, () => 20, false, undefined];
	const labs = permissions.map((_, index) => lab.apart(`${index}`));
	const outcome = await lab.ours(
		({ EventSource, story }, urls) => {
			const permissions = [true, { delay: 20 }, () => 20, false, undefined];
			const until = ({ data }: MessageEvent<string>) => data === "[DONE]";
			return Promise.all(
				permissions.map((reconnect, index) => story(new EventSource(urls[index]!, { json: 1, reconnect, until }))),
			);
		},
		labs.map((lab) =>
			lab.script(eventStream(send("retry: 1\nid: 1\ndata: a\n\n")), eventStream(send("data: [DONE]\n\n"))),
		),
	);
	const resumed = ["open", "a", "error 0 interrupted", "open", "[DONE]", "until"];
	const failed = ["open", "a", "error 2 interrupted", "interrupted"];
	expect(outcome).toEqual([resumed, resumed, resumed, failed, failed]);
});

// behavior 8.7
test("if end is given together with until, a clean end has the effect of end; a broken stream is still interrupted", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		({ EventSource, story }, { ended, reset, twice }) => {
			const until = ({ data }: MessageEvent<string>) => data === "[DONE]";
			return Promise.all([
				story(new EventSource(ended, { until, end: "close" })),
				story(new EventSource(ended, { until, end: "close", method: "POST" })),
				story(new EventSource(reset, { until, end: "close", method: "POST" })),
				story(new EventSource(twice, { until, end: "reconnect", method: "POST" })),
			]);
		},
		{
			ended: lab.script(ENDED),
			reset: lab.script(RESET),
			twice: lab.apart("twice").script(eventStream(send("retry: 1\ndata: a\n\n")), eventStream(send(events("[DONE]")))),
		},
	);
	expect(outcome).toEqual([
		["open", "a", "end"],
		["open", "a", "end"],
		["open", "a", "error 2 interrupted", "interrupted"],
		["open", "a", "error 0 end", "open", "[DONE]", "until"],
	]);
});

// behavior 3.4
test("an error that until throws is reported and counts as false, and every event is delivered", async ({
	lab,
	uncaught,
}) => {
	const outcome = await lab.ours(
		({ EventSource, story }, url) => {
			const source = new EventSource(url, {
				until: ({ data }) => {
					if (data !== "[DONE]") {
						throw new Error(`until ${data}`);
					}
					return true;
				},
			});
			return story(source);
		},
		lab.script(eventStream(send(events(1, 2, "[DONE]", 3)), "hang")),
	);
	expect(outcome).toEqual(["open", "1", "2", "[DONE]", "until"]);
	await expect.poll(() => uncaught.length).toBe(2);
	const reported = uncaught.splice(0);
	expect(reported.map((message, index) => message.includes(`until ${index + 1}`))).toEqual([true, true]);
});

// behavior 8.6
test("if until calls close() or aborts, that takes precedence: the event that until was called with is not delivered", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		({ EventSource, story }, url) =>
			Promise.all(
				["caller", "signal"].flatMap((way) =>
					[true, false].map((answer) => {
						const controller = new AbortController();
						const source: InstanceType<typeof EventSource> = new EventSource(url, {
							signal: controller.signal,
							until: ({ data }) => {
								if (data === "[DONE]") {
									way === "caller" ? source.close() : controller.abort();
									return answer;
								}
								return false;
							},
						});
						return story(source);
					}),
				),
			),
		lab.script(eventStream(send(DONE), "hang")),
	);
	const told = (reason: string) => ["open", "a", reason];
	expect(outcome).toEqual(["caller", "caller", "signal", "signal"].map(told));
	await lab.expectNoSockets();
});

test("the handler of the last event may throw or start another source: closed still has reason until, unless the handler closes the source", async ({
	lab,
	uncaught,
}) => {
	const outcome = await lab.ours(
		async ({ EventSource, once, tasks }, url) => {
			const until = () => true;
			const throwing = new EventSource(url, { until });
			throwing.onmessage = () => {
				throw new Error("last");
			};
			const closing = new EventSource(url, { until });
			closing.onmessage = () => closing.close();
			const starting = new EventSource(url, { until });
			const started = once(starting, "message").then(() => new EventSource(url, { until }).closed);
			const closed = await Promise.all([throwing.closed, closing.closed, starting.closed, started]);
			await tasks();
			return closed.map(({ reason }) => reason);
		},
		lab.script(eventStream(send(events(1, 2)), "hang")),
	);
	expect(outcome).toEqual(["until", "caller", "until", "until"]);
	expect(uncaught.splice(0)).toHaveLength(1);
	await lab.expectNoSockets();
});
