// Rules of `connectTimeout` and `silenceTimeout`: when an attempt ends, and whether it is retried.
// Hidden and frozen pages are in pausing.spec.ts and visibility.spec.ts.

import { eventStream, events, expect, send, test } from "./support.ts";

const STREAM = eventStream(send(events("x")), "hang");
/**
 * The body begins with a comment, because Firefox resolves `fetch` only with the first byte of the
 * body.
 */
const SILENT = eventStream(send(": hello\n"), "hang");

// behavior 4.7
test("an attempt without a response within connectTimeout is aborted: a GET is retried, a POST fails", async ({
	lab,
}) => {
	const labs = ["GET", "POST", "allowed", "attempts"].map((name) => lab.apart(name));
	const outcome = await lab.ours(
		({ EventSource, story }, urls) => {
			const init = { connectTimeout: 350 };
			const reconnect = { delay: 20, maxDelay: 20 };
			const sources = [
				new EventSource(urls[0]!, { ...init, reconnect }),
				new EventSource(urls[1]!, { ...init, method: "POST" }),
				new EventSource(urls[2]!, { ...init, method: "POST", reconnect }),
				new EventSource(urls[3]!, { ...init, reconnect: { ...reconnect, maxRetries: 1 } }),
			];
			for (const source of sources) {
				source.onmessage = () => source.close();
			}
			return Promise.all(sources.map((source) => story(source)));
		},
		labs.map((lab, index) => (index < 3 ? lab.script("hang", STREAM) : lab.script("hang"))),
	);
	const again = ["error 0 timeout", "open", "x", "caller"];
	expect(outcome).toEqual([
		again,
		["error 2 timeout", "timeout"],
		again,
		["error 0 timeout", "error 2 attempts", "attempts"],
	]);
	const counts = await Promise.all(labs.map(async (lab) => (await lab.requests()).length));
	expect(counts).toEqual([2, 1, 2, 2]);
	for (const one of labs) {
		await one.expectNoSockets();
	}
});

test("the error of a timeout has a message and no status, and does not fire early", async ({ lab }) => {
	const outcome = await lab.ours(
		({ EventSource, failure }, { unanswered, silent }) => {
			const start = performance.now();
			const told = async (url: string, init: object) => {
				const { reason, status, headers, message, attempt, willReconnect, delay } = await failure(
					new EventSource(url, { method: "POST", ...init }),
				);
				const late = performance.now() - start >= 149;
				const type = headers?.get("content-type") ?? null;
				return [reason, status ?? null, type, message.length > 9, attempt, willReconnect, delay ?? null, late];
			};
			return Promise.all([told(unanswered, { connectTimeout: 150 }), told(silent, { silenceTimeout: 150 })]);
		},
		{ unanswered: lab.url("/never-answers"), silent: lab.script(SILENT) },
	);
	const [timeout, silence] = outcome;
	expect(timeout).toEqual(["timeout", null, null, true, 1, false, null, true]);
	// Whether the failure of a silent stream has a status is not specified.
	expect(silence!.filter((_, index) => index !== 1 && index !== 2)).toEqual(["silence", true, 1, false, null, true]);
});

// behavior 7.1
test("a limit of less than a millisecond does not mean no limit", async ({ lab }) => {
	const reasons = await lab.ours(
		async ({ EventSource, failure }, { unanswered, silent }) => {
			const reason = async (url: string, init: object) =>
				(await failure(new EventSource(url, { method: "POST", ...init }))).reason;
			return [await reason(unanswered, { connectTimeout: 0.4 }), await reason(silent, { silenceTimeout: 0.4 })];
		},
		{ unanswered: lab.url("/never-answers"), silent: lab.script(SILENT) },
	);
	expect(reasons).toEqual(["timeout", "silence"]);
});

// behavior 7.1
test("connectTimeout ends with the response: it limits neither the stream nor its late events", async ({ lab }) => {
	const outcome = await lab.ours(
		({ EventSource, story }, url) => {
			const source = new EventSource(url, { method: "POST", connectTimeout: 500 });
			return story(source);
		},
		lab.script(eventStream(send(": answer\n"), "wait=800", send(events("late")))),
	);
	expect(outcome).toEqual(["open", "late", "end"]);
});

// behavior 7.1, 7.2
test("neither a slow request callback nor a limit of 0 ends an attempt", async ({ lab }) => {
	const outcome = await lab.ours(
		({ EventSource, story }, url) => {
			const later = () => new Promise<undefined>((resolve) => setTimeout(resolve, 600));
			const inits = [
				{ connectTimeout: 300, request: later },
				{ connectTimeout: 0, silenceTimeout: 0 },
			];
			return Promise.all(inits.map((init) => story(new EventSource(url, { method: "POST", ...init }))));
		},
		lab.script(eventStream(send(events("x")), "wait=100", send(events("late")))),
	);
	expect(outcome).toEqual(Array(2).fill(["open", "x", "late", "end"]));
});

// behavior 4.8
test("a stream that is silent for silenceTimeout is aborted: a GET continues with its last event ID, a POST fails", async ({
	lab,
}) => {
	const labs = ["GET", "POST", "allowed", "no event"].map((name) => lab.apart(name));
	const silent = eventStream(send("id: 7\ndata: x\n\n"), "hang");
	const outcome = await lab.ours(
		({ EventSource, story }, urls) => {
			const init = { silenceTimeout: 200, until: ({ data }: MessageEvent<string>) => data === "last" };
			const reconnect = { delay: 20 };
			return Promise.all([
				story(new EventSource(urls[0]!, { ...init, reconnect })),
				story(new EventSource(urls[1]!, { ...init, method: "POST" })),
				story(new EventSource(urls[2]!, { ...init, method: "POST", reconnect })),
				story(new EventSource(urls[3]!, { ...init, method: "POST" })),
			]);
		},
		labs.map((lab, index) => lab.script(index < 3 ? silent : SILENT, eventStream(send(events("last"))))),
	);
	const again = ["open", "x", "error 0 silence", "open", "last", "until"];
	expect(outcome).toEqual([
		again,
		["open", "x", "error 2 silence", "silence"],
		again,
		["open", "error 2 silence", "silence"],
	]);
	const ids = async (one: typeof lab) => (await one.requests()).map(({ lastEventIdHex }) => lastEventIdHex);
	expect(await Promise.all(labs.map(ids))).toEqual([[null, "37"], [null], [null, "37"], [null]]);
	for (const one of labs) {
		await one.expectNoSockets();
	}
});

test("silenceTimeout also applies to a stream that sends no byte after the response head", async ({ lab }) => {
	// Firefox resolves `fetch` only with the first byte of the body. So in Firefox this server
	// counts as one without a response.
	const limit = lab.browserName === "firefox" ? "connectTimeout" : "silenceTimeout";
	const outcome = await lab.ours(
		({ EventSource, story }, { url, limit }) => story(new EventSource(url, { method: "POST", [limit]: 200 })),
		{ url: lab.url("/silent"), limit },
	);
	const reason = limit === "connectTimeout" ? [] : ["open"];
	const failed = limit === "connectTimeout" ? "timeout" : "silence";
	expect(outcome).toEqual([...reason, `error 2 ${failed}`, failed]);
	await lab.expectNoSockets();
});

// behavior 7.2
test("comments and bytes that complete no line end a silence", async ({ lab }) => {
	const piecemeal = Array.from({ length: 8 }, (_, index) => `wait=150|${send(`${index}`)}`);
	const outcome = await lab.ours(
		async ({ EventSource, record, story, tell, tasks }, { comments, bytes }) => {
			const fed = new EventSource(comments, { silenceTimeout: 600 });
			const fired = record(fed);
			// These bytes take twice as long as the limit.
			const words = await story(new EventSource(bytes, { method: "POST", silenceTimeout: 600 }));
			await tasks();
			const { readyState } = fed;
			fed.close();
			return { words, fed: tell(fired), readyState };
		},
		{
			comments: lab.url("/endless-comments?ms=50"),
			bytes: lab.script(eventStream(send("data: "), ...piecemeal, send("\n\n"))),
		},
	);
	expect(outcome).toEqual({ words: ["open", "01234567", "end"], fed: ["open"], readyState: 1 });
	await lab.expectNoSockets();
});

test("a page that is busy for a second longer than silenceTimeout still receives the data of that time", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ EventSource, once }, url) => {
		const source = new EventSource(url, { method: "POST", silenceTimeout: 400 });
		const errors: string[] = [];
		source.onerror = ({ reason }) => errors.push(reason);
		await once(source, "message");
		const end = performance.now() + 1500;
		while (performance.now() < end);
		for (let event = 0; event < 40; event++) {
			await Promise.race([once(source, "message"), source.closed]);
		}
		const { readyState } = source;
		source.close();
		return [readyState, ...errors];
	}, lab.url("/trickle?count=100&pause=50"));
	expect(outcome).toEqual([1]);
	await lab.expectNoSockets();
});

// behavior 7.2
test("handlers that are each slower than silenceTimeout do not end the stream", async ({ lab }) => {
	const outcome = await lab.ours(
		({ EventSource, story }, url) => {
			const source = new EventSource(url, { method: "POST", silenceTimeout: 200 });
			source.onmessage = () => {
				const end = performance.now() + 250;
				while (performance.now() < end);
			};
			return story(source);
		},
		lab.script(eventStream(send(events(1, 2, 3)), "wait=100", send(events(4)))),
	);
	expect(outcome).toEqual(["open", "1", "2", "3", "4", "end"]);
});

test("a response that a busy page receives a second late is not a timeout", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, story, once }, url) => {
		// When a source has been open, the module is loaded, so that the next request is sent at
		// once.
		const first = new EventSource(url);
		await once(first, "message");
		first.close();
		const source = new EventSource(url, { method: "POST", connectTimeout: 300 });
		source.onmessage = () => source.close();
		const told = story(source);
		await new Promise((resolve) => setTimeout(resolve, 20));
		const end = performance.now() + 1500;
		while (performance.now() < end);
		return told;
	}, lab.script(STREAM));
	expect(outcome).toEqual(["open", "x", "caller"]);
});

// behavior 7.3
test("each attempt has its own limits, and they do not apply to a wait between attempts", async ({ lab }) => {
	const outcome = await lab.ours(
		({ EventSource, story }, url) => {
			const source = new EventSource(url, {
				connectTimeout: 400,
				silenceTimeout: 400,
				reconnect: { delay: 500, maxDelay: 500 },
			});
			source.onmessage = () => source.close();
			return story(source);
		},
		lab.script("status=503|send=busy", eventStream(), "status=503|wait=100|send=busy", STREAM),
	);
	expect(outcome).toEqual(["error 0 status", "open", "error 0 end", "error 0 status", "open", "x", "caller"]);
});

test("a limit that expires after close() fires nothing", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, record, story, tell, once }, { unanswered, open }) => {
			const silent = new EventSource(open, { silenceTimeout: 100 });
			const ofSilent = record(silent);
			await once(silent, "message");
			silent.close();
			const waiting = new EventSource(unanswered, { connectTimeout: 100 });
			const ofWaiting = record(waiting);
			waiting.close();
			// The limits of the two other sources expire before this one.
			await story(new EventSource(unanswered, { method: "POST", connectTimeout: 200 }));
			return [tell(ofWaiting), tell(ofSilent)];
		},
		{ unanswered: lab.url("/never-answers"), open: lab.script(STREAM) },
	);
	expect(outcome).toEqual([[], ["open", "x"]]);
	await lab.expectNoSockets();
});
