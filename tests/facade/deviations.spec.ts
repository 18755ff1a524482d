// The deviations of this package from the standard: behavior that is possible for a browser, but
// not for a script. Each deviation is asserted exactly, and compared with the browsers' own class.

import { eventStream, events, expect, send, test } from "./support.ts";

test("events that a script fires are not trusted", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url);
			const trusted: boolean[] = [];
			for (const type of ["open", "message", "error"]) {
				trusted.push((await once<Event>(source, type)).isTrusted);
			}
			source.close();
			return trusted;
		},
		lab.script(eventStream(send(events(1)), "wait=50")),
		[true, true, true],
		{ names: ["isTrusted"], ours: [false, false, false] },
	);
});

// Difference "Last-Event-ID across origins".
test("a Last-Event-ID for another origin needs a preflight", async ({ lab }) => {
	const url = lab.script(
		eventStream(send("retry: 1\nid: 1\ndata: a\n\n")),
		eventStream(send("event: last\ndata\n\n"), "hang"),
	);
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url);
			await once(source, "last");
			source.close();
		},
		url.replace("127.0.0.1", "localhost"),
		undefined,
	);
	const methods = async (which: "native" | "ours") => (await lab.log(which)).requests.map(({ method }) => method);
	expect(await methods("native")).toEqual(["GET", "GET"]);
	expect(await methods("ours")).toEqual(["GET", "OPTIONS", "GET"]);
});

// Differences "window.stop()" and "window.stop() without an event".
test("after window.stop(), the source reconnects as after a network error", async ({ lab }) => {
	const url = lab.script("hang", "status=503");
	for (const which of ["native", "ours"] as const) {
		await lab.run(
			which,
			({ EventSource, kept, record }, url) => {
				kept.fired = record(new EventSource(url));
			},
			url,
		);
		await expect.poll(async () => (await lab.requests(which)).length).toBe(1);
	}
	await lab.page.evaluate("stop()");
	const states = (which: "native" | "ours") =>
		lab.run(which, ({ kept }) => kept.fired.map((fired) => fired.readyState));
	await expect.poll(() => states("ours")).toEqual([0]);
	await expect.poll(() => states("native")).toEqual(lab.browserName === "webkit" ? [] : [2]);
});

test("a URL with a user name and a password fails at once", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url);
			const event = await Promise.race([once<Event>(source, "error"), once<Event>(source, "open")]);
			const outcome = [event.type, source.readyState, source.url === url];
			source.close();
			return outcome;
		},
		lab.script(eventStream(send(events(1)), "hang")).replace("://", "://name:secret@"),
		["open", 1, true],
		{
			names: ["URL with credentials"],
			ours: ["error", 2, true],
			native: { chromium: ["error", 2, true] },
		},
	);
});

test("microtasks of one listener run after the other listeners of the event", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url);
			const order: string[] = [];
			source.addEventListener("message", ({ data }) => {
				order.push(`first ${data}`);
				queueMicrotask(() => order.push(`reaction ${data}`));
			});
			source.addEventListener("message", ({ data }) => order.push(`second ${data}`));
			await once(source, "last");
			source.close();
			return order;
		},
		lab.script(eventStream(send(`${events(1, 2)}event: last\ndata\n\n`), "hang")),
		["first 1", "reaction 1", "second 1", "first 2", "reaction 2", "second 2"],
		{
			names: ["microtasks between listeners"],
			ours: ["first 1", "second 1", "reaction 1", "first 2", "second 2", "reaction 2"],
		},
	);
});
