// Rules of `events()`: the messages it yields, how far it reads ahead, and how it ends.
// Reconnection and options are the same as for the class, and other files test them.
// events-leaving.spec.ts tests how it is left.

import type { EventsInit, Message } from "headwater";
import { events as blocks, eventStream, expect, HANDED_OVER, type Lab, send, test } from "./support.ts";

const ABC = eventStream(send("id: 1\ndata: a\n\nevent: t\ndata: b\n\nid: 2\n\ndata: c\n\n"));
const A_B_C: Omit<Message, "json">[] = [
	{ type: "message", data: "a", lastEventId: "1" },
	{ type: "t", data: "b", lastEventId: "1" },
	{ type: "message", data: "c", lastEventId: "2" },
];

/**
 * Returns the data of all messages. If an error is thrown, the last entry is its reason, or its
 * text if it has no reason.
 */
function read(lab: Lab, url: string, init: EventsInit = {}): Promise<unknown[]> {
	return lab.ours(
		async ({ events }, { url, init }) => {
			const told: unknown[] = [];
			try {
				for await (const { data } of events(url, init)) {
					told.push(data);
				}
			} catch (error) {
				told.push((error as { reason?: string }).reason ?? `${error}`);
			}
			return told;
		},
		{ url, init },
	);
}

// behavior 14.1
test("each message is an object of type, data and last event ID, and nothing else is yielded", async ({ lab }) => {
	const messages = await lab.ours(async ({ events }, url) => {
		const messages: unknown[] = [];
		for await (const message of events(url, { method: "POST" })) {
			messages.push(message);
		}
		return messages;
	}, lab.script(ABC));
	expect(messages).toEqual(A_B_C);
});

// behavior 14.2
test("a GET continues across reconnections with its last event ID", async ({ lab }) => {
	const told = await lab.ours(
		async ({ events }, url) => {
			const told: string[] = [];
			for await (const { data, lastEventId } of events(new URL(url), { reconnect: { delay: 1 } })) {
				told.push(`${data} ${lastEventId}`);
				if (data === "d") {
					break;
				}
			}
			return told;
		},
		lab.script(ABC, eventStream(send("data: d\n\n"), "hang")),
	);
	expect(told).toEqual(["a 1", "b 1", "c 2", "d 2"]);
	const sent = (await lab.requests()).map(({ lastEventIdHex }) => lastEventIdHex);
	expect(sent).toEqual([null, Buffer.from("2").toString("hex")]);
});

// behavior 14.2
test("a clean end that is final ends the iteration, after all received messages", async ({ lab }) => {
	expect(await read(lab, lab.script(ABC), { json: {} })).toEqual(["a", "b", "c"]);
	expect(await read(lab, lab.script(ABC), { end: "close" })).toEqual(["a", "b", "c"]);
	expect(await lab.requests()).toHaveLength(2);
});

// behavior 14.2
test("a final failure is thrown once, as an Error with the fields of the event, after all received messages", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		async ({ events }, urls) => {
			const [broken, refused] = urls.map((url) => events(url, { method: "POST" }));
			const received = await Promise.all([broken!.next(), broken!.next()]);
			const errors = await Promise.all([broken, refused].map((iterator) => iterator!.next().catch((error) => error)));
			const fields = errors.map((error) => {
				const { name, reason, message, status, code, body, attempt, delay, willReconnect, headers } = error;
				const type = headers?.get("content-type");
				return [name, reason, message.length > 0, status, code, body, attempt, delay, willReconnect, type];
			});
			const after = await Promise.all([broken!.next(), refused!.next()]);
			return { received, fields, after, instances: errors.map((error) => error instanceof Error) };
		},
		[
			lab.script(eventStream(send(blocks("a", "b")), HANDED_OVER, "rst")),
			lab.script(`status=503|type=text/plain|${send("busy")}`),
		],
	);
	const message = (data: string) => ({ done: false, value: { type: "message", data, lastEventId: "" } });
	expect(outcome).toEqual({
		received: [message("a"), message("b")],
		fields: [
			["TypeError", "interrupted", true, 200, 200, "", 1, undefined, false, "text/event-stream"],
			["Error", "status", true, 503, 503, "busy", 1, undefined, false, "text/plain"],
		],
		after: Array(2).fill({ done: true, value: undefined }),
		instances: [true, true],
	});
	expect(await lab.requests()).toHaveLength(2);
});

test("maxRetries, a function as reconnect, and request work as they do for the class", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ events }, url) => {
			const asked: string[] = [];
			const told: string[] = [];
			const iterator = events(url, {
				method: "POST",
				request: ({ attempt, lastEventId }) => void asked.push(`${attempt} ${lastEventId}`),
				reconnect: ({ reason, lastEventId, attempt }) => {
					asked.push(`${reason} ${lastEventId}`);
					return attempt < 3 && 1;
				},
			});
			try {
				for await (const { data } of iterator) {
					told.push(data);
				}
			} catch (error) {
				told.push((error as { reason: string }).reason);
			}
			return { told, asked };
		},
		lab.script(
			eventStream(send("id: 1\ndata: a\n\n"), HANDED_OVER, "rst"),
			eventStream(send("id: 2\ndata: b\n\n"), HANDED_OVER, "rst"),
			"status=500",
		),
	);
	expect(outcome).toEqual({
		told: ["a", "b", "status"],
		asked: ["1 ", "interrupted 1", "2 1", "interrupted 2", "3 2", "status 2"],
	});
	const attempts = { reconnect: { delay: 1, maxDelay: 1, maxRetries: 1 } };
	expect(await read(lab.apart("attempts"), lab.apart("attempts").url("/empty"), attempts)).toEqual(["attempts"]);
});

test("until is called for each message, and ends the iteration after the first message for which it returns true", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		async ({ events }, urls) => {
			const asked: Message[] = [];
			const until = (message: Message) => {
				asked.push(message);
				return message.data === "b";
			};
			const told: string[][] = [];
			for (const url of urls) {
				const own: string[] = [];
				told.push(own);
				try {
					for await (const { data } of events(url, { method: "POST", until })) {
						own.push(data);
					}
				} catch (error) {
					own.push((error as { reason: string }).reason);
				}
			}
			return { told, asked };
		},
		[lab.script(ABC), lab.script(eventStream(send(blocks("a"))))],
	);
	expect(outcome.told).toEqual([
		["a", "b"],
		["a", "interrupted"],
	]);
	expect(outcome.asked).toEqual([...A_B_C.slice(0, 2), { type: "message", data: "a", lastEventId: "" }]);
	await lab.expectNoSockets();
});

test("an until that throws is reported, and counts as false", async ({ lab, uncaught }) => {
	const told = await lab.ours(async ({ events }, url) => {
		const told: string[] = [];
		const until = () => {
			throw new Error("until");
		};
		for await (const { data } of events(url, { method: "POST", until, end: "close" })) {
			told.push(data);
		}
		return told;
	}, lab.script(ABC));
	expect(told).toEqual(["a", "b", "c"]);
	await expect.poll(() => uncaught.splice(0)).toHaveLength(3);
});

// behavior 1.4
test("an error in the options is thrown at once", async ({ lab }) => {
	const errors = await lab.ours(({ events }) =>
		[
			() => events("http://["),
			() => events("/", { maxEventSize: -1 }),
			() => events("/", 5 as never),
			() => {
				const stream = new ReadableStream();
				stream.getReader();
				events(stream);
			},
		].map((wrong) => {
			try {
				wrong();
				return undefined;
			} catch (error) {
				return (error as Error).name;
			}
		}),
	);
	expect(errors).toEqual(["SyntaxError", "TypeError", "TypeError", "TypeError"]);
});

// behavior 14.4
test("concurrent next() calls settle in the order in which they were made", async ({ lab }) => {
	const outcome = await lab.ours(async ({ events }, url) => {
		const order: string[] = [];
		const iterators = [{}, { until: ({ data }: Message) => data === "b" }].map((init) =>
			events(url, { method: "POST", ...init }),
		);
		await Promise.all(
			iterators.flatMap((iterator, index) =>
				Array.from({ length: 4 }, (_, place) =>
					iterator.next().then(({ done, value }) => order.push(`${index} ${place} ${done ? "done" : value.data}`)),
				),
			),
		);
		return order.toSorted((one, other) => Number(one[0]) - Number(other[0]));
	}, lab.script(ABC));
	expect(outcome).toEqual([...["0 0 a", "0 1 b", "0 2 c", "0 3 done"], ...["1 0 a", "1 1 b", "1 2 done", "1 3 done"]]);
});

test("a stream is not locked if the options are invalid, and an abort before it is read cancels it", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ events, tasks }) => {
		let cancelled = 0;
		const stream = new ReadableStream<Uint8Array>({ cancel: () => void cancelled++ });
		let thrown: unknown;
		try {
			events(stream, { signal: 5 as never });
		} catch (error) {
			thrown = (error as Error).name;
		}
		const { locked } = stream;
		const controller = new AbortController();
		events(stream, { signal: controller.signal });
		controller.abort();
		// The stream is canceled in a later task, and an engine may run other tasks before it.
		for (let turn = 0; turn < 100 && cancelled === 0; turn++) {
			await tasks();
		}
		return { thrown, locked, cancelled };
	});
	expect(outcome).toEqual({ thrown: "TypeError", locked: false, cancelled: 1 });
});

test("at most one chunk is read ahead of the messages that are taken", async ({ lab }) => {
	const pulls = await lab.ours(async ({ events, tasks }) => {
		let pulled = 0;
		const body = new ReadableStream(
			{
				pull(controller) {
					pulled++;
					controller.enqueue(new TextEncoder().encode(`data: ${pulled}\n\n`));
				},
			},
			{ highWaterMark: 0 },
		);
		const headers = { "content-type": "text/event-stream" };
		const iterator = events("/unused", { fetch: async () => new Response(body, { headers }) });
		const pulls: string[] = [];
		for (let taken = 1; taken <= 3; taken++) {
			const { value } = await iterator.next();
			for (let time = 0; time < 5; time++) {
				await tasks();
			}
			pulls.push(`${value.data} of ${pulled}`);
		}
		await iterator.return?.();
		return pulls;
	});
	expect(pulls).toEqual(["1 of 2", "2 of 3", "3 of 4"]);
});

// behavior 14.5
test("a stream of bytes is iterated to its end without an error, and leaving the iteration cancels the stream", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ events, tasks }) => {
		const encode = (text: string) => new TextEncoder().encode(text);
		const told: unknown[] = [];
		const tell = async (stream: ReadableStream<Uint8Array>, init?: EventsInit) => {
			const own: unknown[] = [];
			told.push(own);
			try {
				for await (const { data } of events(stream, init)) {
					own.push(data);
					if (data === "leave") {
						break;
					}
				}
			} catch (error) {
				const { reason, error: cause } = error as { reason: string; error: unknown };
				own.push(reason, `${cause}`);
			}
		};
		const text = "data: a\n\ndata: b\n\n";
		await tell(new Response(text).body!);
		await tell(new Response(text).body!, { until: ({ data }) => data === "a" });
		await tell(new Response(text).body!, { until: () => false });
		const broken = new ReadableStream<Uint8Array>(
			{
				pull(controller) {
					controller.error("mine");
				},
				start(controller) {
					controller.enqueue(encode(text));
				},
			},
			{ highWaterMark: 0 },
		);
		await tell(broken, { reconnect: () => 0, json: {}, method: "GET" } as EventsInit);
		let cancelled = 0;
		const cancel = () => void cancelled++;
		const start = (controller: ReadableStreamDefaultController) => controller.enqueue(encode("data: leave\n\n"));
		await tell(new ReadableStream({ start, cancel }));
		await events(new ReadableStream({ start, cancel })).return?.();
		for (let turn = 0; turn < 100 && cancelled < 2; turn++) {
			await tasks();
		}
		return { told, cancelled };
	});
	expect(outcome).toEqual({
		told: [["a", "b"], ["a"], ["a", "b", "interrupted", "undefined"], ["a", "b", "interrupted", "mine"], ["leave"]],
		cancelled: 2,
	});
});
