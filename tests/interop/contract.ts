// The requests that every application of tests/servers/ supports, and the results that our client
// must produce. The results depend only on how a server writes its events.

import { expect, test } from "./support.ts";

interface Delivered {
	type: string;
	data: string;
	/** The ID, or a pattern if the server generates the ID. */
	lastEventId: unknown;
}

/** Describes how this server writes the common responses. */
export interface Manner {
	/**
	 * The events of `/kinds`: a named event with an ID, several lines, no text, other scripts, an
	 * indentation.
	 */
	kinds: Delivered[];
	/** The last event ID after `/kinds`, if a block without data changes it. */
	lastId?: string;
	/** Returns the text of numbered event `n`, because some servers write JSON. */
	text?: (n: number) => string;
	/** The text of the last event of `/feed`, as our client reads it. */
	stop: string;
	/** The comment between the two events of `/idle`. */
	comment: RegExp;
	/** The texts of `/chat`, in order. */
	answer: string[];
	/** The end marker of a complete response. */
	marker: { type: string; data: string };
}

export function contract({ kinds, lastId, text = (n) => `event ${n}`, stop, comment, answer, marker }: Manner): void {
	test("each kind of event arrives as it was sent", async ({ lab, server }) => {
		const outcome = await lab.ours(async ({ EventSource, record }, url) => {
			const source = new EventSource(url, { end: "close" });
			const fired = record(source, "token");
			const { reason } = await source.closed;
			const delivered = fired.slice(1).map(({ type, data, lastEventId }) => ({ type, data, lastEventId }));
			return { reason, first: fired[0]?.type, delivered, lastEventId: source.lastEventId };
		}, server.url("/kinds"));
		const lastEventId = lastId ?? kinds.at(-1)?.lastEventId;
		expect(outcome).toEqual({ reason: "end", first: "open", delivered: kinds, lastEventId });
	});

	for (const [end, how] of Object.entries({ end: "ends", cut: "loses its connection" })) {
		test(`a feed that ${how} continues after the last id, with each event once`, async ({ lab, server }) => {
			const outcome = await lab.ours(
				async ({ EventSource, record }, url) => {
					const source = new EventSource(url);
					const fired = record(source, "stop");
					source.addEventListener("stop", () => source.close());
					const { reason } = await source.closed;
					const delivered = fired.filter(({ data }) => data !== undefined).map(({ type, data }) => [type, data]);
					const errors = fired
						.filter(({ type }) => type === "error")
						.map(({ reason, readyState }) => [reason, readyState]);
					return { reason, delivered, errors, reconnectionTime: source.reconnectionTime };
				},
				server.url(`/feed?end=${end}`),
			);
			expect(outcome).toEqual({
				reason: "caller",
				delivered: [...[1, 2, 3, 4, 5, 6].map((n) => ["message", text(n)]), ["stop", stop]],
				errors: [[end === "cut" ? "interrupted" : "end", 0]],
				reconnectionTime: 500,
			});
			const request = { method: "GET", path: "/feed" };
			expect(await server.seen()).toEqual([
				{ ...request, lastEventId: null },
				{ ...request, lastEventId: "3" },
			]);
		});
	}

	test("comments that keep a connection alive are not events", async ({ lab, server }) => {
		expect(await server.wire("/idle")).toMatch(comment);
		const fired = await lab.ours(async ({ EventSource, record }, url) => {
			const source = new EventSource(url, { end: "close" });
			const fired = record(source);
			await source.closed;
			return fired.map(({ type, data }) => [type, data]);
		}, server.url("/idle"));
		expect(fired).toEqual([["open", undefined], ...["before", "after"].map((text) => ["message", quoted(text)])]);
	});

	/** A server that writes numbers as JSON also writes texts as JSON. */
	const quoted = (plain: string) => (text(1) === "event 1" ? plain : JSON.stringify(plain));

	test("a response to a POST is complete after its end marker, and there is only one request", async ({
		lab,
		server,
	}) => {
		const outcome = await lab.ours(
			async ({ EventSource, record }, { url, marker }) => {
				const source = new EventSource(url, {
					json: { prompt: "hello" },
					until: ({ type, data }) => type === marker.type && data === marker.data,
				});
				const fired = record(source, marker.type);
				const { reason } = await source.closed;
				return [reason, ...fired.map(({ type, data }) => [type, data])];
			},
			{ url: server.url("/chat"), marker },
		);
		const delivered = [...answer.map((data) => ["message", data]), [marker.type, marker.data]];
		expect(outcome).toEqual(["until", ["open", undefined], ...delivered]);
		expect(await server.seen()).toEqual([{ method: "POST", path: "/chat", lastEventId: null }]);
	});

	for (const [end, how] of Object.entries({ early: "ends before its marker", cut: "loses its connection" })) {
		test(`a response to a POST that ${how} is interrupted, and is not requested again`, async ({ lab, server }) => {
			const outcome = await lab.ours(
				async ({ EventSource, record }, { url, marker }) => {
					const source = new EventSource(url, {
						json: { prompt: "hello" },
						until: ({ type, data }) => type === marker.type && data === marker.data,
					});
					const fired = record(source, marker.type);
					const { reason } = await source.closed;
					return [
						reason,
						...fired.map(({ type, data, reason, willReconnect }) => [type, data ?? reason, willReconnect]),
					];
				},
				{ url: server.url(`/chat?end=${end}`), marker },
			);
			expect(outcome).toEqual([
				"interrupted",
				["open", undefined, undefined],
				...answer.map((data) => ["message", data, undefined]),
				["error", "interrupted", false],
			]);
			expect(await server.seen()).toHaveLength(1);
		});
	}

	test("an error response keeps its status, headers and body, and is not retried", async ({ lab, server }) => {
		const failures = await lab.ours(async ({ EventSource, failure }, url) => {
			const failures: unknown[] = [];
			for (const method of ["GET", "POST"]) {
				const source = new EventSource(url, { method });
				const { reason, status, headers, body, willReconnect } = await failure(source);
				const retryAfter = headers?.get("retry-after");
				failures.push({ reason, status, retryAfter, error: JSON.parse(body).error, willReconnect });
			}
			return failures;
		}, server.url("/busy"));
		const failure = { reason: "status", status: 503, retryAfter: "7", error: "busy", willReconnect: false };
		expect(failures).toEqual([failure, failure]);
		expect((await server.seen()).map(({ method }) => method)).toEqual(["GET", "POST"]);
	});

	test("if the request may be repeated, the client waits at least as long as the Retry-After of an error response", async ({
		lab,
		server,
	}) => {
		const outcome = await lab.ours(async ({ EventSource, once }, url) => {
			const source = new EventSource(url, { json: {}, reconnect: { delay: 10 } });
			const { delay, willReconnect } = await once<import("headwater").FailureEvent>(source, "error");
			source.close();
			return { waits: (delay ?? 0) >= 7000, willReconnect };
		}, server.url("/busy"));
		expect(outcome).toEqual({ waits: true, willReconnect: true });
	});

	test("204 ends a feed permanently", async ({ lab, server }) => {
		const outcome = await lab.ours(async ({ EventSource, failure }, url) => {
			const source = new EventSource(url, { reconnect: true });
			const { reason, status, willReconnect } = await failure(source);
			return { reason, status, willReconnect, readyState: source.readyState };
		}, server.url("/done"));
		expect(outcome).toEqual({ reason: "status", status: 204, willReconnect: false, readyState: 2 });
		expect(await server.seen()).toHaveLength(1);
	});
}
