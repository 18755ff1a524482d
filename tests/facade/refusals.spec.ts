// Rules for responses that another origin hides from the page: how they are distinguished from a
// network error, and how many requests that takes. Responses that are rejected because of their
// status or type are tested in standard-responses.spec.ts.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { startScenarioServer } from "../support/browser.ts";
import { elsewhere, eventStream, events, expect, kinds, type LoggedRequest, send, test } from "./support.ts";

const allowing = (origin: string, ...steps: string[]) =>
	[`header=Access-Control-Allow-Origin:${origin}`, eventStream(send(events(1)), ...steps)].join("|");
const REFUSED = allowing("");
const STREAM = eventStream(send(events(1)), "hang");

/** Shortens waits of more than two seconds to 20 ms, including the timeout of a probe. */
const HURRY = `{
	const { setTimeout } = globalThis;
	globalThis.setTimeout = (handler, milliseconds) => setTimeout(handler, milliseconds > 2000 ? 20 : milliseconds);
}`;

// behavior 4.10
test("a response that another origin does not let the page read fails the connection with one error", async ({
	lab,
}) => {
	const scripts = [
		...["", "null", "*,*", "http://elsewhere.test", `${lab.origin}/`, lab.origin.replace("http", "HTTP")].map(
			(origin) => allowing(origin),
		),
		`header=Access-Control-Allow-Origin:*|${allowing("*")}`,
		`status=404|${REFUSED}`,
		`status=500|${REFUSED}`,
		`status=204|header=Access-Control-Allow-Origin:`,
		`type=text/html|header=Access-Control-Allow-Origin:|${send("no")}`,
	];
	const refused = elsewhere(lab.url("/cors-refused"));
	const urls = [
		refused,
		...scripts.map((script) => elsewhere(lab.script(script))),
		lab.url(`/redirect?to=${encodeURIComponent(refused)}`),
	];
	await lab.expectBoth(
		async ({ EventSource, record, once, tasks }, urls) => {
			const outcome = async (url: string) => {
				const source = new EventSource(url);
				const fired = record(source);
				await once(source, "error");
				await tasks();
				source.close();
				return fired.map(({ type, readyState }) => `${type} ${readyState}`);
			};
			return Promise.all(urls.map(outcome));
		},
		urls,
		urls.map(() => ["error 2"]),
	);
});

test("with credentials, neither a wildcard nor a permission without credentials allows the response", async ({
	lab,
}) => {
	const urls = [allowing("*", "hang"), `header=Access-Control-Allow-Credentials:false|${STREAM}`];
	await lab.expectBoth(
		async ({ EventSource, once }, urls) => {
			const outcome: unknown[] = [];
			for (const url of urls) {
				for (const withCredentials of [false, true]) {
					const source = new EventSource(url, { withCredentials });
					const event = await Promise.race([once(source, "message"), once(source, "error")]);
					outcome.push([withCredentials, event.type, source.readyState]);
					source.close();
				}
			}
			return outcome;
		},
		urls.map((script) => elsewhere(lab.script(script))),
		[
			[false, "message", 1],
			[true, "error", 2],
			[false, "message", 1],
			[true, "error", 2],
		],
	);
});

// behavior 4.10, 4.20
test("[non-spec] a refusal has the reason cors, after one request, one probe and one more request", async ({ lab }) => {
	const refused = elsewhere(lab.url("/cors-refused"));
	for (const url of [refused, lab.url(`/redirect?to=${encodeURIComponent(elsewhere(`${lab.origin}/cors-refused`))}`)]) {
		const before = (await lab.requests()).length;
		const outcome = await lab.ours(async ({ EventSource, failure, record }, url) => {
			const source = new EventSource(url);
			const fired = record(source);
			const { reason, status, headers, body, delay, willReconnect, error, message } = await failure(source);
			const closed = await source.closed;
			return {
				told: { reason, body, willReconnect, readyState: source.readyState, fired: fired.length },
				nothing: [status ?? null, headers ?? null, delay ?? null],
				closed: [...Object.keys(closed), closed.reason, closed.error === error, error instanceof TypeError],
				message: message.length > 9,
			};
		}, url);
		expect(outcome).toEqual({
			told: { reason: "cors", body: "", willReconnect: false, readyState: 2, fired: 1 },
			nothing: [null, null, null],
			closed: ["reason", "error", "cors", true, true],
			message: true,
		});
		expect(kinds((await lab.requests()).slice(before))).toEqual(["GET", "probe", "GET"]);
		await lab.expectNoSockets();
	}
});

// behavior 4.20
test("[non-spec] a probe has the credentials of the request, and none of the caller's headers", async ({ lab }) => {
	const other = await startScenarioServer();
	try {
		// Servers that differ only in their port share cookies, but not an origin.
		await lab.page.evaluate('document.cookie = "id=42"');
		for (const [credentials, cookie] of [
			["include", "id=42"],
			["same-origin", undefined],
			["omit", undefined],
		] as const) {
			const url = `${other.origin}/script?do=${REFUSED}&key=${credentials}`;
			const reason = await lab.ours(
				async ({ EventSource }, { url, credentials }) => {
					const headers = { "X-Own": "1", Authorization: "Bearer t", Accept: "text/x-own" };
					const source = new EventSource(url, { credentials, headers, lastEventId: "7" });
					return (await source.closed).reason;
				},
				{ url, credentials },
			);
			const log = await (await fetch(`${other.origin}/log?key=${credentials}`)).json();
			const requests = log.requests as LoggedRequest[];
			expect([reason, ...kinds(requests)]).toEqual(["cors", "OPTIONS", "GET", "probe", "OPTIONS", "GET"]);
			const real = requests.filter(({ headers }) => headers.accept === "text/x-own");
			expect(real.map(({ headers }) => headers.cookie)).toEqual([cookie, cookie]);
			const { headers } = requests.find(({ headers }) => headers.accept === "*/*" && !headers.origin)!;
			const { cookie: ofProbe, "x-own": own, authorization, "last-event-id": id } = headers;
			expect({ ofProbe, own, authorization, id }).toEqual({ ofProbe: cookie });
		}
	} finally {
		await lab.page.evaluate('document.cookie = "id=; max-age=0"');
		await other.stop();
	}
});

test("[non-spec] a refused preflight is reported as a refusal", async ({ lab }) => {
	const reason = await lab.ours(
		async ({ EventSource }, url) => (await new EventSource(url, { headers: { "X-Own": "1" } }).closed).reason,
		elsewhere(lab.url("/cors-refused")),
	);
	expect(reason).toBe("cors");
	expect(kinds((await lab.log()).requests)).toEqual(["OPTIONS", "probe", "OPTIONS"]);
});

// behavior 4.19
test("[non-spec] no probe is sent if the mode of the request forbids other origins", async ({ lab }) => {
	const readyState = await lab.ours(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url, { mode: "same-origin" });
			await once(source, "error");
			source.close();
			return source.readyState;
		},
		elsewhere(lab.script(STREAM)),
	);
	expect(readyState).toBe(2);
	expect(kinds((await lab.log()).requests)).toEqual([]);
});

// behavior 4.21
test("[non-spec] if a healthy server breaks the first request, the source opens with the next, and no error is fired", async ({
	lab,
}) => {
	const fired = await lab.ours(
		async ({ EventSource, record, once }, urls) => {
			const outcome: unknown[] = [];
			for (const url of urls) {
				const source = new EventSource(url);
				const fired = record(source);
				await Promise.race([once(source, "message"), once(source, "error")]);
				source.close();
				outcome.push(fired.map(({ type }) => type));
			}
			return outcome;
		},
		// Each ending uses its own key, so that its requests are counted separately.
		["rst", "cut"].map((ending) => `${elsewhere(lab.script(ending, STREAM))}-${ending}`),
	);
	expect(fired).toEqual(Array(2).fill(["open", "message"]));
});

// behavior 4.21
test("[non-spec] a probe that breaks or times out is treated as a network error", async ({ lab }) => {
	// Firefox itself repeats a request several times if its connection is closed before the first
	// byte.
	for (const probe of [Array(12).fill("cut"), ["hang"]]) {
		await lab.open();
		await lab.page.evaluate(HURRY);
		const fired = await lab.ours(
			async ({ EventSource, record, once }, url) => {
				const source = new EventSource(url);
				const fired = record(source);
				await once(source, "message");
				source.close();
				return fired.map(({ type, readyState, reason }) => `${type} ${readyState} ${reason}`);
			},
			`${elsewhere(lab.script(REFUSED, ...probe, STREAM))}-${probe.length}`,
		);
		expect([...new Set(fired)]).toEqual(["error 0 network", "open 1 undefined", "message 1 undefined"]);
	}
});

test("[non-spec] while a server is down, the source retries until the server is up", async ({ lab }) => {
	const port = await listening(createServer()).then(stopped);
	await lab.page.evaluate(HURRY);
	await lab.ours(({ EventSource, kept, record }, url) => {
		kept.source = new EventSource(url);
		kept.fired = record(kept.source);
	}, `http://127.0.0.1:${port}/`);
	const failures = () =>
		lab.ours(({ kept }) => kept.fired.map(({ type, readyState, reason }) => `${type} ${readyState} ${reason}`));
	await expect.poll(async () => (await failures()).length).toBeGreaterThan(2);
	expect(new Set(await failures())).toEqual(new Set(["error 0 network"]));
	const server = createServer((_, response) => {
		response.writeHead(200, { "content-type": "text/event-stream", "access-control-allow-origin": "*" });
		response.write("data: up\n\n");
	});
	await listening(server, port);
	await expect.poll(() => lab.ours(({ kept }) => kept.fired.at(-1)!.data)).toBe("up");
	await lab.ours(({ kept }) => kept.source.close());
	await stopped(server);
});

// behavior 4.10, 4.19
test("[non-spec] no probe is sent if the caller decides about retries or passes its own fetch", async ({ lab }) => {
	const url = elsewhere(lab.url("/cors-refused"));
	const outcome = await lab.ours(async ({ EventSource, once }, url) => {
		const own = (url: string, init: RequestInit) => fetch(url, init);
		const inits = [{ reconnect: true }, { reconnect: {} }, { reconnect: false }, { method: "POST" }, { fetch: own }];
		const outcome: unknown[] = [];
		for (const init of inits) {
			const source = new EventSource(url, init);
			const { reason } = await once<Event & { reason: string }>(source, "error");
			outcome.push([reason, source.readyState]);
			source.close();
		}
		return outcome;
	}, url);
	expect(outcome).toEqual([0, 0, 2, 2, 0].map((readyState) => ["network", readyState]));
	expect(kinds((await lab.log()).requests)).toEqual(["GET", "GET", "GET", "POST", "GET"]);
});

// behavior 4.22
test("a refusal after the source was open once is treated as a network error", async ({ lab }) => {
	const once = eventStream(send(`retry: 1\n${events(1)}`));
	await lab.expectBoth(
		async ({ EventSource, record }, url) => {
			const source = new EventSource(url);
			const fired = record(source);
			await new Promise<void>((resolve) => {
				source.onerror = () => fired.length > 3 && resolve();
			});
			source.close();
			return fired.map(({ type, readyState }) => `${type} ${readyState}`);
		},
		elsewhere(lab.script(once, REFUSED)),
		["open 1", "message 1", "error 0", "error 2"],
		{ names: ["refusal after the source was open"], ours: ["open 1", "message 1", "error 0", "error 0"] },
	);
	expect(kinds((await lab.log()).requests)).toEqual(["GET", "GET"]);
});

test("[non-spec] close() and an abort during a probe end the probe, and nothing is fired", async ({ lab }) => {
	for (const [way, requests] of [
		["caller", 2],
		["signal", 4],
	] as const) {
		const url = `${elsewhere(lab.script(REFUSED, "hang"))}`;
		const later = elsewhere(lab.script("hang", "hang", REFUSED, "hang"));
		await lab.ours(
			({ EventSource, kept, record }, url) => {
				const controller = new AbortController();
				kept.source = new EventSource(url, { signal: controller.signal });
				kept.fired = record(kept.source);
				kept.abort = () => controller.abort();
			},
			way === "caller" ? url : later,
		);
		await expect.poll(async () => (await lab.log()).opened).toBe(requests);
		const outcome = await lab.ours(async ({ kept, tasks }, way) => {
			way === "caller" ? kept.source.close() : (kept.abort as () => void)();
			const { reason } = await kept.source.closed;
			await tasks();
			return [reason, kept.source.readyState, kept.fired];
		}, way);
		expect(outcome).toEqual([way, 2, []]);
		await lab.expectNoSockets();
		expect((await lab.log()).opened, "no request afterwards").toBe(requests);
	}
});

test("a URL that the page's own policy forbids is retried as after a network error, and never sent", async ({
	lab,
}) => {
	await lab.open("/script?do=type=text/html|header=Content-Security-Policy:connect-src 'self'|send=<!doctype html>");
	const url = elsewhere(lab.script(STREAM));
	await lab.expectBoth(
		async ({ EventSource, once }, url): Promise<unknown> => {
			try {
				const source = new EventSource(url);
				await once(source, "error");
				const { readyState } = source;
				source.close();
				return readyState;
			} catch (error) {
				return (error as Error).name;
			}
		},
		url,
		2,
		{
			names: ["Content-Security-Policy", "Content-Security-Policy in the constructor"],
			ours: 0,
			native: { webkit: "SecurityError" },
		},
	);
	expect((await lab.log()).opened).toBe(0);
});

async function listening(server: Server, port = 0): Promise<Server> {
	await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
	return server;
}

/** Stops the server, and returns its port, which is free again. */
async function stopped(server: Server): Promise<number> {
	const { port } = server.address() as AddressInfo;
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
	return port;
}
