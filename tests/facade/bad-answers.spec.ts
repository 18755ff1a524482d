// Rules for invalid responses. Each leads to the documented event with the server's text. None
// leads to a hang, a trap or the loss of a valid event.

import { eventStream, events, expect, HANDED_OVER, send, test } from "./support.ts";

/** The fields of the `error` event for a final response. */
const REFUSED: Record<string, { status: number; reason?: string; body: string }> = {
	"/404": { status: 404, body: '{"error":"not found"}' },
	"/401-json": { status: 401, body: '{"error":"expired"}' },
	"/429": { status: 429, body: '{"error":"slow down"}' },
	"/500-html": { status: 500, body: "<h1>Internal Server Error</h1>" },
	"/error-event-stream": { status: 500, body: 'data: {"error":"x"}\n\n' },
	"/204": { status: 204, body: "" },
	"/200-html": { status: 200, reason: "content-type", body: "<h1>Log in</h1>" },
	"/no-body-type": { status: 200, reason: "content-type", body: "data: x\n\n" },
};

// behavior 11.4
test("a refused response causes one final error with status, headers and body, for any method", async ({ lab }) => {
	for (const method of ["GET", "POST"]) {
		const outcome = await lab.ours(
			async ({ EventSource, record, failure }, { urls, method }) => {
				const outcome: unknown[] = [];
				for (const url of urls) {
					const source = new EventSource(url, { method });
					const fired = record(source);
					const { reason, status, code, headers, body, attempt, delay, willReconnect, message } = await failure(source);
					const closed = await source.closed;
					const type = headers?.get("content-type");
					const told = [
						reason,
						status,
						code,
						body,
						attempt,
						delay ?? null,
						willReconnect,
						message.includes(`${status}`),
					];
					outcome.push([...told, type, headers?.get("x-reason"), closed.reason, closed.status, fired.length]);
				}
				return outcome;
			},
			{ urls: Object.keys(REFUSED).map((route) => lab.url(route)), method },
		);
		const types: Record<string, string | null> = {
			"/500-html": "text/html",
			"/200-html": "text/html",
			"/error-event-stream": "text/event-stream",
			"/204": null,
			"/no-body-type": null,
		};
		const expected = Object.entries(REFUSED).map(([route, { status, reason = "status", body }]) => {
			const told = [reason, status, status, body, 1, null, false, reason === "status"];
			const type = route in types ? types[route] : "application/json";
			return [...told, type, route === "/401-json" ? "expired" : null, reason, status, 1];
		});
		expect(outcome, method).toEqual(expected);
	}
	expect(await lab.requests()).toHaveLength(2 * Object.keys(REFUSED).length);
	await lab.expectNoSockets();
});

// behavior 3.7
test("open carries the head of the response, frozen", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, once }, url) => {
			type Open = Event & { response: { status: number; headers: Headers; url: string; redirected: boolean } };
			const source = new EventSource(url);
			const { response } = await once<Open>(source, "open");
			source.close();
			const { status, headers, redirected } = response;
			return [Object.isFrozen(response), status, headers.get("x-reason"), new URL(response.url).pathname, redirected];
		},
		lab.url(`/redirect?to=${encodeURIComponent(`/script?do=header=X-Reason:why|${eventStream(send(":\n"), "hang")}`)}`),
	);
	expect(outcome).toEqual([true, 200, "why", "/script", true]);
});

test("an empty event stream opens and ends", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, record }, url) => {
		const source = new EventSource(url, { method: "POST" });
		const fired = record(source);
		return { ...(await source.closed), fired: fired.map(({ type }) => type) };
	}, lab.url("/empty"));
	expect(outcome).toEqual({ reason: "end", fired: ["open"] });
});

test("a GET whose stream is cut in the middle of an event delivers the complete events, and waits", async ({ lab }) => {
	const half = send("id: 1\ndata: whole\n\nid: 2\ndata: par");
	const outcome = await lab.ours(
		async ({ EventSource, record, once }, urls) => {
			const sources = urls.map((url) => new EventSource(url));
			return Promise.all(
				sources.map(async (source) => {
					const fired = record(source);
					const { delay } = await once<Event & { delay: number }>(source, "error");
					const { readyState, lastEventId } = source;
					source.close();
					const told = fired.map(({ type, data, reason }) => data ?? reason ?? type);
					const waits = fired.at(-1)!.willReconnect && delay >= 3000 && delay <= 3300;
					return { told, readyState, lastEventId, waits, closed: await source.closed };
				}),
			);
		},
		["cut", "rst"].map((ending) => lab.script(eventStream(half, HANDED_OVER, ending))),
	);
	const outcomeOfEach = { readyState: 0, lastEventId: "1", waits: true, closed: { reason: "caller" } };
	expect(outcome).toEqual([
		{ ...outcomeOfEach, told: ["open", "whole", lab.seesCuts ? "interrupted" : "end"] },
		{ ...outcomeOfEach, told: ["open", "whole", "interrupted"] },
	]);
	expect(await lab.requests()).toHaveLength(2);
});

// behavior 11.5
test("a GET without a response fires error with reason network, and waits", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, once }, urls) => {
			const outcome: unknown[] = [];
			for (const url of urls) {
				const source = new EventSource(url);
				type Failure = Event & { reason: string; attempt: number; delay: number; error: unknown };
				const { reason, attempt, delay, error } = await once<Failure>(source, "error");
				outcome.push([reason, attempt, delay >= 3000 && delay <= 6000, error instanceof TypeError, source.readyState]);
				source.close();
			}
			return outcome;
		},
		[lab.url("/close-before-headers"), lab.url("/rst-before-headers")],
	);
	expect(outcome).toEqual(Array(2).fill(["network", 1, true, true, 0]));
});

test("close() drops the connection to a server that never responds, and fires no event", async ({ lab }) => {
	await lab.ours(({ EventSource, kept, record }, url) => {
		kept.source = new EventSource(url);
		kept.fired = record(kept.source);
	}, lab.url("/never-answers"));
	await expect.poll(async () => (await lab.log()).open).toBe(1);
	const outcome = await lab.ours(async ({ kept }) => {
		kept.source.close();
		return { ...(await kept.source.closed), fired: kept.fired };
	});
	expect(outcome).toEqual({ reason: "caller", fired: [] });
	await lab.expectNoSockets();
});

test("a line of 8 MiB is an event like any other", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource }, url) => {
		const source = new EventSource(url, { method: "POST" });
		const seen: unknown[] = [];
		source.onmessage = ({ data }) => seen.push(data.length < 9 ? data : [data.length, /^x+$/.test(data)]);
		return [(await source.closed).reason, ...seen];
	}, lab.url("/gigantic-line?mib=8"));
	expect(outcome).toEqual(["end", [8 * 1024 * 1024, true], "after"]);
});

// behavior 4.14
test("an event above maxEventSize is a final failure with too-large, after the events before it", async ({ lab }) => {
	const script = eventStream(send(`id: 1\n${events("good")}data: `), `repeat=200000,${"x".repeat(8)}`, send("\n\n"));
	const outcome = await lab.ours(async ({ EventSource, record, failure }, url) => {
		const source = new EventSource(url, { maxEventSize: 1024 * 1024, reconnect: { delay: 1 } });
		const fired = record(source);
		const { reason, willReconnect } = await failure(source);
		const { lastEventId, readyState } = source;
		return { reason, willReconnect, lastEventId, readyState, fired: fired.map(({ type, data }) => data ?? type) };
	}, lab.script(script));
	const fired = ["open", "good", "error"];
	expect(outcome).toEqual({ reason: "too-large", willReconnect: false, lastEventId: "1", readyState: 2, fired });
	expect(await lab.requests()).toHaveLength(1);
	await lab.expectNoSockets();
});

// behavior 11.6
test("an endless error body is read until a second has passed, and then its socket is closed", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, failure }, url) => {
		const { reason, status, body } = await failure(new EventSource(url));
		return { reason, status, begins: body.slice(0, 6), length: body.length };
	}, lab.url("/endless-error-body?ms=100"));
	expect(outcome).toMatchObject({ reason: "status", status: 500, begins: "error " });
	expect(outcome.length).toBeLessThanOrEqual(64 * 1024);
	await lab.expectNoSockets();
});

// behavior 11.6
test("at most 64 KiB of an error body are kept", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, failure }, url) => {
		const { status, body } = await failure(new EventSource(url));
		return { status, length: body.length, whole: /^x+$/.test(body) };
	}, lab.script("status=502|type=text/plain|repeat=1000000,x"));
	expect(outcome).toEqual({ status: 502, length: 64 * 1024, whole: true });
	await lab.expectNoSockets();
});

// behavior 11.6
test("an error body that does not arrive does not hold back the error", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, failure }, url) => {
			const { status, body } = await failure(new EventSource(url));
			return { status, body };
		},
		// Firefox returns the response only with the first byte of its body.
		lab.script(`status=500|type=text/plain|length=99|${send("x")}|hang`),
	);
	expect(outcome).toEqual({ status: 500, body: "x" });
	await lab.expectNoSockets();
});

// behavior 11.6
test("close() while the text of a refused response is awaited prevents the error event", async ({ lab }) => {
	await lab.ours(
		({ EventSource, kept, record }, url) => {
			kept.source = new EventSource(url);
			kept.fired = record(kept.source);
		},
		lab.script(`status=500|type=text/plain|${send("x")}|hang`),
	);
	await expect.poll(async () => (await lab.log()).open).toBe(1);
	const outcome = await lab.ours(async ({ kept, tasks }) => {
		kept.source.close();
		await tasks();
		return kept.fired;
	});
	expect(outcome).toEqual([]);
	await lab.expectNoSockets();
});
