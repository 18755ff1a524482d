// Leaving a source leaves nothing behind: for each way in which it can end, the server sees its
// socket closed.

import { eventStream, events, expect, type Lab, send, test } from "./support.ts";

/** The state of the server when the source is closed, and the event that shows this state. */
const SITUATIONS: Record<string, [path: string | ((lab: Lab) => string), ready: string | null]> = {
	"that never answers": ["/never-answers", null],
	"that is silent": ["/silent", null],
	"that sends comments forever": ["/endless-comments?ms=5", "open"],
	"in the middle of a flood": [(lab) => lab.flood, "message"],
	"that sends an endless error body": ["/endless-error-body", null],
};

for (const [situation, [path, ready]] of Object.entries(SITUATIONS)) {
	test(`close() and an abort leave no socket open at a server ${situation}`, async ({ lab }) => {
		await lab.ours(
			async ({ EventSource, kept, once }, { url, ready }) => {
				const controller = new AbortController();
				const { signal } = controller;
				const sources = [new EventSource(url), new EventSource(url, { method: "POST", signal })];
				if (ready) {
					await Promise.all(sources.map((source) => once(source, ready)));
				}
				kept.leave = () => {
					sources[0]!.close();
					controller.abort();
					return sources.map(({ readyState }) => readyState);
				};
			},
			{ url: lab.url(typeof path === "string" ? path : path(lab)), ready },
		);
		await expect.poll(async () => (await lab.log()).opened).toBe(2);
		expect(await lab.ours(({ kept }) => (kept.leave as () => number[])())).toEqual([2, 2]);
		await lab.expectNoSockets();
		expect((await lab.log()).opened).toBe(2);
	});
}

test("a clean end, a cut, a refusal, an event that is too large, and a reset leave no socket open", async ({ lab }) => {
	const reasons = await lab.ours(
		async ({ EventSource }, urls) => {
			const sources = urls.map((url) => new EventSource(url, { method: "POST", maxEventSize: 10_000 }));
			return (await Promise.all(sources.map((source) => source.closed))).map(({ reason }) => reason);
		},
		[
			// After `half`, the server would keep the socket until the browser releases it.
			lab.script(eventStream(send(events(1)), "end")),
			lab.script(eventStream(send(events(1)), "cut")),
			lab.script(eventStream(send(events(1)), "half")),
			lab.script(`type=text/html|${send("no")}|hang`),
			lab.script(eventStream(`repeat=20000,x`, "hang")),
			lab.url("/rst-mid-event"),
		],
	);
	const broken = expect.stringMatching(/^(interrupted|network)$/);
	const cut = lab.seesCuts ? broken : "end";
	expect(reasons).toEqual(["end", cut, cut, "content-type", "too-large", broken]);
	await lab.expectNoSockets();
	expect((await lab.log()).opened).toBe(6);
});

test("close() in the wait before a reconnection prevents it", async ({ lab }) => {
	const outcome = await lab.ours(async ({ EventSource, record, once }, url) => {
		const source = new EventSource(url, { reconnect: { delay: 300, maxDelay: 0 } });
		const fired = record(source);
		await once(source, "error");
		source.close();
		// By this time, the reconnection would have happened.
		const other = new EventSource(url, { reconnect: { delay: 500, maxDelay: 0 } });
		await once(other, "error");
		await once(other, "error");
		other.close();
		return fired.map(({ type }) => type);
	}, lab.url("/empty"));
	expect(outcome).toEqual(["open", "error"]);
	await lab.expectNoSockets();
	expect(await lab.requests()).toHaveLength(3);
});

test("200 sources that are opened and closed leave no socket open", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ EventSource, once }, url) => {
			const fired: string[] = [];
			// First, all sources are opened at once, which is more than a browser opens to one
			// server. Then they are opened one after another.
			const atOnce = Array.from({ length: 100 }, () => new EventSource(url));
			for (const source of atOnce) {
				source.onerror = ({ type }) => fired.push(type);
			}
			await once(atOnce[0]!, "message");
			for (const source of atOnce) {
				source.close();
			}
			for (let index = 0; index < 100; index++) {
				const source = new EventSource(url);
				source.onerror = ({ type }) => fired.push(type);
				await once(source, "message");
				source.close();
			}
			await Promise.all(atOnce.map((source) => source.closed));
			return fired;
		},
		lab.script(eventStream(send(events(1)), "hang")),
	);
	expect(outcome).toEqual([]);
	await lab.expectNoSockets();
});

// behavior 13.10
test("leaving the page leaves no socket open", async ({ lab }) => {
	await lab.ours(async ({ EventSource, once, kept }, url) => {
		kept.source = new EventSource(url);
		await once(kept.source, "open");
	}, lab.url("/endless-comments?ms=5"));
	await lab.page.goto("about:blank");
	await lab.expectNoSockets();
});
