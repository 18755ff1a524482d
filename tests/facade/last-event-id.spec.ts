// The rules of `lastEventIdParam`, and of the message when another origin does not allow the header
// `Last-Event-ID`. Other files check that the ID is correct.

import type * as headwater from "headwater";
import { startScenarioServer } from "../support/browser.ts";
import { elsewhere, events, expect, kinds, type LoggedRequest, test } from "./support.ts";

const ID = "日本 ü&=+#%\u{1F980}";

const vector = (text: string) => `/vector?hex=${Buffer.from(text).toString("hex")}`;

const parameters = (name: string, requests: LoggedRequest[]) =>
	requests.map(({ target }) => new URL(target, "http://any.test").searchParams.getAll(name));

// behavior 2.5
test("with lastEventIdParam, the ID is sent in UTF-8 as this parameter and never as a header, and source.url does not change", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		async ({ EventSource, record, once, tell }, url) => {
			const source = new EventSource(`${url}#fragment`, { lastEventIdParam: "cursor", reconnect: { delay: 20 } });
			const fired = record(source);
			for (let errors = 0; errors < 2; errors++) {
				await once(source, "error");
			}
			await once(source, "message");
			source.close();
			return { told: tell(fired), url: source.url === `${url}#fragment`, lastEventId: source.lastEventId };
		},
		lab.url(vector(`id: ${ID}\n${events("x")}`)),
	);
	const round = ["open", "x", "error 0 end"];
	expect(outcome).toEqual({ told: [...round, ...round, "open", "x"], url: true, lastEventId: ID });
	const requests = await lab.requests();
	expect(parameters("cursor", requests)).toEqual([[], [ID], [ID]]);
	expect(requests.map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([null, null, null]);
	// The first request has no ID to send, so its URL does not change.
	const [path, query] = vector(`id: ${ID}\n${events("x")}`).split("?");
	expect(requests[0]!.target.startsWith(`${path}?${query}`)).toBe(true);
});

// behavior 2.5
test("lastEventIdParam replaces parameters of the same name, as searchParams.set does, and is not sent for an empty ID", async ({
	lab,
}) => {
	const body = (id: string) => vector(`id${id}\n${events("x")}`);
	const expected = new URL(lab.url(`${body(": 5")}&a=1&cursor=old&b=%20+&cursor=older&c`));
	expected.searchParams.set("cursor", "5");
	await lab.ours(
		({ EventSource, story }, { replacing, empty }) => {
			const follow = async (url: string, init: object) => {
				const source = new EventSource(url, { lastEventIdParam: "cursor", reconnect: { delay: 20 }, ...init });
				let errors = 0;
				source.onerror = () => ++errors === 2 && source.close();
				return story(source);
			};
			return Promise.all([follow(replacing, {}), follow(empty, { lastEventId: "given" })]);
		},
		{
			replacing: lab.apart("replacing").url(`${body(": 5")}&a=1&cursor=old&b=%20+&cursor=older&c`),
			empty: lab.apart("empty").url(body("")),
		},
	);
	const [first, second] = await lab.apart("replacing").requests();
	expect(parameters("cursor", [first!])).toEqual([["old", "older"]]);
	const withoutKey = (target: string) => target.replace(/([?&]key=)[^&]*/, "$1");
	expect(withoutKey(second!.target)).toBe(withoutKey(expected.pathname + expected.search));
	expect(parameters("cursor", await lab.apart("empty").requests())).toEqual([["given"], []]);
});

test("with lastEventIdParam, the first request sends the initial ID of the option or the header as the parameter, also for a POST", async ({
	lab,
}) => {
	const targets = await lab.ours(({ EventSource, echo }, url) => {
		const param = { lastEventIdParam: "after", method: "POST" };
		return Promise.all(
			[
				{ lastEventId: "7" },
				{ headers: { "last-event-id": "7" } },
				{ lastEventId: "7", request: () => ({ url: `${url}&another&after=x` }) },
				{ lastEventId: "7", request: () => ({ headers: { "last-event-id": "8" } }) },
			].map(async (init) => {
				const { target, lastEventIdHex } = await echo(new EventSource(url, { ...param, ...init }));
				const { searchParams } = new URL(target, location.href);
				return [...searchParams.getAll("after"), searchParams.has("another"), lastEventIdHex];
			}),
		);
	}, lab.url("/post-echo"));
	const each = ["7", false, null];
	expect(targets).toEqual([each, each, ["7", true, null], each]);
});

// behavior 4.23
test("if another origin refuses Last-Event-ID, the reason is cors after at most one probe, and the request is repeated", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		async ({ EventSource, record, once, tell }, url) => {
			const source = new EventSource(url);
			const fired = record(source);
			await once(source, "message");
			// The errors are the end of the first connection, and two refusals.
			for (let errors = 0; errors < 3; errors++) {
				await once(source, "error");
			}
			const { readyState, lastEventId } = source;
			source.close();
			const refusals = fired.filter(({ reason }) => reason === "cors");
			const named = refusals.map(({ message, willReconnect }) => [
				message?.includes("lastEventIdParam"),
				willReconnect,
			]);
			return { told: tell(fired), readyState, lastEventId, named };
		},
		elsewhere(lab.url("/preflight-refuses-last-event-id?count=1&retry=1")),
	);
	expect(outcome).toEqual({
		told: ["open", "1", "error 0 end", "error 0 cors", "error 0 cors"],
		readyState: 0,
		lastEventId: "1",
		named: [
			[true, true],
			[true, true],
		],
	});
	const sent = kinds((await lab.log()).requests);
	expect(sent.filter((kind) => kind === "probe").length).toBeLessThanOrEqual(1);
	expect(sent.filter((kind) => kind === "GET")).toHaveLength(1);
	expect(sent.filter((kind) => kind === "OPTIONS").length).toBeGreaterThanOrEqual(2);
});

test("with lastEventIdParam, an origin that refuses Last-Event-ID is requested without a preflight, and every event arrives once", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		({ EventSource, story }, url) =>
			story(new EventSource(url, { lastEventIdParam: "lastEventId", reconnect: { delay: 20 } })),
		elsewhere(lab.url("/preflight-refuses-last-event-id?count=3&cut=1&pause=300")),
	);
	const round = (datum: string) => ["open", datum, "error 0 interrupted"];
	expect(outcome).toEqual([...round("1"), ...round("2"), ...round("3"), "error 2 status", "status"]);
	expect(kinds((await lab.log()).requests)).toEqual(Array(4).fill("GET"));
});

// behavior 4.23
test("if another origin refuses Last-Event-ID, the message of a POST suggests lastEventIdParam without a probe", async ({
	lab,
}) => {
	const outcome = await lab.ours(
		async ({ EventSource, once }, url) => {
			const init = { method: "POST", body: "x", end: "reconnect" as const };
			const source = new EventSource(url, { ...init, reconnect: { delay: 20 } });
			await once(source, "message");
			await once(source, "error");
			const { message, willReconnect } = await once<headwater.FailureEvent>(source, "error");
			source.close();
			return [message.includes("lastEventIdParam") || message, willReconnect];
		},
		elsewhere(lab.url("/preflight-refuses-last-event-id?count=1")),
	);
	expect(outcome).toEqual([true, true]);
	const sent = kinds((await lab.log()).requests);
	expect(sent.filter((kind) => kind !== "OPTIONS")).toEqual(["POST"]);
});

test("if a server of another origin is down when the ID would be sent, the reason is network and not cors", async ({
	lab,
}) => {
	const other = await startScenarioServer();
	await lab.ours(async ({ EventSource, kept, record, once }, url) => {
		kept.source = new EventSource(url, { reconnect: { delay: 50, maxDelay: 50 } });
		kept.fired = record(kept.source);
		await once(kept.source, "message");
	}, `${other.origin}/numbered?count=1000&pause=1000`);
	await other.stop();
	const told = () => lab.ours(({ kept, tell }) => tell(kept.fired).slice(0, 5));
	await expect
		.poll(told)
		.toEqual(["open", "1", `error 0 ${lab.seesCuts ? "interrupted" : "end"}`, "error 0 network", "error 0 network"]);
	await lab.ours(({ kept }) => kept.source.close());
});
