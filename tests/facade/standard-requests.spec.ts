// Rules of the standard for the request of a GET: headers, credentials, redirects, and the last
// event ID. The browser's own class is the reference.

import { startScenarioServer } from "../support/browser.ts";
import { eventStream, expect, type Lab, type LoggedRequest, send, test, type Which } from "./support.ts";

const WHICH = ["native", "ours"] as const;

/** Returns the request of each class, as the server received it. */
async function seen(lab: Lab, url: string, init?: EventSourceInit): Promise<Record<Which, LoggedRequest>> {
	const see = (which: Which) =>
		lab.run(
			which,
			async ({ EventSource, once }, { url, init }) => {
				const source = new EventSource(url, init ?? {});
				const { data } = await once(source, "request");
				source.close();
				return JSON.parse(data);
			},
			{ url, init },
		);
	return { native: await see("native"), ours: await see("ours") };
}

/** Expects the same request from both classes, in every header. */
async function expectSame(lab: Lab, url: string, init?: EventSourceInit): Promise<LoggedRequest> {
	const { native, ours } = await seen(lab, url, init);
	expect(ours.headers).toEqual(native.headers);
	expect([ours.method, ours.body]).toEqual(["GET", ""]);
	return ours;
}

// behavior 2.2
test("a GET to the page's own origin or to another has exactly the headers that the browser's own class sends", async ({
	lab,
}) => {
	const { headers } = await expectSame(lab, lab.url("/post-echo"));
	expect(headers).toMatchObject({ accept: "text/event-stream", referer: `${lab.origin}/blank` });
	expect(Object.keys(headers)).not.toContain("last-event-id");
	for (const init of [{}, { withCredentials: true }]) {
		const other = await expectSame(lab, lab.url("/post-echo").replace("127.0.0.1", "localhost"), init);
		expect(other.headers).toMatchObject({ origin: lab.origin, referer: `${lab.origin}/` });
	}
	const methods = (await lab.log()).requests.map(({ method }) => method);
	expect(methods, "no preflights").toEqual(["GET", "GET", "GET"]);
});

test("the referrer policy is the page's, from a header or from a meta element", async ({ lab }) => {
	const pages: [string, own: string | undefined, other: string | undefined][] = [
		["header=Referrer-Policy:no-referrer", undefined, undefined],
		["header=Referrer-Policy:origin", `${lab.origin}/`, `${lab.origin}/`],
		["header=Referrer-Policy:same-origin", `${lab.origin}/script`, undefined],
		["no-referrer", undefined, undefined],
	];
	for (const [policy, own, other] of pages) {
		const meta = policy.startsWith("header") ? "" : encodeURIComponent(`<meta name=referrer content=${policy}>`);
		const header = policy.startsWith("header") ? `|${policy}` : "";
		await lab.open(`/script?do=type=text/html${header}|send=<!doctype html>${meta}`);
		const url = lab.url("/post-echo");
		const path = (request: LoggedRequest) => request.headers.referer?.replace(/\?.*/, "");
		expect(path(await expectSame(lab, url)), policy).toBe(own);
		expect(path(await expectSame(lab, url.replace("127.0.0.1", "localhost"))), policy).toBe(other);
	}
});

test("cookies are always sent to the page's own origin, and to others only with credentials", async ({ lab }) => {
	const other = await startScenarioServer();
	try {
		// Servers that differ only in their port share cookies, but not an origin.
		await lab.page.evaluate('document.cookie = "id=42"');
		const cookies: unknown[] = [];
		for (const origin of [lab.origin, other.origin]) {
			for (const init of [{}, { withCredentials: false }, { withCredentials: true }]) {
				cookies.push((await expectSame(lab, `${origin}/post-echo`, init)).headers.cookie ?? null);
			}
		}
		expect(cookies).toEqual(["id=42", "id=42", "id=42", null, null, "id=42"]);
	} finally {
		await lab.page.evaluate('document.cookie = "id=; max-age=0"');
		await other.stop();
	}
});

const redirect = (lab: Lab, status: number, to: string) =>
	lab.url(`/redirect?status=${status}&to=${encodeURIComponent(to)}`);

/** Like `expectSame`, except for the difference "cache headers after a redirect". */
async function expectSameButCache(lab: Lab, url: string): Promise<LoggedRequest> {
	if (lab.browserName !== "webkit") {
		return expectSame(lab, url);
	}
	const { native, ours } = await seen(lab, url);
	expect({ ...ours.headers, "cache-control": "no-cache" }).toEqual(native.headers);
	expect(Object.keys(ours.headers)).not.toContain("cache-control");
	expect(Object.keys(native.headers)).not.toContain("pragma");
	return ours;
}

// behavior 2.14
test("redirects of every kind are followed, to other origins too, with the same headers", async ({ lab }) => {
	for (const status of [301, 302, 303, 307, 308]) {
		await expectSame(lab, redirect(lab, status, "/post-echo"));
		const other = `${lab.origin.replace("127.0.0.1", "localhost")}/post-echo`;
		const { headers } = await expectSameButCache(lab, redirect(lab, status, other));
		expect(headers).toMatchObject({ accept: "text/event-stream", origin: lab.origin });
	}
	// If a redirect through another origin leads back to the first one, the request's origin is
	// `null`.
	const back = encodeURIComponent(`${lab.origin}/post-echo`);
	const over = `${lab.origin.replace("127.0.0.1", "localhost")}/redirect?to=${back}`;
	const { headers } = await expectSameButCache(lab, redirect(lab, 307, over));
	expect(headers.origin).toBe("null");
});

test("[non-spec] a redirect of a POST has the same effect as with fetch", async ({ lab }) => {
	const methods: unknown[] = [];
	for (const status of [301, 302, 303, 307, 308]) {
		const { echoed, fetched } = await lab.ours(
			async ({ EventSource, echo }, url) => {
				const init = { method: "POST", body: "body", headers: { "content-type": "text/x-own", "x-own": "1" } };
				const response = await fetch(url, { ...init, cache: "no-store" });
				const text = (await response.text()).split("data: ")[1]!.split("\n")[0]!;
				return { echoed: await echo(new EventSource(url, init)), fetched: JSON.parse(text) as LoggedRequest };
			},
			redirect(lab, status, "/post-echo"),
		);
		expect({ ...echoed.headers, accept: "*/*" }).toEqual(fetched.headers);
		expect([echoed.method, echoed.body]).toEqual([fetched.method, fetched.body]);
		methods.push([status, echoed.method, echoed.body]);
	}
	expect(methods).toEqual([
		[301, "GET", ""],
		[302, "GET", ""],
		[303, "GET", ""],
		[307, "POST", "body"],
		[308, "POST", "body"],
	]);
});

/** IDs from a server, and the IDs that are sent back if they differ. */
const IDS: Record<string, string | undefined> = {
	"…": undefined,
	日本: undefined,
	"🦀🦀": undefined,
	é: undefined,
	ÿ: undefined,
	"\u0080\u009f": undefined,
	"\uFEFFmark": undefined,
	"\uFFFD": undefined,
	"a b": undefined,
	'a, b;c="d"': undefined,
	"%0A+%": undefined,
	"a:b: c": undefined,
	"a\tb": undefined,
	"0": undefined,
	// A header value has no leading or trailing spaces.
	" both ": "both",
	["x".repeat(20_000)]: undefined,
	["日".repeat(3_000)]: undefined,
};

const hex = (text: string) => Buffer.from(text).toString("hex");

/**
 * Gives these IDs to each class, with one URL for each ID. Returns the last event IDs of the
 * requests to each URL.
 */
async function returned(lab: Lab, ids: string[], init: object = {}): Promise<Record<Which, (string | null)[][]>> {
	const key = /key=(.*)/.exec(lab.url("/"))![1]!;
	const urls = ids.map((id, index) => {
		const url = lab.script(eventStream(send(`retry: 1\nid: ${id}\ndata\n\n`)), "status=204");
		return `${url}-${index}`;
	});
	const of = async (which: Which) => {
		await lab.run(
			which,
			async ({ EventSource }, { urls, init }) => {
				const back = (url: string) =>
					new Promise<void>((resolve) => {
						const source = new EventSource(url, init);
						source.onerror = () => source.readyState === source.CLOSED && resolve();
					});
				await Promise.all(urls.map(back));
			},
			{ urls, init },
		);
		const log = async (_: string, index: number) => {
			const log = await fetch(`${lab.origin}/log?key=${key}-${which}-${index}`);
			return ((await log.json()) as { requests: LoggedRequest[] }).requests.map(({ lastEventIdHex }) => lastEventIdHex);
		};
		return Promise.all(ids.map(log));
	};
	return { native: await of("native"), ours: await of("ours") };
}

// behavior 2.3
test("the last event ID is sent back as UTF-8, for any text and any length", async ({ lab }) => {
	const ids = Object.keys(IDS);
	const back = await returned(lab, ids);
	for (const which of WHICH) {
		const expected = ids.map((id) => [null, lab.idBytes(IDS[id] ?? id, which)]);
		const named = (values: unknown[]) => Object.fromEntries(ids.map((id, index) => [id.slice(0, 9), values[index]]));
		expect.soft(named(back[which]), which).toEqual(named(expected));
	}
});

// behavior 2.3, 10.3
test("no Last-Event-ID is sent for an empty ID, or for an ID that U+0000 makes invalid", async ({ lab }) => {
	const back = await returned(lab, ["", "\u0000"]);
	const nothing = [
		[null, null],
		[null, null],
	];
	expect(back).toEqual({ native: nothing, ours: nothing });
});

test("an ID of spaces alone is not empty, although its header value is", async ({ lab }) => {
	expect(await returned(lab, ["  "])).toEqual({ native: [[null, ""]], ours: [[null, ""]] });
});

test("control characters in an ID do not prevent the source from reconnecting", async ({ lab }) => {
	const ids = ["a\u0001b", "a\u007fb", "a\u001fb"];
	const { ours, native } = await returned(lab, ids);
	const expected = ids.map((id) => [null, hex(id)]);
	expect.soft(native, "native").toEqual(expected);
	expect(ours).toEqual(expected);
});

test("[non-spec] the caller's Last-Event-ID is not sent once the stream has set another ID or an empty one", async ({
	lab,
}) => {
	for (const init of [{ headers: { "Last-Event-ID": "stale" } }, { lastEventId: "stale" }]) {
		await lab.open();
		const url = lab.script(
			eventStream(send("retry: 1\nid: 2\ndata\n\n")),
			eventStream(send("id\ndata\n\n")),
			eventStream(send("data\n\n")),
			"status=204",
		);
		await lab.ours(async ({ EventSource }, { url, init }) => new EventSource(url, init).closed, { url, init });
	}
	const ids = (await lab.requests()).map(({ lastEventIdHex }) => lastEventIdHex);
	// The second source receives the fourth response again.
	expect(ids).toEqual([hex("stale"), hex("2"), null, null, hex("stale")]);
});

// behavior 1.6, 2.2
test("credentials are same-origin by default, and the caller's cache mode is kept", async ({ lab }) => {
	const inits = await lab.ours(async ({ EventSource }) => {
		const given = [{}, { withCredentials: true }, { credentials: "omit" }, { cache: "reload" }] as const;
		const inits: unknown[] = [];
		for (const init of given) {
			await new Promise<void>((resolve) => {
				const source = new EventSource("/unused", {
					...init,
					fetch: async (_, { credentials, cache, redirect, headers }) => {
						inits.push([credentials, cache, redirect ?? "follow", Object.keys(headers as Record<string, string>)]);
						source.close();
						resolve();
						return Response.error();
					},
				});
			});
		}
		return inits;
	});
	expect(inits).toEqual([
		["same-origin", "no-store", "follow", ["accept"]],
		["include", "no-store", "follow", ["accept"]],
		["omit", "no-store", "follow", ["accept"]],
		["same-origin", "reload", "follow", ["accept"]],
	]);
});
