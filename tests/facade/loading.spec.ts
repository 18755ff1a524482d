// The rules for loading the package: it needs no setup, it is loaded once per page, it can be
// loaded in workers, and there is a clear error if a page forbids it.

import { eventStream, events, expect, type Lab, send, test } from "./support.ts";

const ENTRY = "/files/dist/index.js";

/** Returns the URL of an empty page with this Content-Security-Policy. */
const withPolicy = (policy: string) =>
	`/script?do=type=text/html|header=Content-Security-Policy:${encodeURIComponent(policy)}|${send("<!doctype html>")}`;

/**
 * Starts a dedicated module worker with this code. Returns all values that it posts before `null`.
 */
function runWorker(lab: Lab, code: string): Promise<unknown[]> {
	const url = lab.script(`type=text/javascript|${send(`import { EventSource, init } from "${ENTRY}";\n${code}`)}`);
	return lab.page.evaluate(
		(url) =>
			new Promise<unknown[]>((resolve, reject) => {
				const posted: unknown[] = [];
				const worker = new Worker(url, { type: "module" });
				worker.onerror = (event) => reject(new Error(event.message));
				worker.onmessage = ({ data }) => {
					if (data === null) {
						resolve(posted);
					} else {
						posted.push(data);
					}
				};
				Object.assign(globalThis, { worker });
			}),
		url,
	);
}

// behavior 15.1
test("init() resolves, also on a second call, and returns a promise on each call", async ({ lab }) => {
	const outcome = await lab.page.evaluate(async (entry) => {
		const { init } = await import(entry);
		return [await init(), await init(), init() instanceof Promise];
	}, ENTRY);
	expect(outcome).toEqual([undefined, undefined, true]);
});

// behavior 15.1
test("everything that imports the package shares one WebAssembly module", async ({ lab }) => {
	const url = lab.script(eventStream(send(events(1)), "hang"));
	const outcome = await lab.page.evaluate(
		async ({ entry, url }) => {
			let compiled = 0;
			for (const name of ["compile", "instantiate", "compileStreaming", "instantiateStreaming"] as const) {
				const original = WebAssembly[name] as (...given: unknown[]) => unknown;
				Object.assign(WebAssembly, {
					[name]: (...given: unknown[]) => {
						compiled += Number(name.startsWith("compile") || !(given[0] instanceof WebAssembly.Module));
						return original.apply(WebAssembly, given);
					},
				});
			}
			const [first, second] = await Promise.all([import(entry), import(entry)]);
			const idle = compiled;
			const sources = [first, second].map(({ EventSource }) => new EventSource(url));
			const messages = sources.map((source) => new Promise((resolve) => source.addEventListener("message", resolve)));
			await Promise.all([first.init(), second.init(), ...messages]);
			for (const source of sources) {
				source.close();
			}
			return { same: first.EventSource === second.EventSource, idle, compiled };
		},
		{ entry: ENTRY, url },
	);
	expect(outcome).toEqual({ same: true, idle: 0, compiled: 1 });
});

test("a dedicated module worker streams a POST", async ({ lab }) => {
	const posted = await runWorker(
		lab,
		`const source = new EventSource(${JSON.stringify(lab.url("/post-llm?count=3&pause=5"))}, { json: { prompt: "x" } });
		source.onopen = () => postMessage("open");
		source.onmessage = ({ data }) => postMessage(data === "[DONE]" ? data : JSON.parse(data).choices[0].delta.content);
		postMessage([source.readyState, new URL(source.url).pathname]);
		source.closed.then(({ reason }) => { postMessage(reason); postMessage(null); });`,
	);
	expect(posted).toEqual([[0, "/post-llm"], "open", "token 1 ", "token 2 ", "token 3 ", "[DONE]", "end"]);
});

test("in a dedicated worker a URL is relative to the worker, and an error and its reason arrive", async ({ lab }) => {
	const posted = await runWorker(
		lab,
		`const source = new EventSource("404");
		source.onerror = ({ reason, status, body }) => { postMessage([source.url, reason, status, body]); postMessage(null); };`,
	);
	expect(posted).toEqual([[`${lab.origin}/404`, "status", 404, '{"error":"not found"}']]);
});

test("in a dedicated worker close() and the worker's end close the socket", async ({ lab }) => {
	const posted = await runWorker(
		lab,
		`await init();
		const url = ${JSON.stringify(lab.url("/endless-comments?ms=5").replace(/key=[^&]*/, (key) => `${key}-ours`))};
		const [closed, left] = [new EventSource(url), new EventSource(url)];
		await Promise.all([closed, left].map((source) => new Promise((resolve) => { source.onopen = resolve; })));
		closed.close();
		postMessage((await closed.closed).reason);
		postMessage(null);`,
	);
	expect(posted).toEqual(["caller"]);
	await expect.poll(async () => (await lab.log()).open).toBe(1);
	await lab.page.evaluate(() => (globalThis as unknown as { worker: Worker }).worker.terminate());
	await lab.expectNoSockets();
});

// behavior 4.16, 15.3
test("under a policy without 'wasm-unsafe-eval' one error names the cause, and there is no retry", async ({ lab }) => {
	await lab.open(withPolicy("default-src 'none'; script-src 'self'; connect-src *"));
	const outcome = await lab.ours(async ({ EventSource, record, once, tasks }, url) => {
		const entry = "/files/dist/index.js";
		const { init } = await import(entry);
		const refused = await init().then(
			() => "resolved",
			(error: unknown) => error instanceof Error,
		);
		const source = new EventSource(url);
		const fired = record(source);
		await once(source, "error");
		const { reason, error } = await source.closed;
		await tasks();
		const told = fired.map(({ type, readyState, reason, willReconnect }) => [type, readyState, reason, willReconnect]);
		return { refused, told, message: fired[0]!.message, reason, error: error instanceof Error };
	}, lab.url("/silent"));
	expect(outcome).toEqual({
		refused: true,
		told: [["error", 2, "internal", false]],
		message: expect.stringMatching(/(content.security.policy|\bCSP\b).*needs script-src 'wasm-unsafe-eval'$/is),
		reason: "internal",
		error: true,
	});
	// The request may have been sent before the module failed. In that case, it is aborted, and not
	// repeated.
	expect((await lab.log()).opened).toBeLessThanOrEqual(1);
	await lab.expectNoSockets();
});

test("the package works under a policy of script-src 'self' 'wasm-unsafe-eval' and connect-src 'self'", async ({
	lab,
}) => {
	await lab.open(withPolicy("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"));
	const data = await lab.ours(
		async ({ EventSource, once }, url) => {
			const source = new EventSource(url, { json: {} });
			return (await once(source, "message")).data;
		},
		lab.script(eventStream(send(events("works")))),
	);
	expect(data).toBe("works");
});

test.describe("headwater/slim", () => {
	const SLIM = "/files/dist/slim.js";
	const MODULE = "/files/dist/headwater.wasm";

	// behavior 15.4
	test("finds the module beside it and compiles it while it arrives, with one request for all sources", async ({
		lab,
	}) => {
		const outcome = await lab.page.evaluate(
			async ({ slim, url }) => {
				let streamed = 0;
				const { instantiateStreaming } = WebAssembly;
				WebAssembly.instantiateStreaming = (...given) => {
					streamed++;
					return instantiateStreaming(...given);
				};
				const { EventSource, events, init } = await import(slim);
				const source = new EventSource(url, { json: { prompt: "x" } });
				const data: string[] = [];
				source.onmessage = (event: MessageEvent) => data.push(event.data);
				const { reason } = await source.closed;
				for await (const message of events(url, { method: "POST" })) {
					data.push(message.data);
				}
				await init();
				const loaded = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".wasm"));
				return { data, reason, streamed, requests: loaded.length };
			},
			{ slim: SLIM, url: lab.script(eventStream(send(events("a", "b")))) },
		);
		expect(outcome).toEqual({ data: ["a", "b", "a", "b"], reason: "end", streamed: 1, requests: 1 });
	});

	const places = {
		"a path": "module",
		"a URL": "new URL(module, location.href)",
		"a Request": "new Request(module)",
		"a promise of a Response": "fetch(module)",
		"a Response without a type": "new Response(await (await fetch(module)).arrayBuffer())",
		"a Response whose type has a parameter":
			"new Response((await fetch(module)).body, { headers: { 'content-type': 'application/wasm; charset=utf-8' } })",
		bytes: "new Uint8Array(await (await fetch(module)).arrayBuffer())",
		"a buffer": "(await fetch(module)).arrayBuffer()",
		"a compiled module": "WebAssembly.compileStreaming(fetch(module))",
	};
	for (const [name, place] of Object.entries(places)) {
		// behavior 15.4
		test(`accepts ${name} as the module`, async ({ lab }) => {
			const data = await lab.page.evaluate(
				async ({ slim, module, place, url }) => {
					const { EventSource, init } = await import(slim);
					const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
					await init({ module_or_path: AsyncFunction("module", `return ${place}`)(module) });
					const source = new EventSource(url);
					const event = await new Promise<MessageEvent>((resolve) => source.addEventListener("message", resolve));
					source.close();
					return event.data;
				},
				{ slim: SLIM, module: MODULE, place, url: lab.script(eventStream(send(events("works")))) },
			);
			expect(data).toBe("works");
		});
	}

	test("init() sets the location of the module even after a source has looked for it elsewhere", async ({ lab }) => {
		const outcome = await lab.page.evaluate(
			async ({ slim, module, url }) => {
				// The location of this script gives no URL for the module.
				const script = new Blob([await (await fetch(slim)).text()], { type: "text/javascript" });
				const { EventSource, init } = await import(URL.createObjectURL(script));
				const early = new EventSource(url);
				await new Promise((resolve) => setTimeout(resolve));
				await init({ module_or_path: new URL(module, location.href) });
				const { reason, error } = await early.closed;
				const later = new EventSource(url);
				const event = await new Promise<MessageEvent>((resolve) => later.addEventListener("message", resolve));
				later.close();
				return { reason, message: error.message, data: event.data };
			},
			{ slim: SLIM, module: MODULE, url: lab.script(eventStream(send(events("works")))) },
		);
		const message = expect.stringMatching(
			/^headwater.wasm could not be loaded from the script's URL \(TypeError: .*pass its location/,
		);
		expect(outcome).toEqual({ reason: "internal", message, data: "works" });
	});

	test("init() reports an HTML page in place of the module, and an argument that is not an object", async ({ lab }) => {
		const told = await lab.page.evaluate(async (slim) => {
			const { init } = await import(slim);
			const message = ({ message }: Error) => message;
			return [await init({ module_or_path: "/blank" }).catch(message), await init("/blank").catch(message)];
		}, SLIM);
		const page = "headwater.wasm could not be loaded from ORIGIN/blank (status 200, text/html";
		expect(told).toEqual([
			expect.stringContaining(page.replace("ORIGIN", lab.origin)),
			"init takes an object: { module_or_path }",
		]);
	});

	// behavior 15.3
	test("the error names the location of a missing module, and another location can be set afterwards", async ({
		lab,
	}) => {
		const outcome = await lab.page.evaluate(
			async ({ slim, module, url }) => {
				const { EventSource, init } = await import(slim);
				const refused = await init({ module_or_path: "/404" }).catch(({ message }: Error) => message);
				const source = new EventSource(url);
				const error = await new Promise<{ reason: string; message: string }>((resolve) => {
					source.onerror = resolve;
				});
				await init({ module_or_path: module });
				const later = new EventSource(url);
				const event = await new Promise<MessageEvent>((resolve) => later.addEventListener("message", resolve));
				later.close();
				return { refused, reason: error.reason, message: error.message, data: event.data };
			},
			{ slim: SLIM, module: MODULE, url: lab.script(eventStream(send(events("works")))) },
		);
		const refused = `headwater.wasm could not be loaded from ${lab.origin}/404 (status 404, application/json): pass its location to init({ module_or_path })`;
		const message = `the WebAssembly module cannot be used: Error: ${refused}`;
		expect(outcome).toEqual({ refused, reason: "internal", message, data: "works" });
	});
});
