// Rules of the option `accept`: for which responses it is called, the effect of its result, and how
// a rejected response is reported.

import { expect, send, test } from "./support.ts";

const BODY = `${send("data: a\n\n")}`;

// behavior 3.2
test("a response that accept allows is read as an event stream with any status and type, which open reports", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		async ({ EventSource, events }, url) => {
			const source = new EventSource(url, {
				method: "POST",
				accept: ({ status, headers, body, bodyUsed }) =>
					status === 201 && headers.get("content-type") === "text/plain" && body !== null && !bodyUsed,
			});
			const opened: unknown[] = [];
			source.onopen = ({ response }) => opened.push(response.status, response.headers.get("content-type"));
			const data: string[] = [];
			source.onmessage = (event) => data.push(event.data);
			const { reason } = await source.closed;
			for await (const message of events(url, { method: "POST", accept: () => true })) {
				data.push(message.data);
			}
			return { opened, data, reason };
		},
		lab.script(`status=201|type=text/plain|${BODY}`),
	);
	expect(outcome).toEqual({ opened: [201, "text/plain"], data: ["a", "a"], reason: "end" });
});

// behavior 3.3
test("a response that accept refuses is a failure with its status and body", async ({ lab }) => {
	const failures = await lab.ours(
		({ EventSource, failure }, urls) =>
			Promise.all(
				urls.map(async (url) => {
					const source = new EventSource(url, { method: "POST", accept: () => false });
					const { reason, message, status, body } = await failure(source);
					return [reason, message, status, body];
				}),
			),
		[lab.script(`type=text/event-stream|${BODY}`), lab.script(`status=500|${BODY}`)],
	);
	expect(failures).toEqual([
		["content-type", `"accept" rejected the response`, 200, "data: a\n\n"],
		["status", "the server responded with status 500", 500, "data: a\n\n"],
	]);
});

test("if a status other than 200 has a stream, the message of every form names the options that allow it", async ({
	lab,
}) => {
	const told = await lab.ours(
		({ EventSource, events, fetchEventSource, failure }, urls) =>
			Promise.all(
				urls.map(async (url) => {
					const asked = [
						failure(new EventSource(url, { method: "POST" })),
						events(url, { method: "POST" })
							.next()
							.catch((error) => error),
						fetchEventSource(url, { method: "POST" }).catch((error) => error),
					];
					return (await Promise.all(asked)).map(({ message }) => message);
				}),
			),
		[201, 202, 206, 204, 400].map((status) =>
			lab.script(status === 204 ? "status=204" : `status=${status}|type=text/event-stream|${BODY}`),
		),
	);
	const expected = [
		...[201, 202, 206].map((status) => `the server responded with status ${status} (allow it in accept or onopen)`),
		...[204, 400].map((status) => `the server responded with status ${status}`),
	];
	expect(told).toEqual(expected.map((message) => Array(3).fill(message)));
});

// behavior 3.2
test("accept is not called for a 204, and is called again for each response after a reconnection", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, story }, url) => {
			const asked: number[] = [];
			const source = new EventSource(url, {
				reconnect: { delay: 0 },
				accept: ({ status }) => asked.push(status) > 0,
			});
			return { story: await story(source), asked };
		},
		lab.script(`status=203|type=text/plain|${BODY}`, `type=text/event-stream|${BODY}`, "status=204"),
	);
	const interrupted = "error 0 end";
	const story = ["open", "a", interrupted, "open", "a", interrupted, "error 2 status", "status"];
	expect(outcome).toEqual({ story, asked: [203, 200] });
});

// behavior 3.4
test("an error that accept throws is reported, and counts as false", async ({ lab, uncaught }) => {
	const reason = await lab.ours(
		async ({ EventSource }, url) => {
			const source = new EventSource(url, {
				method: "POST",
				accept: () => {
					throw new Error("accept is broken");
				},
			});
			return (await source.closed).reason;
		},
		lab.script(`type=text/event-stream|${BODY}`),
	);
	expect(reason).toBe("content-type");
	await expect.poll(() => uncaught).toEqual([expect.stringContaining("accept is broken")]);
	uncaught.length = 0;
});

// behavior 3.4
test("a promise that accept or until returns is reported, and counts as false", async ({ lab, uncaught }) => {
	const outcome = await lab.ours(
		async ({ EventSource, story }, url) => {
			const later = (async () => true) as unknown as () => boolean;
			const refused = new EventSource(url, { method: "POST", accept: later });
			const read = story(new EventSource(url, { method: "POST", until: later, end: "close" }));
			return [(await refused.closed).reason, await read];
		},
		lab.script(`type=text/event-stream|${BODY}`),
	);
	expect(outcome).toEqual(["content-type", ["open", "a", "end"]]);
	const errors = ["accept", "until"].map((name) => expect.stringContaining(`"${name}" must not return a promise`));
	await expect.poll(() => [...uncaught].sort()).toEqual(errors);
	uncaught.length = 0;
});

// behavior 3.5, 4.15
test("a body that accept or onopen has read or locked is a final failure of the request, and not a network error", async ({
	lab,
}) => {
	const told = await lab.ours(
		async ({ EventSource, fetchEventSource, failure }, url) => {
			const reconnect = { delay: 0 };
			const reading = new EventSource(url, {
				reconnect,
				accept: (response) => Boolean(response.text().catch(() => {})),
			});
			const locking = new EventSource(url, { reconnect, accept: ({ body }) => Boolean(body?.getReader()) });
			const failures = await Promise.all([failure(reading), failure(locking)]);
			const told = failures.map(({ reason, message }) => [reason, message]);
			const onopen = async (response: Response) => void (await response.text());
			const thrown = await fetchEventSource(url, { onopen }).catch(({ reason, message }) => [reason, message]);
			const cloned = fetchEventSource(url, { method: "POST", onopen: (response) => onopen(response.clone()) });
			return [...told, thrown, await cloned];
		},
		lab.script(`type=text/event-stream|${BODY}`),
	);
	const message = expect.stringMatching(/the response body is already used \(read a clone\(\)\) or is not a stream$/);
	const refusal = ["request", message];
	expect(told).toEqual([refusal, refusal, refusal, undefined]);
	expect(await lab.requests()).toHaveLength(4);
});
