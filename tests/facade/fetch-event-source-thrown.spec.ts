// The rules for errors and results of the callbacks of `fetchEventSource()`: an error is reported
// unchanged, with the attempt that it belongs to, and leaves nothing behind. All rules are
// [non-spec].

import { BROKEN, type InPage, LAST, test } from "./callbacks.ts";
import { eventStream, events, expect, send } from "./support.ts";

// behavior 14.9
test("any value that a callback throws reaches onerror and the promise unchanged, even undefined", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ fetchEventSource }, url) => {
			const kept: Record<string, string[]> = {};
			for (const thrown of [undefined, null, 0, "", false, Number.NaN, new Error("mine"), Symbol("mine"), () => {}]) {
				const thrower = () => {
					throw thrown;
				};
				const rows = {
					onopen: thrower,
					"onopen, later": () => Promise.reject(thrown),
					onmessage: thrower,
					onclose: thrower,
				};
				for (const [name, callback] of Object.entries(rows)) {
					const told: unknown[] = [];
					const init = {
						method: "POST",
						[name.split(",")[0]!]: callback,
						onerror: (error: unknown) => void told.push(error),
					};
					await fetchEventSource(url, init).catch((error) => told.push(error));
					const same = told.length === 2 && told.every((error) => Object.is(error, thrown));
					kept[name] = [...(kept[name] ?? []), ...(same ? [] : [`${String(thrown)} was ${told.map(String)}`])];
				}
			}
			return kept;
		},
		lab.script(eventStream(send(events("a")))),
	);
	expect(outcome).toEqual({ onopen: [], "onopen, later": [], onmessage: [], onclose: [] });
});

// behavior 14.10
test("a result of onerror that is not a number is ignored: a GET continues, and no error names an option that was not given", async ({
	lab,
	uncaught,
}) => {
	const told = await lab.ours(
		async (_, urls) => {
			const answers = [undefined, null, true, false, "5", {}, new Date(), Promise.resolve(5), Number.NaN, -1];
			const { story } = globalThis as unknown as InPage;
			return Promise.all(answers.map((answer, index) => story(urls[index]!, { onerror: () => answer })));
		},
		Array.from({ length: 10 }, (_, index) => lab.apart(`${index}`).script(BROKEN, LAST)),
	);
	expect.soft(told).toEqual(Array(10).fill(["x", "TypeError interrupted", "end", "close", "fulfilled"]));
	expect(uncaught.splice(0).filter((message) => message.includes("reconnect"))).toEqual([]);
});

test("a number that no timer can hold is the longest possible wait, and 0 means no wait", async ({ lab }) => {
	const outcome = await lab.ours(
		async ({ fetchEventSource }, { long, short }) => {
			const controller = new AbortController();
			const { signal } = controller;
			const waiting = [3_000_000_000, Number.POSITIVE_INFINITY].map((wait) =>
				fetchEventSource(long, { signal, onerror: () => wait }),
			);
			let failures = 0;
			await fetchEventSource(short, { onerror: () => (++failures > 3 ? 300 : 0) });
			controller.abort();
			await Promise.all(waiting);
			return failures;
		},
		{
			long: lab.apart("long").url("/404"),
			short: lab.apart("short").script("status=404", "status=404", "status=404", "status=404", LAST),
		},
	);
	expect(outcome).toBe(4);
	expect(await lab.apart("long").requests()).toHaveLength(2);
});

test("if onmessage throws in a long delivery, no message of that response follows, and the next response continues", async ({
	lab,
}) => {
	const outcome = await lab.ours(async ({ fetchEventSource }) => {
		const { mine, throwMine } = globalThis as unknown as InPage;
		const told: unknown[] = [];
		let count = 0;
		await fetchEventSource("/unused", {
			method: "POST",
			// The next attempt continues after the last event ID.
			fetch: async (_, { headers }) => {
				const last = Number(new Headers(headers).get("last-event-id"));
				const blocks = Array.from({ length: 5000 - last }, (_, index) => `id: ${last + index + 1}\ndata\n\n`);
				return new Response(blocks.join(""), { headers: { "content-type": "text/event-stream" } });
			},
			onmessage({ id }) {
				count++;
				for (const end = performance.now() + 1; count % 10 === 0 && performance.now() < end; ) {}
				if (id === "3000") {
					throwMine();
				}
				if (id === "3001") {
					told.push(count);
				}
			},
			onerror(error) {
				told.push(error === mine, count);
				return 1;
			},
		});
		return [...told, count];
	});
	expect(outcome).toEqual([true, 3000, 3001, 5000]);
});

test("a response that onopen refuses is released, even if the caller's fetch ignores its signal", async ({ lab }) => {
	const cancelled = await lab.ours(async (_, url) => {
		const { story, mine } = globalThis as unknown as InPage;
		const onopen = () => {
			throw mine;
		};
		const told = await story(url, { method: "POST", onopen });
		const cancelled = new Promise<string>((resolve) => {
			const body = new ReadableStream({ cancel: () => resolve("cancelled") });
			const fetch = async () => new Response(body, { headers: { "content-type": "text/event-stream" } });
			void story(url, { method: "POST", onopen, fetch }).then(() => setTimeout(() => resolve("held"), 1000));
		});
		return [...told, await cancelled];
	}, lab.url("/endless-comments?ms=5"));
	expect(cancelled).toEqual(["open 200", "mine", "rejected: mine", "cancelled"]);
	await lab.expectNoSockets();
});

test("an error that onopen throws for an aborted attempt is not reported for a later one", async ({ lab }) => {
	const told = await lab.ours(
		async (_, url) => {
			const { story, transition, mine } = globalThis as unknown as InPage;
			const told: string[] = [];
			// Only a loaded module notices that the page is left.
			const entry = "/files/dist/index.js";
			await (await import(entry)).init();
			let ended: Promise<unknown> | undefined;
			await new Promise<void>((opened) => {
				let fail: (() => void) | undefined;
				const onopen = async () => {
					if (!fail) {
						await new Promise((_, reject) => {
							fail = () => reject(mine);
							opened();
						});
					}
					fail?.();
				};
				ended = story(url, { onopen, onerror: () => 1 }, told);
			});
			await transition("pagehide");
			await transition("pageshow");
			await ended;
			return told;
		},
		lab.script(eventStream(send(events("a")), "hang"), BROKEN, LAST),
	);
	const second = ["open 200", "x", "TypeError interrupted"];
	expect(told).toEqual(["open 200", "TypeError network", ...second, "open 200", "end", "close", "fulfilled"]);
});
