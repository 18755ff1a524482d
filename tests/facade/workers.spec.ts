// Rules for a source in workers of every kind: it behaves as in a page, and close() leaves nothing
// behind. Each test also runs with the browser's own class if the worker has one.

import { startScenarioServer } from "../support/browser.ts";
import { PLACES, type Place, type PlaceName, test } from "./places.ts";
import { eventStream, expect, type Lab, type Log, type LoggedRequest, send } from "./support.ts";

/**
 * Starts the worker. The test fails if the engine has no such worker, because each engine has every
 * kind.
 */
async function start(place: Place): Promise<void> {
	expect(await place.start(), `a ${place.name} starts`).toBeNull();
}

async function expectNothingUncaught(place: Place): Promise<void> {
	expect(await place.run("ours", ({ uncaught }) => uncaught), "nothing may be uncaught in the worker").toEqual([]);
}

/** Returns the same URL, relative to the worker's script. */
const relative = (lab: Lab, url: string) => url.replace(lab.origin, "../../../..");

for (const name of Object.keys(PLACES) as PlaceName[]) {
	// behavior 15.6
	test(`a source in a ${name} behaves as in a page: relative URL, events, IDs, reconnection, failure`, async ({
		lab,
		place: makePlace,
	}) => {
		const place = makePlace(name);
		await start(place);
		const url = lab.script(
			eventStream(send("retry: 1\nid: 1\ndata: a\n\nid: é\nevent: named\ndata: b\n\n")),
			"status=204",
		);
		await place.expectBoth(
			async ({ EventSource, untilClosed }, url) => {
				const source = new EventSource(url);
				const before = [source.readyState, source.withCredentials, source.url === new URL(url, location.href).href];
				return [before, ...(await untilClosed(source, "named"))] as unknown[];
			},
			relative(lab, url),
			[
				[0, false, true],
				{ type: "open", readyState: 1, realm: true },
				{ type: "message", readyState: 1, data: "a", lastEventId: "1", realm: true },
				{ type: "named", readyState: 1, data: "b", lastEventId: "é", realm: true },
				{ type: "error", readyState: 0, realm: true },
				{ type: "error", readyState: 2, realm: true },
			],
		);
		for (const which of (await place.hasNative()) ? (["native", "ours"] as const) : (["ours"] as const)) {
			const seen = (await lab.requests(which)).map(({ method, headers, lastEventIdHex }) => [
				method,
				headers.accept,
				lastEventIdHex,
			]);
			expect(seen, which).toEqual([
				["GET", "text/event-stream", null],
				["GET", "text/event-stream", lab.idBytes("é", which)],
			]);
		}
		await expectNothingUncaught(place);
	});

	test(`in a ${name} cookies go to other origins only with withCredentials`, async ({ lab, place: makePlace }) => {
		const other = await startScenarioServer();
		try {
			const place = makePlace(name);
			// Servers that differ only in their port share cookies, but not an origin.
			await lab.page.evaluate(() => {
				// biome-ignore lint/suspicious/noDocumentCookie: the only way that every driver has.
				document.cookie = "id=42";
			});
			await start(place);
			const own = lab.script("type=text/html");
			const key = /key=[^&]+/.exec(own)![0];
			await place.expectBoth(
				async ({ EventSource, untilClosed }, urls) => {
					const given: [string, EventSourceInit?][] = [
						[urls.own],
						[urls.other],
						[urls.other, { withCredentials: true }],
						[urls.other, { withCredentials: false }],
					];
					const states: unknown[] = [];
					for (const [url, init] of given) {
						const source = new EventSource(url, init);
						states.push(source.withCredentials, (await untilClosed(source)).map(({ type }) => type).join());
					}
					return states;
				},
				{ own, other: `${other.origin}/200-html?${key}` },
				[false, "error", false, "error", true, "error", false, "error"],
			);
			const cookies = (requests: LoggedRequest[]) => requests.map(({ headers }) => headers.cookie ?? null);
			for (const which of (await place.hasNative()) ? (["native", "ours"] as const) : (["ours"] as const)) {
				expect(cookies(await lab.requests(which)), `${which}, own origin`).toEqual(["id=42"]);
				const log = (await (await fetch(`${other.origin}/log?${key}-${which}`)).json()) as Log;
				expect(cookies(log.requests), `${which}, other origin`).toEqual([null, "id=42", null]);
			}
			await expectNothingUncaught(place);
		} finally {
			await other.stop();
		}
	});

	test(`in a ${name} close() frees the socket in each state of a source`, async ({ lab, place: makePlace }) => {
		const place = makePlace(name);
		await start(place);
		const urls = {
			silent: lab.url("/silent"),
			comments: lab.url("/endless-comments?ms=5"),
			flood: lab.url(lab.flood),
			waiting: lab.script(eventStream(send("retry: 100000\ndata: a\n\n"))),
		};
		await place.run(
			"ours",
			async ({ EventSource, kept, once }, urls) => {
				const sources = Object.values(urls).map((url) => new EventSource(url));
				const [, comments, flood, waiting] = sources as [EventSource, EventSource, EventSource, EventSource];
				await Promise.all([once(comments, "open"), once(flood, "message"), once(waiting, "error")]);
				kept.sources = sources;
			},
			urls,
		);
		await expect.poll(async () => (await lab.log()).opened).toBe(4);
		const states = await place.run("ours", ({ kept }) => {
			const sources = kept.sources as EventSource[];
			for (const source of sources) {
				source.close();
			}
			return sources.map(({ readyState }) => readyState);
		});
		expect(states).toEqual([2, 2, 2, 2]);
		await lab.expectNoSockets();
		await expectNothingUncaught(place);
	});
}
