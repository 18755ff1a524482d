// Tests the table of docs/behavior.md, section 4, row by row. The tests of the core measure the
// waits in simulated time.

import { eventStream, events, expect, HANDED_OVER, send, test, unusedOrigin } from "./support.ts";

const ENDED = eventStream(send(`id: 1\n${events(1)}`));
const CUT = eventStream(send(`id: 1\n${events(1)}`), HANDED_OVER, "cut");
const RESET = eventStream(send(`id: 1\n${events(1)}`), HANDED_OVER, "rst");

// behavior 4.4, 8.2
test("any method but GET: a clean end closes without an error, after one request", async ({ lab }) => {
	const methods = ["POST", "PUT", "PATCH", "DELETE"];
	const outcome = await lab.ours(
		async ({ EventSource, record }, { url, methods }) => {
			const outcome: unknown[] = [];
			for (const method of methods) {
				const source = new EventSource(url, { method });
				const fired = record(source);
				const { reason } = await source.closed;
				outcome.push([reason, source.readyState, ...fired.map(({ type }) => type)]);
			}
			return outcome;
		},
		{ url: lab.script(ENDED), methods },
	);
	expect(outcome).toEqual(methods.map(() => ["end", 2, "open", "message"]));
	expect((await lab.requests()).map(({ method }) => method)).toEqual(methods);
});

// behavior 4.6
test("POST: a connection that is cut or reset fails with one error, reason interrupted, after one request", async ({
	lab,
}) => {
	const scripts = lab.seesCuts ? [CUT, RESET] : [RESET];
	const outcome = await lab.ours(
		async ({ EventSource, record, failure }, urls) => {
			const sources = urls.map((url) => new EventSource(url, { json: {} }));
			return Promise.all(
				sources.map(async (source) => {
					const fired = record(source);
					const { delay, willReconnect, attempt, message, error } = await failure(source);
					const { reason } = await source.closed;
					const types = fired.map(({ type }) => type);
					return { reason, types, delay, willReconnect, attempt, told: message.length > 9, error: error != null };
				}),
			);
		},
		scripts.map((script) => lab.script(script)),
	);
	const types = ["open", "message", "error"];
	const failed = { delay: undefined, willReconnect: false, attempt: 1, told: true, error: true };
	expect(outcome).toEqual(scripts.map(() => ({ reason: "interrupted", types, ...failed })));
	expect(await lab.requests()).toHaveLength(scripts.length);
});

// behavior 4.5
test("POST: if the server resets, closes or refuses the connection instead of responding, the reason is network, and nothing is sent again", async ({
	lab,
}) => {
	const urls = [lab.url("/rst-before-headers"), lab.url("/close-before-headers"), await unusedOrigin()];
	const outcome = await lab.ours(async ({ EventSource, record }, urls) => {
		const outcome: unknown[] = [];
		for (const url of urls) {
			const source = new EventSource(url, { method: "POST", body: "once" });
			const fired = record(source);
			const { reason } = await source.closed;
			outcome.push([reason, ...fired.map(({ type, readyState, reason }) => [type, readyState, reason])]);
		}
		return outcome;
	}, urls);
	expect(outcome).toEqual(Array(3).fill(["network", ["error", 2, "network"]]));
	expect(await lab.requests()).toHaveLength(2);
});

// behavior 4.3
test("a POST with an ID on every event and a retry from the server is not repeated either", async ({ lab }) => {
	const reason = await lab.ours(
		async ({ EventSource }, url) => (await new EventSource(url, { method: "POST" }).closed).reason,
		lab.script(eventStream(send("retry: 1\nid: 1\ndata: a\n\n"), HANDED_OVER, "rst")),
	);
	expect(reason).toBe("interrupted");
	expect(await lab.requests()).toHaveLength(1);
});

// behavior 4.2
test("a POST with reconnect is repeated after a reset, with the last event ID and the same body", async ({ lab }) => {
	const reset = eventStream(send(`retry: 1\nid: 日\n${events(1)}`), HANDED_OVER, "rst");
	const again = eventStream(send(events(2)));
	// The second source sends a third and a fourth request.
	const url = lab.script(reset, again, reset, again);
	const outcome = await lab.ours(async ({ EventSource, record }, url) => {
		const outcome: unknown[] = [];
		for (const reconnect of [true, { delay: 1 }]) {
			const source = new EventSource(url, { json: { q: 1 }, reconnect });
			const fired = record(source);
			const { reason } = await source.closed;
			outcome.push([reason, ...fired.map(({ type, readyState, reason }) => [type, readyState, reason ?? ""])]);
		}
		return outcome;
	}, url);
	const stream = [
		["open", 1, ""],
		["message", 1, ""],
	];
	expect(outcome).toEqual(Array(2).fill(["end", ...stream, ["error", 0, "interrupted"], ...stream]));
	const request = { method: "POST", body: '{"q":1}' };
	const pair = [
		{ ...request, lastEventIdHex: null },
		{ ...request, lastEventIdHex: lab.idBytes("日") },
	];
	expect(await lab.requests()).toMatchObject([...pair, ...pair]);
});

// behavior 10.12
test("with a server that replays, a POST that may be repeated delivers every event once and in order", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ EventSource }, url) => {
		// Chromium may drop all data that arrives just before a reset, so many attempts in a row may
		// deliver no event.
		const source = new EventSource(url, { method: "POST", reconnect: { delay: 1, maxDelay: 20 } });
		const numbers: string[] = [];
		source.onmessage = ({ data }) => numbers.push(data);
		return { reason: (await source.closed).reason, numbers };
	}, lab.url("/numbered?count=200&cut=30"));
	expect(outcome.numbers).toEqual(Array.from({ length: 200 }, (_, index) => String(index + 1)));
	// A reset right after the last event leads to one more request, which the server refuses.
	expect(outcome.reason).toMatch(/^(end|status)$/);
});

// behavior 4.11
test("408, 425, 429 and 5xx are failures, and are retried with reconnect", async ({ lab }) => {
	const statuses = [408, 425, 429, 500, 503, 599];
	const outcome = await lab.ours(
		async ({ EventSource, once }, urls) => {
			const outcome: unknown[] = [];
			for (const [index, url] of urls.entries()) {
				const method = index % 2 ? "GET" : "POST";
				const { reason, status } = await new EventSource(url, { method }).closed;
				const allowed = new EventSource(url, { method, reconnect: true });
				const event = await once<Event & { reason: string; status: number; delay: number }>(allowed, "error");
				outcome.push([reason, status, event.reason, event.status, event.delay >= 3000, allowed.readyState]);
				allowed.close();
			}
			return outcome;
		},
		statuses.map((status) => lab.script(`status=${status}|type=text/plain|${send("busy")}`)),
	);
	expect(outcome).toEqual(statuses.map((status) => ["status", status, "status", status, true, 0]));
	expect(await lab.requests()).toHaveLength(2 * statuses.length);
});

// behavior 4.12, 4.13
test("404, 204 and a wrong type are final failures even with reconnect", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, record }, urls) => {
			const sources = urls.map((url) => new EventSource(url, { reconnect: { delay: 1 } }));
			const fired = sources.map((source) => record(source));
			const closed = await Promise.all(sources.map((source) => source.closed));
			return closed.map(({ reason, status }, index) => [reason, status, fired[index]!.length]);
		},
		["/404", "/204", "/200-html"].map((route) => lab.url(route)),
	);
	expect(outcome).toEqual([
		["status", 404, 1],
		["status", 204, 1],
		["content-type", 200, 1],
	]);
	expect(await lab.requests()).toHaveLength(3);
});

// behavior 5.5
test("503 with Retry-After is not retried before that time, if reconnect is given", async ({ lab }) => {
	const busy = `status=503|type=text/plain|header=Retry-After:1|${send("busy")}`;
	const outcome = await lab.ours(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url, { method: "POST", reconnect: { delay: 1, maxDelay: 1 } });
			const event = await once<Event & { status: number; body: string; delay: number }>(source, "error");
			const { status, body, delay } = event;
			const { data } = await once(source, "message");
			return { status, body, delay, data };
		},
		lab.script(busy, eventStream(send(events("x")))),
	);
	expect(outcome).toEqual({ status: 503, body: "busy", delay: expect.any(Number), data: "x" });
	expect(outcome.delay).toBeGreaterThanOrEqual(1000);
	const [first, second] = await lab.requests();
	expect(second!.at_ms - first!.at_ms).toBeGreaterThanOrEqual(995);
});

// behavior 5.5
test("Retry-After may be a date", async ({ lab }) => {
	const date = new Date(Date.now() + 60_000).toUTCString();
	const delay = await lab.ours(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url, { reconnect: true });
			const { delay } = await once<Event & { delay: number }>(source, "error");
			source.close();
			return delay;
		},
		lab.script(`status=503|header=Retry-After:${encodeURIComponent(date)}`),
	);
	expect(delay).toBeGreaterThan(40_000);
	expect(delay).toBeLessThanOrEqual(60_000);
});

// behavior 6.4
test("a POST fails with reason attempts after maxRetries repetitions without a new last event ID, and a new one restarts the count", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		async ({ EventSource, record }, { failing, going }) => {
			const outcome: unknown[] = [];
			for (const url of [failing, going]) {
				const source = new EventSource(url, { method: "POST", reconnect: { delay: 1, maxDelay: 1, maxRetries: 2 } });
				const errors = record(source);
				const { reason } = await source.closed;
				outcome.push([reason, errors.filter(({ type }) => type === "error").map(({ reason }) => reason)]);
			}
			return outcome;
		},
		{
			failing: lab.url("/rst-before-headers"),
			going: lab.url("/numbered?count=7&cut=2&pause=100"),
		},
	);
	expect(outcome).toEqual([
		["attempts", ["network", "network", "attempts"]],
		["end", Array(3).fill("interrupted")],
	]);
	const failing = (await lab.requests()).filter(({ target }) => target.startsWith("/rst"));
	expect(failing).toHaveLength(3);
});

// behavior 6.4
test("maxRetries: 0 allows no second attempt", async ({ lab }) => {
	const reason = await lab.ours(
		async ({ EventSource }, url) => {
			const source = new EventSource(url, { reconnect: { maxRetries: 0 } });
			return (await source.closed).reason;
		},
		lab.script(`status=503|${send("busy")}`),
	);
	expect(reason).toBe("attempts");
	expect(await lab.requests()).toHaveLength(1);
});

// behavior 8.2
test("end: close on a GET closes at a clean end, without an error", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, record }, url) => {
		const source = new EventSource(url, { end: "close" });
		const fired = record(source);
		return { ...(await source.closed), fired: fired.map(({ type }) => type) };
	}, lab.script(ENDED));
	expect(outcome).toEqual({ reason: "end", fired: ["open", "message"] });
	expect(await lab.requests()).toHaveLength(1);
});

// behavior 8.1, 8.3
test("end: reconnect on a POST repeats it after a clean end, with an error event as for a GET", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, record }, url) => {
			const source = new EventSource(url, { method: "POST", end: "reconnect" });
			const fired = record(source);
			const { reason, status } = await source.closed;
			return { reason, status, fired: fired.map(({ type, readyState, reason }) => [type, readyState, reason]) };
		},
		lab.script(eventStream(send(`retry: 1\nid: 1\n${events(1)}`)), "status=204"),
	);
	const fired = [
		["open", 1, undefined],
		["message", 1, undefined],
		["error", 0, "end"],
		["error", 2, "status"],
	];
	expect(outcome).toEqual({ reason: "status", status: 204, fired });
	expect((await lab.requests()).map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([null, "31"]);
});

// behavior 4.4
test("a POST that may be repeated still ends at a clean end", async ({ lab }) => {
	const reason = await lab.ours(
		async ({ EventSource }, url) => (await new EventSource(url, { json: 1, reconnect: true }).closed).reason,
		lab.script(ENDED),
	);
	expect(reason).toBe("end");
	expect(await lab.requests()).toHaveLength(1);
});

test("a method that is not a string is converted as by fetch: a POST is not repeated without permission", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		({ EventSource, story }, url) =>
			Promise.all(
				[new String("POST"), ["POST"]].map((method) =>
					story(new EventSource(url, { method: method as unknown as string, reconnect: () => undefined })),
				),
			),
		lab.script(RESET),
	);
	expect(outcome).toEqual(Array(2).fill(["open", "1", "error 2 interrupted", "interrupted"]));
	expect((await lab.requests()).map(({ method }) => method)).toEqual(["POST", "POST"]);
});

// behavior 4.2, 8.4
test("reconnect: false on a GET makes the first failure and the first end final", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, record }, urls) => {
			const sources = urls.map((url) => new EventSource(url, { reconnect: false }));
			const fired = sources.map((source) => record(source));
			const closed = await Promise.all(sources.map((source) => source.closed));
			return closed.map(({ reason }, index) => [reason, ...fired[index]!.map(({ type }) => type)]);
		},
		[lab.script(RESET), lab.script(ENDED), await unusedOrigin()],
	);
	expect(outcome).toEqual([
		["interrupted", "open", "message", "error"],
		["end", "open", "message"],
		["network", "error"],
	]);
	expect(await lab.requests()).toHaveLength(2);
});
