// A worker, a frame or a page that ends in the middle of a stream leaves no socket open and no
// error uncaught, however it ends. In each of them, one source is connecting, one is streaming and
// one is waiting.

import { type PlaceName, test } from "./places.ts";
import { eventStream, expect, type Lab, send } from "./support.ts";

/**
 * One source for each state, and the event that shows the state. More sources would reach the limit
 * of connections to one server.
 */
const underWay = (lab: Lab) => [
	{ url: lab.url("/never-answers"), ready: null },
	{ url: lab.url("/trickle?count=5000&pause=2"), ready: "message" },
	{ url: lab.script(eventStream(send("retry: 50\ndata: a\n\n"), "wait=50")), ready: "error" },
];

type UnderWay = ReturnType<typeof underWay>;

const WORKERS: [PlaceName, "terminate()" | "close() in it" | "the end of its last page"][] = [
	["dedicated module worker", "terminate()"],
	["dedicated classic worker with importScripts", "terminate()"],
	["dedicated module worker", "close() in it"],
	["dedicated module worker", "the end of its last page"],
	["shared module worker", "the end of its last page"],
	["shared classic worker", "close() in it"],
];

for (const [name, way] of WORKERS) {
	// behavior 13.10
	test(`a ${name} that ends by ${way} leaves no socket open`, async ({ lab, place: makePlace }) => {
		const place = makePlace(name);
		expect(await place.start(), `a ${name} starts`).toBeNull();
		await place.run(
			"ours",
			async ({ EventSource, kept, once }, sources) => {
				kept.sources = await Promise.all(
					sources.map(async ({ url, ready }) => {
						const source = new EventSource(url);
						if (ready) {
							await once(source, ready);
						}
						return source;
					}),
				);
			},
			underWay(lab) as UnderWay,
		);
		await expect.poll(async () => (await lab.log()).opened).toBeGreaterThanOrEqual(3);
		if (way === "terminate()") {
			await place.stop();
		} else if (way === "close() in it") {
			await place.run("ours", () => void setTimeout(() => (globalThis as unknown as { close(): void }).close()));
		} else {
			// The page navigates to the same URL. If the URL changed, WebKit would keep the old
			// page and its workers in the back/forward cache.
			await lab.page.goto(`${lab.origin}/blank`);
		}
		await lab.expectNoSockets();
		const { opened } = await lab.log();
		// If a source were still alive, it would have sent another request by this time.
		await lab.open();
		await lab.ours(
			async ({ EventSource, once }, url) => {
				const source = new EventSource(url);
				await once(source, "error");
				await once(source, "error");
				source.close();
			},
			lab.script(eventStream(send("retry: 100\n\n"))),
		);
		expect((await lab.log()).opened).toBe(opened + 2);
	});
}

for (const way of ["removed", "navigated"] as const) {
	test(`an iframe that is ${way} leaves no socket open, and its sources fire nothing`, async ({ lab }) => {
		const sources = underWay(lab);
		await lab.expectBoth(
			async ({ EventSource, kept, record, once }, sources: UnderWay) => {
				const element = Object.assign(document.createElement("iframe"), { src: "/blank" });
				const loaded = once<Event>(element, "load");
				document.body.append(element);
				await loaded;
				const realm = element.contentWindow as Window & typeof globalThis;
				const uncaught: string[] = [];
				realm.addEventListener("error", ({ message }) => uncaught.push(message));
				realm.addEventListener("unhandledrejection", ({ reason }) => uncaught.push(String(reason)));
				const load = realm.eval(`() => import("${location.origin}/files/dist/index.js")`);
				const Frame = (EventSource as unknown) === globalThis.EventSource ? realm : await load();
				const made: EventSource[] = await Promise.all(
					sources.map(async ({ url, ready }) => {
						const source = new Frame.EventSource(url);
						if (ready) {
							await once(source, ready);
						}
						return source;
					}),
				);
				const fired = made.map((source) => record(source));
				Object.assign(kept, { element, uncaught, made, fired });
			},
			sources,
			undefined,
		);
		for (const which of ["native", "ours"] as const) {
			await expect.poll(async () => (await lab.log(which)).opened).toBeGreaterThanOrEqual(3);
			await lab.run(
				which,
				async ({ kept, once }, way) => {
					const element = kept.element as HTMLIFrameElement;
					if (way === "removed") {
						element.remove();
					} else {
						element.src = "/blank?other";
						await once(element, "load");
					}
					for (const fired of kept.fired as unknown as { length: number }[]) {
						fired.length = 0;
					}
				},
				way,
			);
			await lab.expectNoSockets(which);
			const { opened } = await lab.log(which);
			const left = await lab.run(
				which,
				async ({ EventSource, kept, once, tasks }, url) => {
					// If a source were still alive, it would have sent another request by this time.
					const source = new EventSource(url);
					await once(source, "error");
					await once(source, "error");
					source.close();
					const fired = (kept.fired as unknown as { type: string }[][]).map((list) => list.map(({ type }) => type));
					// The sources can still be closed.
					for (const source of kept.made as EventSource[]) {
						source.close();
					}
					await tasks();
					return {
						fired,
						uncaught: kept.uncaught,
						states: (kept.made as EventSource[]).map((left) => left.readyState),
					};
				},
				lab.script(eventStream(send("retry: 100\n\n"))),
			);
			expect(left, which).toEqual({ fired: [[], [], []], uncaught: [], states: [2, 2, 2] });
			expect((await lab.log(which)).opened, which).toBe(opened + 2);
		}
	});
}

// behavior 13.10
test("a page that is left while a source is connecting sends no further request", async ({ lab }) => {
	await lab.expectBoth(
		({ EventSource }, url) => {
			new EventSource(url);
		},
		lab.url("/never-answers"),
		undefined,
	);
	for (const which of ["native", "ours"] as const) {
		await expect.poll(async () => (await lab.log(which)).open).toBe(1);
	}
	await lab.page.goto(`${lab.origin}/blank?other`);
	for (const which of ["native", "ours"] as const) {
		await lab.expectNoSockets(which);
		expect(
			(await lab.requests(which)).map(({ headers }) => headers.accept),
			which,
		).toEqual(["text/event-stream"]);
	}
});
