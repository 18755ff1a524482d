// Bugs that other libraries of this kind have had when they reconnect, when they are closed, and in
// their requests. Each test uses the input that caused the bug there, and checks the rule that it
// broke. The bugs of reading a stream are in peers-stream.spec.ts. The file is longer than others
// because it is one numbered list. A title begins with the number of its bug, which
// tests/vectors/peers.json uses too.

import type * as headwater from "headwater";
import { eventStream, events, expect, HANDED_OVER, send, test } from "./support.ts";

const ids = (requests: { lastEventIdHex: string | null }[]) =>
	requests.map(({ lastEventIdHex }) => Buffer.from(lastEventIdHex ?? "", "hex").toString());

test("B1: a retry that no timer can hold becomes the longest possible wait, and a retry of 0 causes no storm of requests", async ({
	lab,
}) => {
	const labs = ["3000000000", "0"].map((retry) => ({ one: lab.apart(retry), retry }));
	const outcome = await lab.ours(
		async ({ EventSource, once }, urls) => {
			const sources = urls.map((url) => new EventSource(url));
			const delays = await Promise.all(
				sources.map(async (source) => (await once<headwater.FailureEvent>(source, "error")).delay!),
			);
			// In this time, two other libraries sent 36 and 67 requests.
			await new Promise((resolve) => setTimeout(resolve, 600));
			const states = sources.map(({ readyState }) => readyState);
			for (const source of sources) {
				source.close();
			}
			return { longest: delays[0], shortest: delays[1]! >= 500, reconnecting: states[0] };
		},
		labs.map(({ one, retry }) => one.script(eventStream(send(`retry: ${retry}\n\n`)))),
	);
	expect(outcome).toEqual({ longest: 2 ** 31 - 1, shortest: true, reconnecting: 0 });
	expect(await labs[0]!.one.requests()).toHaveLength(1);
	expect((await labs[1]!.one.requests()).length).toBeLessThanOrEqual(2);
});

test("B2: a handler that throws is reported, repeats no request and leaves no socket open", async ({
	lab,
	uncaught,
}) => {
	const outcome = await lab.ours(
		async ({ EventSource, once }, url) => {
			const seen: string[] = [];
			for (const method of ["GET", "POST"]) {
				const source = new EventSource(url, { method });
				source.onmessage = ({ data }) => {
					seen.push(data);
					throw new Error("handler");
				};
				await once(source, "last");
				source.close();
			}
			return seen;
		},
		lab.script(eventStream(send(events(1, 2)), send("event: last\ndata: 3\n\n"), "hang")),
	);
	expect(outcome).toEqual(["1", "2", "1", "2"]);
	expect(uncaught.splice(0)).toHaveLength(4);
	expect(await lab.requests()).toHaveLength(2);
	await lab.expectNoSockets();
});

test("B2: fetchEventSource() with a handler that throws sends only the requests that onerror requests", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		async ({ fetchEventSource }, url) => {
			let calls = 0;
			const onmessage = () => {
				calls++;
				throw "handler";
			};
			const end = (init: object) => fetchEventSource(url, { method: "POST", onmessage, ...init }).catch(String);
			return [await end({}), await end({ onerror: () => (calls < 6 ? 1 : undefined) }), calls];
		},
		lab.script(eventStream(send(events(1, 2)), "hang")),
	);
	expect(outcome).toEqual(["handler", "handler", 6]);
	expect(await lab.requests()).toHaveLength(6);
	await lab.expectNoSockets();
});

test("B3: after a clean end the source waits as long as the server's retry says, even with a status of 200", async ({
	lab,
}) => {
	const delay = await lab.ours(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url, { reconnect: { delay: 1 } });
			const { delay } = await once<headwater.FailureEvent>(source, "error");
			// In this time, another library sent 136 requests.
			await new Promise((resolve) => setTimeout(resolve, 500));
			source.close();
			return delay!;
		},
		lab.script(eventStream(send("retry: 5000\n\ndata: x\n\n"))),
	);
	expect(delay).toBeGreaterThanOrEqual(5000);
	expect(delay).toBeLessThanOrEqual(5500);
	expect(await lab.requests()).toHaveLength(1);
});

test("B4: each response that a server closes at once counts as an attempt, and the waits grow", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, record }, url) => {
		const source = new EventSource(url, { reconnect: { delay: 50, maxRetries: 3 } });
		const fired = record(source);
		const { reason } = await source.closed;
		const errors = fired.filter(({ type }) => type === "error");
		return { reason, reasons: errors.map(({ reason }) => reason), delays: errors.map(({ delay }) => delay ?? 0) };
	}, lab.url("/empty"));
	expect(outcome).toMatchObject({ reason: "attempts", reasons: ["end", "end", "end", "attempts"] });
	const most = [100, 200, 400];
	for (const [index, longest] of most.entries()) {
		expect(outcome.delays[index]).toBeGreaterThanOrEqual(50);
		expect(outcome.delays[index]).toBeLessThanOrEqual(longest);
	}
	expect(await lab.requests()).toHaveLength(4);
});

test("B4: the last event ID survives responses without an ID", async ({ lab }) => {
	await lab.ours(
		async ({ EventSource }, url) =>
			(await new EventSource(url, { lastEventId: "e0", reconnect: { delay: 20, maxDelay: 20 } }).closed).reason,
		lab.script(
			eventStream(),
			eventStream(send("id: e1\ndata: x\n\n")),
			eventStream(send(": nothing\n"), "wait=100", "rst"),
			eventStream(send(": nothing\n")),
			eventStream(send(events("no id"))),
			"status=204",
		),
	);
	expect(ids(await lab.requests())).toEqual(["e0", "e0", "e1", "e1", "e1", "e1"]);
});

test("B5: the source closes with reason attempts after maxRetries repetitions", async ({ lab }) => {
	const outcome = await lab.ours(
		({ EventSource, story }, url) =>
			story(new EventSource(url, { reconnect: { delay: 1, maxDelay: 1, maxRetries: 3 } })),
		lab.script("status=500|send=x"),
	);
	expect(outcome).toEqual([...Array(3).fill("error 0 status"), "error 2 attempts", "attempts"]);
	expect(await lab.requests()).toHaveLength(4);
});

test("B9: a Last-Event-ID from the caller is replaced by the IDs of the stream", async ({ lab }) => {
	await lab.ours(
		({ EventSource }, url) =>
			new EventSource(url, { headers: { "Last-Event-ID": "1" }, reconnect: { delay: 20 } }).closed,
		lab.script(...([2, 3, 4, 5].map((id) => eventStream(send(`id: ${id}\ndata: x\n\n`))) as [string]), "status=204"),
	);
	expect(ids(await lab.requests())).toEqual(["1", "2", "3", "4", "5"]);
});

test("B11: hiding and showing a page neither repeats a request nor opens a second stream", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, fetchEventSource, record, tell, tasks, once }, { post, get, asked }) => {
			const look = async () => {
				for (const visibilityState of ["hidden", "visible"]) {
					Object.defineProperty(document, "visibilityState", { configurable: true, value: visibilityState });
					Object.defineProperty(document, "hidden", { configurable: true, value: visibilityState === "hidden" });
					document.dispatchEvent(new Event("visibilitychange"));
					await tasks();
				}
			};
			const posting = [{}, { pauseWhenHidden: true }].map((init) => new EventSource(post, { method: "POST", ...init }));
			const fired = posting.map((source) => record(source));
			const controller = new AbortController();
			const ended: Promise<void>[] = [];
			const call = (url: string, init: headwater.FetchEventSourceInit) =>
				new Promise<void>((resolve) => {
					ended.push(fetchEventSource(url, { ...init, signal: controller.signal, onmessage: () => resolve() }));
				});
			const called = [true, false].map((openWhenHidden) => call(post, { method: "POST", openWhenHidden }));
			await Promise.all([...called, ...posting.map((source) => once(source, "message"))]);
			// The page is hidden and shown while this source waits. The next attempt may then begin
			// at once, but only once.
			const waiting = new EventSource(get, { reconnect: { delay: 300, maxDelay: 0 } });
			const onerror = () => {
				void look();
				return 300;
			};
			const received = [once(waiting, "message"), call(asked, { onerror })];
			await once(waiting, "error");
			await look();
			await Promise.all(received);
			await look();
			for (const source of [...posting, waiting]) {
				source.close();
			}
			controller.abort();
			await Promise.all(ended);
			return fired.map(tell);
		},
		{
			post: lab.apart("post").script(eventStream(send(events("x")), "hang")),
			get: lab.apart("get").script("status=503|send=x", eventStream(send(events("x")), "hang")),
			asked: lab.apart("asked").script("status=503|send=x", eventStream(send(events("x")), "hang")),
		},
	);
	expect(outcome).toEqual(Array(2).fill(["open", "x"]));
	expect(await lab.apart("post").requests()).toHaveLength(4);
	for (const name of ["get", "asked"]) {
		expect(await lab.apart(name).requests()).toHaveLength(2);
		await lab.apart(name).expectNoSockets();
	}
});

test("B11: a signal that is aborted already sends nothing, a 401 is final, and a GET continues after a clean end", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		({ EventSource, story }, { silent, refused, ended }) =>
			Promise.all([
				story(new EventSource(silent, { signal: AbortSignal.abort() })),
				story(new EventSource(refused, { reconnect: true })),
				story(new EventSource(ended, { reconnect: { delay: 20 } })),
			]),
		{
			silent: lab.apart("silent").url("/silent"),
			refused: lab.apart("401").url("/401-json"),
			ended: lab.apart("end").script(eventStream(send(events("x"))), "status=204"),
		},
	);
	expect(outcome).toEqual([
		["signal"],
		["error 2 status", "status"],
		["open", "x", "error 0 end", "error 2 status", "status"],
	]);
	expect((await lab.apart("silent").log()).opened).toBe(0);
	expect(await lab.apart("401").requests()).toHaveLength(1);
});

test("B12: an ID of any characters can be sent, and one with U+0000 is ignored", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, story }, url) => {
			const source = new EventSource(url, { reconnect: { delay: 20 } });
			const ids: string[] = [];
			source.onmessage = ({ lastEventId }) => ids.push(lastEventId);
			return { story: await story(source), ids };
		},
		lab.script(
			eventStream(send("id: 日本\ndata: 1\n\n")),
			eventStream(send("id: a\0b\ndata: 2\n\n")),
			eventStream(send(events(3))),
			"status=204",
		),
	);
	const rounds = [1, 2, 3].flatMap((datum) => ["open", `${datum}`, "error 0 end"]);
	expect(outcome.story).toEqual([...rounds.slice(0, -1), "error 0 end", "error 2 status", "status"]);
	expect(outcome.ids).toEqual(["日本", "日本", "日本"]);
	const sent = (await lab.requests()).map(({ lastEventIdHex }) => lastEventIdHex);
	expect(sent).toEqual([null, ...Array(3).fill(lab.idBytes("日本"))]);
});

test("B12: fetchEventSource() sends an ID beyond ISO 8859-1 with its next attempt, for any method", async ({ lab }) => {
	const first = eventStream(send("id: 日本\nid: a\0b\ndata: 1\n\n"));
	await lab.ours(
		async ({ fetchEventSource }, url) => {
			const onclose = () => {
				throw new Error("more");
			};
			for (const method of ["GET", "POST"]) {
				await fetchEventSource(url, { method, onclose, onerror: () => 1 }).catch(() => {});
			}
		},
		lab.script(first, "status=204", first, "status=204"),
	);
	const sent = (await lab.requests()).map(({ lastEventIdHex }) => lastEventIdHex);
	expect(sent).toEqual([null, lab.idBytes("日本"), null, lab.idBytes("日本")]);
});

test("B13: `break` cancels the body, and leaving an iteration twice ends no other iteration", async ({ lab }) => {
	const outcome = await lab.ours(async ({ events }, flood) => {
		const [left, other] = [events(flood), events(flood)];
		await other.next();
		for await (const _ of left) {
			break;
		}
		await left.return?.();
		await left.return?.();
		const { done } = await other.next();
		await other.return?.();
		return done;
	}, lab.url(lab.flood));
	expect(outcome).toBe(false);
	await lab.expectNoSockets();
});

test("B13: the endless body of a refused response is released, and so is a stream that is left in the middle", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		async ({ EventSource, once, tasks }, { refused, flood }) => {
			const left = new EventSource(flood);
			await once(left, "message");
			left.close();
			const { reason, status } = await new EventSource(refused).closed;
			let cancelled = false;
			const stream = new ReadableStream({
				start: (controller) => controller.enqueue(new TextEncoder().encode("data: x\n\n")),
				cancel: () => {
					cancelled = true;
				},
			});
			const ofStream = EventSource.fromReadableStream(stream);
			await once(ofStream, "message");
			ofStream.close();
			await ofStream.closed;
			for (let turn = 0; turn < 100 && !cancelled; turn++) {
				await tasks();
			}
			return { reason, status, cancelled };
		},
		{ refused: lab.url("/endless-error-body?ms=1"), flood: lab.url(lab.flood) },
	);
	expect(outcome).toEqual({ reason: "status", status: 500, cancelled: true });
	await lab.expectNoSockets();
});

test("B15: a response that arrives after close(), from a fetch which ignores its signal, fires nothing", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ EventSource, record, tasks }) => {
		const statuses = [500, 200, 204];
		const left = await Promise.all(
			statuses.map(async (status) => {
				let answer!: (response: Response) => void;
				const source = await new Promise<InstanceType<typeof EventSource>>((called) => {
					const source: InstanceType<typeof EventSource> = new EventSource("/unused", {
						fetch: () => {
							called(source);
							return new Promise((resolve) => {
								answer = resolve;
							});
						},
					});
				});
				const fired = record(source);
				source.close();
				const headers = { "content-type": "text/event-stream" };
				answer(new Response(status === 204 ? null : "data: x\n\n", { status, headers }));
				return fired;
			}),
		);
		await tasks();
		return left;
	});
	expect(outcome).toEqual([[], [], []]);
});

test("B15: withCredentials has the same effect in a worker as in a page", async ({ lab }) => {
	const code = `
		import { EventSource } from "${lab.origin}/files/dist/index.js";
		const init = [];
		const fetch = (_, { credentials }) => {
			init.push(credentials);
			return Promise.resolve(new Response(null, { status: 204 }));
		};
		for (const withCredentials of [true, false]) {
			await new EventSource("${lab.origin}/unused", { withCredentials, fetch }).closed;
		}
		postMessage(init);`;
	const credentials = await lab.page.evaluate(
		async (url) => {
			const worker = new Worker(url, { type: "module" });
			const data = await new Promise((resolve, reject) => {
				worker.onmessage = ({ data }) => resolve(data);
				worker.onerror = ({ message }) => reject(new Error(message));
			});
			worker.terminate();
			return data;
		},
		lab.script(`type=text/javascript|${send(code)}`),
	);
	expect(credentials).toEqual(["include", "same-origin"]);
});

// behavior 2.1
test("B16: a refused response fires no open, and a source never has two requests at a time", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, story }, { refused, failing }) => {
			const running = new Set<AbortSignal>();
			let most = 0;
			const counted = (input: string, init: RequestInit) => {
				const end = () => running.delete(init.signal!);
				most = Math.max(most, running.add(init.signal!).size);
				init.signal!.addEventListener("abort", end);
				const answer = fetch(input, init);
				answer.then((response) => response.clone().text()).then(end, end);
				return answer;
			};
			const source = new EventSource(failing, { fetch: counted, reconnect: { delay: 1, maxDelay: 1 } });
			source.addEventListener("last", () => source.close());
			const words = await Promise.all([story(new EventSource(refused)), story(source)]);
			return { words, most };
		},
		{
			refused: lab.apart("401").url("/401-json"),
			failing: lab.script(
				eventStream(send(events("a")), HANDED_OVER, "rst"),
				"status=503|send=x",
				eventStream(send(`${events("b")}event: last\ndata: c\n\n`), "hang"),
			),
		},
	);
	expect(outcome).toEqual({
		words: [
			["error 2 status", "status"],
			["open", "a", "error 0 interrupted", "error 0 status", "open", "b", "caller"],
		],
		most: 1,
	});
	await lab.expectNoSockets();
	expect(await lab.requests()).toHaveLength(3);
});
