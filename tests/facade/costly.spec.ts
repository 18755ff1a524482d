// A request that may cost money or have side effects is repeated only as often as the caller
// permits. In each form, only a last event ID that advances is progress, whichever events the
// responses contain. tests/connection/storms.rs tests in simulated time how the waits grow.

import type { FetchEventSourceInit } from "headwater";
import { eventStream, events, expect, HANDED_OVER, send, test } from "./support.ts";

const withIds = (...ids: (string | number)[]) => ids.map((id) => `id: ${id}\ndata: ${id}\n\n`).join("");

/**
 * The text of every response up to the point where the connection is lost, and the first wait in
 * milliseconds. If the text contains IDs, the first response is progress, and later responses are
 * not.
 */
const ANSWERS: Record<string, [text: string, first: number]> = {
	nothing: [":\n\n", 6000],
	"one event": [events(1), 6000],
	"many events": [events(1, 2, 3, 4, 5), 6000],
	"one event with an ID": [withIds(1), 3300],
	"many events with IDs": [withIds(1, 2, 3, 10), 3300],
	"IDs that are not numbers": [withIds("a", "b"), 3300],
};

/** The ways in which a caller can permit retries, and the number of requests that each allows. */
const PERMISSIONS = { object: 3, function: 4, number: 4 };
type Permission = keyof typeof PERMISSIONS;

const FORMS: [form: "EventSource" | "events" | "fetchEventSource", permissions: Permission[]][] = [
	["EventSource", ["object", "function"]],
	["events", ["object", "function"]],
	["fetchEventSource", ["number"]],
];

test("after any response, a POST is repeated as often as maxRetries or the reconnect function permits, and the function receives the backoff", async ({
	lab,
}) => {
	const rows = Object.entries(ANSWERS).flatMap(([answer, [text, first]]) =>
		FORMS.flatMap(([form, permissions]) =>
			permissions.map((permission) => {
				const one = lab.apart(`${answer}-${form}-${permission}`.replaceAll(" ", "-"));
				return { name: `${form}, ${permission}, ${answer}`, form, permission, first, one, text };
			}),
		),
	);
	const outcome = await lab.ours(
		async ({ EventSource, events, fetchEventSource }, rows) => {
			// This makes the waits as long as possible.
			Math.random = () => 1;
			const until = () => false;
			const run = async ({ url, form, permission }: (typeof rows)[number]) => {
				const delays: number[] = [];
				const decide = ({ attempt, delay }: { attempt: number; delay: number }) => {
					delays.push(delay);
					return attempt < 4 && 1;
				};
				const reconnect = permission === "object" ? { delay: 1, maxDelay: 4, maxRetries: 2 } : decide;
				if (form === "EventSource") {
					return [(await new EventSource(url, { json: {}, until, reconnect }).closed).reason, delays];
				}
				try {
					if (form === "events") {
						for await (const _ of events(url, { json: {}, until, reconnect }));
					} else {
						await fetchEventSource(url, {
							method: "POST",
							until,
							onerror(error) {
								const wait = decide(error);
								if (wait === false) {
									throw error;
								}
								return wait;
							},
						});
					}
				} catch (error) {
					return [(error as { reason: string }).reason, delays];
				}
				return ["no failure"];
			};
			return Promise.all(rows.map(run));
		},
		// If a body ends cleanly before the event that `until` accepts, that is a failure, and no
		// browser hides it.
		rows.map(({ form, permission, one, text }) => ({ form, permission, url: one.script(eventStream(send(text))) })),
	);
	for (const [index, { name, permission, first, one }] of rows.entries()) {
		const methods = (await one.requests()).map(({ method }) => method);
		expect.soft(methods, name).toEqual(Array(PERMISSIONS[permission]).fill("POST"));
		const decided = ["interrupted", [first, 12_000, 24_000, 30_000]];
		expect.soft(outcome[index], name).toEqual(permission === "object" ? ["attempts", []] : decided);
	}
});

test("events() by POST with maxRetries: 2 sends three requests if the server cuts each response after one event", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		async ({ events }, url) => {
			const received: string[] = [];
			try {
				for await (const { data } of events(url, {
					json: { prompt: "?" },
					reconnect: { delay: 100, maxRetries: 2 },
				})) {
					received.push(data);
				}
			} catch (error) {
				received.push((error as { reason: string }).reason);
			}
			return received;
		},
		lab.script(eventStream(send(events("token")), HANDED_OVER, lab.seesCuts ? "cut" : "rst")),
	);
	expect(outcome).toEqual(["token", "token", "token", "attempts"]);
	expect((await lab.requests()).map(({ method }) => method)).toEqual(["POST", "POST", "POST"]);
});

test("with reconnect: true a POST is repeated without a limit, but with backoff even if each response begins with an event", async ({
	lab,
}) => {
	const answers = [events("x"), withIds(1)];
	const labs = answers.map((_, index) => lab.apart(`${index}`));
	const delays = await lab.ours(
		({ EventSource }, urls) => {
			Math.random = () => 1;
			const run = async (url: string) => {
				const delays: unknown[] = [];
				const source = new EventSource(url, { method: "POST", reconnect: true, until: () => false });
				source.onerror = (event) => {
					if ("delay" in event) {
						delays.push(event.delay);
						if (event.attempt === 2) {
							source.close();
						}
					}
				};
				await source.closed;
				return delays;
			};
			return Promise.all(urls.map(run));
		},
		// The shortest reconnection time that a server can set is half a second.
		answers.map((answer, index) => labs[index]!.script(eventStream(send(`retry: 0\n\n${answer}`)))),
	);
	expect(delays).toEqual([
		[1000, 2000],
		[550, 2000],
	]);
	for (const one of labs) {
		expect(await one.requests()).toHaveLength(2);
	}
});

// behavior 6.2
test("a POST is repeated more than maxRetries times for as long as its last event ID advances", async ({ lab }) => {
	const answers = [withIds(1), withIds(2, 3), withIds(4), withIds(5), events("[DONE]")];
	const labs = [lab.apart("EventSource"), lab.apart("events")];
	const outcome = await lab.ours(
		async ({ EventSource, story, events }, [first, second]) => {
			const init = {
				method: "POST",
				reconnect: { delay: 1, maxDelay: 1, maxRetries: 1 },
				until: ({ data }: { data: string }) => data === "[DONE]",
			};
			const source = await story(new EventSource(first!, init));
			const received: string[] = [];
			for await (const { data } of events(second!, init)) {
				received.push(data);
			}
			return [source.filter((word) => word !== "open"), received];
		},
		labs.map((one) => one.script(...(answers.map((text) => eventStream(send(text))) as [string]))),
	);
	const cut = "error 0 interrupted";
	expect(outcome).toEqual([
		["1", cut, "2", "3", cut, "4", cut, "5", cut, "[DONE]", "until"],
		["1", "2", "3", "4", "5", "[DONE]"],
	]);
	for (const one of labs) {
		const sent = (await one.requests()).map(({ method, headers }) => [method, headers["last-event-id"] ?? null]);
		expect(sent).toEqual([null, "1", "3", "4", "5"].map((id) => ["POST", id]));
	}
});

// behavior 6.3
test("numbered IDs that start again are no progress until they exceed the furthest ID", async ({ lab }) => {
	const answers = [withIds(1, 2, 3, 4), withIds(1, 2), withIds(1, 2, 3), withIds(1)];
	const reason = await lab.ours(
		async ({ EventSource }, url) => {
			const reconnect = { delay: 1, maxDelay: 1, maxRetries: 2 };
			return (await new EventSource(url, { json: {}, reconnect, until: () => false }).closed).reason;
		},
		lab.script(...(answers.map((text) => eventStream(send(text))) as [string])),
	);
	expect(reason).toBe("attempts");
	expect(await lab.requests()).toHaveLength(3);
});

// behavior 6.2
test("maxRetries limits a GET that continues a POST as it limits the POST; for any other GET, each event is progress", async ({
	lab,
}) => {
	const labs = [lab.apart("continued"), lab.apart("feed")];
	const reasons = await lab.ours(
		async ({ EventSource, record }, [continued, feed]) => {
			const init = { until: () => false, reconnect: { delay: 1, maxDelay: 1, maxRetries: 2 } };
			const request = ({ attempt }: { attempt: number }) => (attempt > 1 ? { method: "GET" } : undefined);
			const first = await new EventSource(continued!, { ...init, json: {}, request }).closed;
			const source = new EventSource(feed!, init);
			const fired = record(source);
			source.onerror = () => fired.length > 20 && source.close();
			return [first.reason, (await source.closed).reason];
		},
		labs.map((one) => one.script(eventStream(send(events(1))))),
	);
	expect(reasons).toEqual(["attempts", "caller"]);
	expect((await labs[0]!.requests()).map(({ method }) => method)).toEqual(["POST", "GET", "GET"]);
	expect((await labs[1]!.requests()).length).toBeGreaterThan(5);
});

test("the delay that a reconnect function receives grows for each failure of a POST, and the event has the returned delay", async ({
	lab,
}) => {
	const answers = [
		eventStream(send(events(1))),
		"status=503|header=Retry-After:1|send=busy",
		"status=404|send=none",
		"type=text/html|send=no",
	];
	const outcome = await lab.ours(
		({ EventSource }, urls) => {
			Math.random = () => 1;
			const run = async (url: string) => {
				const told: unknown[] = [];
				const source = new EventSource(url, {
					method: "POST",
					until: () => false,
					reconnect: ({ attempt, delay, willReconnect }) => {
						told.push(delay, willReconnect);
						return attempt < 2 && delay / 1000;
					},
				});
				source.onerror = (event) => "delay" in event && told.push(event.delay ?? null, event.willReconnect);
				await source.closed;
				return told;
			};
			return Promise.all(urls.map(run));
		},
		answers.map((answer, index) => lab.apart(`${index}`).script(answer)),
	);
	const told = [6000, false, 6, true, 12_000, false, null, false];
	expect(outcome).toEqual(answers.map(() => told));
	for (const index of answers.keys()) {
		expect(await lab.apart(`${index}`).requests()).toHaveLength(2);
	}
});

test("onerror receives the backoff in delay, and the promise is rejected with the same Error without the delay", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ fetchEventSource }, url) => {
		Math.random = () => 1;
		const outcome: unknown[] = [];
		const answers: FetchEventSourceInit["onerror"][] = [
			() => undefined,
			(error) => {
				throw error;
			},
			(error) => void Object.freeze(error),
		];
		for (const answer of answers) {
			let given: unknown;
			let told: unknown;
			const onerror: FetchEventSourceInit["onerror"] = (error) => {
				given = error;
				told = [error.delay, error.willReconnect];
				return answer!(error);
			};
			const error = await fetchEventSource(url, { method: "POST", onerror }).catch((error) => error);
			outcome.push([told, error === given, error.delay ?? null, error.willReconnect]);
		}
		return outcome;
	}, lab.script("status=503|send=busy"));
	const told = [[6000, false], true, null, false];
	expect(outcome).toEqual([told, told, [[6000, false], true, 6000, false]]);
	expect(await lab.requests()).toHaveLength(3);
});
