// The first request is sent before the module is loaded. Everything that ends a source also ends
// this request.

import { eventStream, events, expect, type Lab, send, test } from "./support.ts";

const ENTRY = "/files/dist/index.js";
const SLIM = "/files/dist/slim.js";

/** Runs code in a page whose module does not load before `release()` is called. */
function beforeLoading<R>(lab: Lab, entry: string, code: string): Promise<R> {
	return lab.page.evaluate(
		async ([entry, code]) => {
			let release!: () => void;
			const released = new Promise<void>((resolve) => {
				release = resolve;
			});
			const { instantiate } = WebAssembly;
			WebAssembly.instantiate = (async (...given: Parameters<typeof instantiate>) => {
				await released;
				return instantiate(...given);
			}) as typeof instantiate;
			const log: string[] = [];
			const pending: typeof globalThis.fetch = (url, init) => {
				log.push(`fetch ${new URL(`${url}`).pathname}`);
				return new Promise((_, reject) => {
					init?.signal?.addEventListener("abort", () => {
						log.push("aborted");
						reject(init.signal?.reason);
					});
				});
			};
			const task = () => new Promise((resolve) => setTimeout(resolve, 20));
			const { EventSource, fetchEventSource } = await import(entry);
			const AsyncFunction = (async () => {}).constructor as new (...parts: string[]) => (...given: unknown[]) => R;
			const names = ["EventSource", "fetchEventSource", "pending", "log", "release", "task"];
			return new AsyncFunction(...names, code)(EventSource, fetchEventSource, pending, log, release, task);
		},
		[entry, code] as const,
	);
}

// behavior 2.16
test("the first request is sent once, before the module is loaded", async ({ lab }) => {
	await lab.page.goto(`${lab.origin}/blank`);
	const url = lab.script(eventStream(send(events(1)), "hang"));
	const outcome = await beforeLoading(
		lab,
		ENTRY,
		`
		const source = new EventSource("${url}", {
			fetch: (url, init) => (log.push("sent"), fetch(url, init)),
			request: ({ attempt }) => { log.push("request " + attempt); },
		});
		log.push("constructed");
		await task();
		const before = [...log];
		release();
		await new Promise((resolve) => source.addEventListener("message", resolve));
		source.close();
		return [before, log];
		`,
	);
	const all = ["constructed", "request 1", "sent"];
	expect(outcome).toEqual([all, all]);
});

// behavior 2.16
for (const [name, end] of [
	["close()", "source.close()"],
	["its signal", "controller.abort()"],
] as const) {
	test(`${name} aborts the first request while the module is loading`, async ({ lab }) => {
		await lab.page.goto(`${lab.origin}/blank`);
		const outcome = await beforeLoading(
			lab,
			ENTRY,
			`
			const controller = new AbortController();
			const source = new EventSource("/post", { method: "POST", fetch: pending, signal: controller.signal });
			await task();
			${end};
			await task();
			release();
			await task();
			return [log, (await source.closed).reason];
			`,
		);
		expect(outcome).toEqual([["fetch /post", "aborted"], name === "close()" ? "caller" : "signal"]);
	});
}

// behavior 2.16
test("a source that is closed in the task that created it sends nothing", async ({ lab }) => {
	await lab.page.goto(`${lab.origin}/blank`);
	const outcome = await beforeLoading(
		lab,
		ENTRY,
		`
		new EventSource("/post", { method: "POST", fetch: pending }).close();
		await task();
		release();
		await task();
		return log;
		`,
	);
	expect(outcome).toEqual([]);
});

// behavior 2.16
test("a module that does not load aborts the first request and fails the source", async ({ lab }) => {
	await lab.page.goto(`${lab.origin}/blank`);
	const outcome = await beforeLoading(
		lab,
		ENTRY,
		`
		WebAssembly.instantiate = () => Promise.reject(new Error("on purpose"));
		const source = new EventSource("/post", { method: "POST", fetch: pending });
		const { reason } = await source.closed;
		await task();
		return [reason, log];
		`,
	);
	expect(outcome).toEqual(["internal", ["fetch /post", "aborted"]]);
});

// behavior 2.16
test("connectTimeout includes the time before the module is loaded, for the first attempt only", async ({ lab }) => {
	await lab.page.goto(`${lab.origin}/blank`);
	const outcome = await beforeLoading(
		lab,
		ENTRY,
		`
		const { now } = Date;
		let passed = 0;
		Date.now = () => now() + passed;
		const failures = [];
		const open = (url, init) => {
			const source = new EventSource(url, { fetch: pending, ...init });
			source.onerror = ({ reason, attempt }) => failures.push([url, reason, attempt]);
			return source;
		};
		const sources = [
			open("/limited", { connectTimeout: 600_000, reconnect: { delay: 0 } }),
			open("/longer", { connectTimeout: 800_000 }),
			open("/unlimited"),
		];
		await task();
		passed = 700_000;
		release();
		while (log.filter((line) => line === "fetch /limited").length < 2) await task();
		await task();
		const seen = [...log];
		for (const source of sources) source.close();
		return [failures, seen];
		`,
	);
	const sent = ["fetch /limited", "fetch /longer", "fetch /unlimited"];
	expect(outcome).toEqual([[["/limited", "timeout", 1]], [...sent, "aborted", "fetch /limited"]]);
});

// behavior 2.16
test("with pauseWhenHidden the first request waits for the module", async ({ lab }) => {
	await lab.page.goto(`${lab.origin}/blank`);
	const outcome = await beforeLoading(
		lab,
		ENTRY,
		`
		const source = new EventSource("/get", { pauseWhenHidden: true, fetch: pending });
		await task();
		const before = [...log];
		release();
		while (log.length === 0) await task();
		source.close();
		return [before, log[0]];
		`,
	);
	expect(outcome).toEqual([[], "fetch /get"]);
});

// behavior 2.16
test("a request that is impossible, or a request function that throws, fails once the module is loaded", async ({
	lab,
}) => {
	await lab.page.goto(`${lab.origin}/blank`);
	const outcome = await beforeLoading(
		lab,
		ENTRY,
		`
		const throwing = new EventSource("/get", {
			fetch: pending,
			reconnect: false,
			request() { throw new Error("on purpose"); },
		});
		const impossible = new EventSource("/get", { fetch: pending, request: () => ({ url: "http://[" }) });
		const seen = [];
		throwing.onerror = ({ reason, attempt }) => seen.push([reason, attempt]);
		impossible.onerror = ({ reason, attempt }) => seen.push([reason, attempt]);
		await task();
		seen.push("loaded");
		release();
		await Promise.all([throwing.closed, impossible.closed]);
		return [seen, log];
		`,
	);
	expect(outcome).toEqual([["loaded", ["request", 1], ["request", 1]], []]);
});

// behavior 2.16
test("headwater/slim requests its module after the first request of the source", async ({ lab }) => {
	await lab.page.goto(`${lab.origin}/blank`);
	const url = lab.script(eventStream(send(events(1)), "hang"));
	const outcome = await lab.page.evaluate(
		async ([entry, url]) => {
			const requested: string[] = [];
			const { fetch } = globalThis;
			globalThis.fetch = (input, init) => {
				requested.push(`${input}`.includes("headwater.wasm") ? "module" : "source");
				return fetch(input, init);
			};
			const { EventSource } = await import(entry);
			const source = new EventSource(url);
			await new Promise((resolve) => source.addEventListener("message", resolve));
			source.close();
			return requested;
		},
		[SLIM, url] as const,
	);
	expect(outcome).toEqual(["source", "module"]);
});

/**
 * Counts the responses that scripts of the page construct, because the package constructs one to
 * warm up.
 */
function countResponses(lab: Lab, isBroken = false): Promise<void> {
	return lab.page.evaluate((isBroken) => {
		const counter = Object.assign(globalThis, { constructed: 0 });
		globalThis.Response = class extends Response {
			constructor(...given: ConstructorParameters<typeof Response>) {
				super(...given);
				counter.constructed++;
				if (isBroken) {
					throw new Error("on purpose");
				}
			}
		};
	}, isBroken);
}

for (const entry of [ENTRY, SLIM]) {
	// behavior 15.1
	test(`init() of ${entry} runs one event through the module, and sends no request`, async ({ lab }) => {
		await lab.page.goto(`${lab.origin}/blank`);
		await countResponses(lab);
		const url = lab.script(eventStream(send(events(1)), "hang"));
		const outcome = await lab.page.evaluate(
			async ([entry, url]) => {
				const counter = globalThis as unknown as { constructed: number };
				const { fetch } = globalThis;
				let fetched = 0;
				globalThis.fetch = (...given) => {
					fetched++;
					return fetch(...given);
				};
				const { EventSource, init } = await import(entry);
				await init();
				await init();
				const afterInit = counter.constructed;
				const source = new EventSource(url);
				await new Promise((resolve) => source.addEventListener("message", resolve));
				source.close();
				return [afterInit, counter.constructed, fetched];
			},
			[entry, url] as const,
		);
		// The slim entry also requests its module.
		expect(outcome).toEqual([1, 1, entry === SLIM ? 2 : 1]);
	});
}

// behavior 2.16
test("while the first response is awaited, one event runs through the module", async ({ lab }) => {
	await lab.page.goto(`${lab.origin}/blank`);
	await countResponses(lab);
	const outcome = await beforeLoading(
		lab,
		ENTRY,
		`
		const source = new EventSource("/post", { method: "POST", fetch: pending });
		await task();
		const before = constructed;
		release();
		while (constructed === 0) await task();
		source.close();
		new EventSource("/post", { method: "POST", fetch: pending });
		while (log.length < 3) await task();
		await task();
		return [before, constructed];
		`,
	);
	expect(outcome).toEqual([0, 1]);
});

// behavior 2.16
test("a response that arrives soon after the module is loaded does not wait for the warm-up", async ({ lab }) => {
	await lab.page.goto(`${lab.origin}/blank`);
	await countResponses(lab);
	const url = lab.script(eventStream(send(events(1)), "hang"));
	const outcome = await lab.page.evaluate(
		async ([entry, url]) => {
			const counter = globalThis as unknown as { constructed: number };
			const { setTimeout } = globalThis;
			const warmUp = new Promise<() => void>((resolve) => {
				const held = (callback: () => void, wait: number) =>
					wait === 10 ? resolve(callback) : setTimeout(callback, wait);
				Object.assign(globalThis, { setTimeout: held });
			});
			const { EventSource } = await import(entry);
			const source = new EventSource(url);
			await new Promise((resolve) => source.addEventListener("message", resolve));
			(await warmUp)();
			await new Promise((resolve) => setTimeout(resolve, 50));
			source.close();
			return counter.constructed;
		},
		[ENTRY, url] as const,
	);
	expect(outcome).toBe(0);
});

// behavior 2.16
test("a page whose Response cannot be constructed still gets its events", async ({ lab }) => {
	await lab.page.goto(`${lab.origin}/blank`);
	await countResponses(lab, true);
	const url = lab.script(eventStream(send(events(1)), "hang"));
	const outcome = await lab.page.evaluate(
		async ([entry, url]) => {
			const uncaught: string[] = [];
			addEventListener("error", ({ message }) => uncaught.push(message));
			addEventListener("unhandledrejection", ({ reason }) => uncaught.push(`${reason}`));
			const { EventSource, init } = await import(entry);
			await init();
			const source = new EventSource(url);
			const { data } = await new Promise<MessageEvent>((resolve) => source.addEventListener("message", resolve));
			source.close();
			await new Promise((resolve) => setTimeout(resolve, 50));
			return [data, uncaught];
		},
		[ENTRY, url] as const,
	);
	expect(outcome).toEqual([expect.any(String), []]);
});
