// Rules that protect a server from too many requests, and rules for `reconnect` as a function.
// repeating.spec.ts tests the failures that are repeated without such a function.

import type * as headwater from "headwater";
import { elsewhere, eventStream, events, expect, HANDED_OVER, kinds, send, test, unusedOrigin } from "./support.ts";

const RESET = eventStream(send(`id: 9\n${events("x")}`), HANDED_OVER, "rst");

// behavior 5.10
test("no server can cause a storm of requests: a source sends 1 in the first 10 ms, and at most 8 in the first second", async ({
	lab,
}) => {
	const unavailable = (after: string) => `status=503|header=Retry-After:${encodeURIComponent(after)}|send=busy`;
	const servers: Record<string, [script: string, init?: object]> = {
		"an enormous retry": [eventStream(send("retry: 3000000000\n\n"))],
		"a retry of more digits than fit": [eventStream(send(`retry: ${"9".repeat(40)}\n\n`))],
		"retry: 0": [eventStream(send("retry: 0\n\n"))],
		"retry: 0 with an event": [eventStream(send("retry: 0\nid: 1\ndata: x\n\n"))],
		"200 and close": [eventStream()],
		"one event and close": [eventStream(send(events("x")))],
		"retry: 0 and a reset": [eventStream(send("retry: 0\n\n"), "wait=20", "rst")],
		"retry: 0 for a POST": [eventStream(send("retry: 0\n\n")), { method: "POST", reconnect: true, end: "reconnect" }],
		// Firefox itself repeats a GET ten times at once.
		"a reset": ["rst", { reconnect: true, method: "POST" }],
		"Retry-After: 0": [unavailable("0"), { reconnect: true }],
		"an enormous Retry-After": [unavailable("99999999999"), { reconnect: true }],
		"a Retry-After in the past": [unavailable("Wed, 21 Oct 2015 07:28:00 GMT"), { reconnect: true }],
		"a Retry-After that is nonsense": [unavailable("-5"), { reconnect: true }],
	};
	const labs = Object.entries(servers).map(([name, [script, init = {}]], index) => {
		const one = lab.apart(`${index}`);
		return { name, one, url: one.script(script), init };
	});
	const errors = await lab.ours(
		async ({ EventSource, tell, record }, sources) => {
			const opened = sources.map(({ url, init }) => new EventSource(url, init));
			const fired = opened.map((source) => record(source));
			// Requests are counted during this time.
			await new Promise((resolve) => setTimeout(resolve, 1200));
			for (const source of opened) {
				source.close();
			}
			return fired.map((fired) => tell(fired).filter((word) => word.startsWith("error")).length);
		},
		labs.map(({ url, init }) => ({ url, init })),
	);
	for (const [index, { name, one }] of labs.entries()) {
		const times = (await one.requests()).map(({ at_ms }) => at_ms);
		const within = (milliseconds: number) => times.filter((time) => time - times[0]! < milliseconds).length;
		expect.soft(errors[index], name).toBeGreaterThan(0);
		expect.soft(within(10), `${name}: requests in the first 10 ms`).toBe(1);
		expect.soft(within(1000), `${name}: requests in the first second`).toBeLessThanOrEqual(8);
	}
});

test("a Retry-After is the exact wait if it is longer than the reconnection time, and never shortens a wait", async ({
	lab,
}) => {
	const date = (seconds: number) => new Date(Date.now() + 1000 * seconds).toUTCString();
	const rows: [status: number, after: string, delay: number, least: number, most: number][] = [
		[503, "7", 0, 7000, 7000],
		[429, "7", 100, 7000, 7000],
		[408, "7", 9000, 9000, 30_000],
		[425, "0", 9000, 9000, 30_000],
		[500, date(60), 0, 50_000, 60_000],
		[502, date(-60), 9000, 9000, 30_000],
		[504, "soon", 9000, 9000, 30_000],
		[503, "99999999999", 0, 2 ** 31 - 1, 2 ** 31 - 1],
	];
	const delays = await lab.ours(
		({ EventSource, once }, rows) =>
			Promise.all(
				rows.map(async ({ url, delay: given }, index) => {
					const source = new EventSource(url, { method: index % 2 ? "GET" : "POST", reconnect: { delay: given } });
					const { delay } = await once<headwater.FailureEvent>(source, "error");
					source.close();
					return delay!;
				}),
			),
		rows.map(([status, after, delay]) => ({
			url: lab.script(`status=${status}|header=Retry-After:${encodeURIComponent(after)}|send=busy`),
			delay,
		})),
	);
	for (const [index, [status, after, , least, most]] of rows.entries()) {
		expect.soft(delays[index], `${status}, Retry-After: ${after}`).toBeGreaterThanOrEqual(least);
		expect.soft(delays[index], `${status}, Retry-After: ${after}`).toBeLessThanOrEqual(most);
	}
});

test("a POST without permission is never repeated, after any failure, and not even when the network is back", async ({
	lab,
}) => {
	const failures: [name: string, url: (one: typeof lab) => string, init: object, story: string[]][] = [
		["cut", (one) => one.script(eventStream(send(events("x")), HANDED_OVER, "cut")), {}, ["interrupted"]],
		["reset", (one) => one.script(RESET), {}, ["interrupted"]],
		["reset instead of a response", (one) => one.url("/rst-before-headers"), {}, ["network"]],
		["Retry-After", (one) => one.url("/503-retry-after?seconds=0"), {}, ["status"]],
		["silence", (one) => one.script(eventStream(send(events("x")), "hang")), { silenceTimeout: 100 }, ["silence"]],
		["timeout", (one) => one.url("/never-answers"), { connectTimeout: 100 }, ["timeout"]],
	];
	const refused = await unusedOrigin();
	const labs = failures.map(([, url, init], index) => {
		const one = lab.apart(`${index}`);
		return { one, url: url(one), init };
	});
	const outcome = await lab.ours(
		async ({ EventSource, record, tasks }, sources) => {
			const opened = sources.map(({ url, init }) => new EventSource(url, { method: "POST", body: "once", ...init }));
			const fired = opened.map((source) => record(source));
			const closed = await Promise.all(opened.map((source) => source.closed));
			dispatchEvent(new Event("online"));
			document.dispatchEvent(new Event("visibilitychange"));
			await tasks();
			return closed.map(({ reason }, index) => {
				const errors = fired[index]!.filter(({ type }) => type === "error");
				return [reason, ...errors.map(({ readyState, willReconnect }) => [readyState, willReconnect])];
			});
		},
		[...labs.map(({ url, init }) => ({ url, init })), { url: refused, init: {} }],
	);
	const cut = (reason: string) => (lab.seesCuts || reason !== "interrupted" ? [reason, [2, false]] : ["end"]);
	expect(outcome).toEqual([
		...failures.map(([name, , , [reason]]) => (name === "cut" ? cut(reason!) : [reason, [2, false]])),
		["network", [2, false]],
	]);
	for (const [index, { one }] of labs.entries()) {
		expect(await one.requests(), failures[index]![0]).toHaveLength(1);
	}
	await lab.expectNoSockets();
});

// behavior 9.1, 9.2, 11.4
test("the function reconnect receives all details of a failure, and the number it returns is the exact delay", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		async ({ EventSource, record }, url) => {
			const seen: unknown[] = [];
			const waits: number[] = [];
			const source = new EventSource(url, {
				reconnect: (failure) => {
					const { attempt, reason, status, code, body, headers, lastEventId, delay, willReconnect } = failure;
					const { message, error } = failure;
					waits.push(delay);
					const told = [message.length > 9, error instanceof Error, headers?.get("x-reason"), willReconnect];
					seen.push([attempt, reason, status ?? null, code ?? null, body, lastEventId, ...told]);
					return attempt < 3 && attempt * 150;
				},
			});
			const errors = record(source);
			const { reason, status } = await source.closed;
			const delays = errors.filter(({ type }) => type === "error").map(({ delay, readyState }) => [delay, readyState]);
			return { seen, waits, delays, closed: [reason, status] };
		},
		lab.script(
			"status=401|type=text/plain|header=X-Reason:expired|send=expired",
			RESET,
			"status=503|header=Retry-After:100|send=busy",
		),
	);
	expect(outcome.seen).toEqual([
		[1, "status", 401, 401, "expired", "", true, false, "expired", false],
		[2, "interrupted", 200, 200, "", "9", true, true, null, true],
		[3, "status", 503, 503, "busy", "9", true, false, null, false],
	]);
	const [first, afterEvent, afterAnswer] = outcome.waits;
	expect(first).toBeGreaterThanOrEqual(3000);
	expect(first).toBeLessThanOrEqual(6000);
	expect(afterEvent).toBeGreaterThanOrEqual(3000);
	expect(afterEvent).toBeLessThanOrEqual(3300);
	expect(afterAnswer, "Retry-After").toBe(100_000);
	expect(outcome.delays).toEqual([
		[150, 0],
		[300, 0],
		[undefined, 2],
	]);
	expect(outcome.closed).toEqual(["status", 503]);
	const times = (await lab.requests()).map(({ at_ms }) => at_ms);
	expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(149);
	expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(299);
});

// behavior 9.3
test("the reconnect function overrides the default decision in both directions, for GET and for POST", async ({
	lab,
}) => {
	const refused = await unusedOrigin();
	const labs = Array.from({ length: 4 }, (_, index) => lab.apart(`${index}`));
	const urls = labs.map((lab, index) => lab.script(index % 2 ? "type=text/html|send=no" : "status=404|send=none"));
	const outcome = await lab.ours(
		({ EventSource, story }, urls) =>
			Promise.all(
				urls.map((url, index) => {
					const source = new EventSource(url, {
						method: index < 3 ? "GET" : "POST",
						reconnect: ({ reason, attempt }) => (reason === "network" || attempt > 2 ? false : 1),
					});
					return story(source);
				}),
			),
		[urls[0]!, urls[1]!, refused, urls[2]!, urls[3]!, refused],
	);
	const thrice = (reason: string) => [`error 0 ${reason}`, `error 0 ${reason}`, `error 2 ${reason}`, reason];
	const each = [thrice("status"), thrice("content-type"), ["error 2 network", "network"]];
	expect(outcome).toEqual([...each, ...each]);
	const methods = async (one: typeof lab) => (await one.requests()).map(({ method }) => method);
	const [get, post] = ["GET", "POST"].map((method) => Array(3).fill(method));
	expect(await Promise.all(labs.map(methods))).toEqual([get, get, post, post]);
});

// behavior 9.2, 9.4
test("if the reconnect function returns undefined, the default decision applies; the function receives the delay that a retry would have", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		({ EventSource, once }, urls) =>
			Promise.all(
				urls.flatMap((url) =>
					["GET", "POST"].map(async (method) => {
						const foreseen: unknown[] = [];
						const source = new EventSource(url, {
							method,
							reconnect: ({ delay, willReconnect }) => void foreseen.push(willReconnect, delay),
						});
						const { delay, willReconnect, reason } = await once<headwater.FailureEvent>(source, "error");
						const asForeseen = foreseen[0] === willReconnect && (foreseen[1] === delay || !willReconnect);
						const isWait = (foreseen[1] as number) >= 3000;
						const { readyState } = source;
						source.close();
						return [reason, readyState, willReconnect, willReconnect || (delay ?? null), isWait, asForeseen];
					}),
				),
			),
		["rst", "status=404|send=none", "status=503|send=busy"].map((script) => lab.script(script)),
	);
	const final = (reason: string) => [reason, 2, false, null, true, true];
	expect(outcome).toEqual([
		["network", 0, true, true, true, true],
		final("network"),
		...Array(4).fill(final("status")),
	]);
});

// behavior 9.4
test("if the reconnect function throws or returns an invalid value, this is reported, and the default decision applies", async ({
	lab,
	uncaught,
}) => {
	const outcome = await lab.ours(
		async ({ EventSource, once }, { failing, missing }) => {
			const nonsense: (() => never)[] = [
				() => {
					throw new Error("mine");
				},
				...[Number.NaN, -1, "5", true, {}, Promise.resolve(5)].map((answer) => () => answer as never),
			];
			return Promise.all(
				nonsense.map(async (reconnect) => {
					const states: unknown[] = [];
					for (const url of [failing, missing]) {
						const source = new EventSource(url, { reconnect });
						const { delay } = await once<headwater.FailureEvent>(source, "error");
						states.push(source.readyState, delay === undefined ? null : delay >= 3000);
						source.close();
					}
					return states;
				}),
			);
		},
		{ failing: lab.script("rst"), missing: lab.url("/404") },
	);
	expect(outcome).toEqual(Array(7).fill([0, true, 2, null]));
	await expect.poll(() => uncaught.length).toBe(14);
	expect(uncaught.splice(0).filter((message) => message.includes("mine"))).toHaveLength(2);
});

// behavior 9.5
test("the function is not called for a 204, close(), an abort or a clean end that closes", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, story, once }, { gone, open, ended }) => {
			const asked: string[] = [];
			const reconnect = ({ reason }: { reason: string }) => {
				asked.push(reason);
				return 1;
			};
			const controller = new AbortController();
			const sources = [
				new EventSource(gone, { reconnect }),
				new EventSource(gone, { reconnect, method: "POST" }),
				new EventSource(open, { reconnect }),
				new EventSource(open, { reconnect, signal: controller.signal }),
				new EventSource(ended, { reconnect, end: "close" }),
				new EventSource(ended, { reconnect, method: "POST" }),
			];
			const stories = sources.map((source) => story(source));
			await Promise.all([sources[2]!, sources[3]!].map((source) => once(source, "message")));
			sources[2]!.close();
			controller.abort();
			return { stories: await Promise.all(stories), asked };
		},
		{
			gone: lab.url("/204"),
			open: lab.script(eventStream(send(events("x")), "hang")),
			ended: lab.script(eventStream(send(events("x")))),
		},
	);
	const gone = ["error 2 status", "status"];
	const stories = [gone, gone, ...["caller", "signal", "end", "end"].map((reason) => ["open", "x", reason])];
	expect(outcome).toEqual({ stories, asked: [] });
	expect(await lab.requests()).toHaveLength(6);
});

// behavior 9.6
test("close() inside the function overrides its result, and nothing is fired", async ({ lab }) => {
	const outcome = await lab.ours(
		({ EventSource, story }, url) =>
			Promise.all(
				[5, false, undefined].map((answer) => {
					const source: InstanceType<typeof EventSource> = new EventSource(url, {
						reconnect: () => {
							source.close();
							return answer as number;
						},
					});
					return story(source);
				}),
			),
		lab.url("/404"),
	);
	expect(outcome).toEqual(Array(3).fill(["caller"]));
	expect(await lab.requests()).toHaveLength(3);
});

// behavior 9.3
test("a number that no timer can hold becomes the longest possible wait, and 0 means at once", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, record, failure, once }, urls) => {
			const long = new EventSource(urls.long, { reconnect: () => 3_000_000_000 });
			const { delay } = await once<headwater.FailureEvent>(long, "error");
			const short = new EventSource(urls.short, { reconnect: ({ attempt }) => attempt < 3 && 0 });
			const fired = record(short);
			await failure(short);
			const { readyState } = long;
			long.close();
			return { delay, readyState, delays: fired.map(({ delay }) => delay ?? null) };
		},
		{ long: lab.apart("long").url("/404"), short: lab.apart("short").url("/404") },
	);
	expect(outcome).toEqual({ delay: 2 ** 31 - 1, readyState: 0, delays: [0, 0, null] });
	expect(await lab.apart("long").requests()).toHaveLength(1);
});

// behavior 9.7
test("if a reconnect function decides, no probe is sent to a server that refuses the page's origin", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		({ EventSource, story }, url) => story(new EventSource(url, { reconnect: ({ attempt }) => attempt < 2 && 1 })),
		elsewhere(lab.url("/cors-refused")),
	);
	expect(outcome).toEqual(["error 0 network", "error 2 network", "network"]);
	expect(kinds((await lab.log()).requests)).toEqual(["GET", "GET"]);
});
