// Rules for a page with an iframe: each realm that loads the package has its own class, whose
// objects belong to that realm wherever the class is called from. Realms share nothing. Most tests
// also run with the browser's own class.

import { eventStream, events, expect, send, test } from "./support.ts";

/** The result of `frame()` in the page. */
interface Frame {
	element: HTMLIFrameElement;
	realm: Window & typeof globalThis;
	/**
	 * The class of the frame: the package's if the given class is the package's, or else the
	 * browser's.
	 */
	FrameEventSource: typeof EventSource;
}

interface InPage {
	frame(like: unknown, attributes?: Partial<HTMLIFrameElement>): Promise<Frame>;
}

test.beforeEach(async ({ lab }) => {
	await lab.page.evaluate(() => {
		Object.assign(globalThis, {
			async frame(like: unknown, attributes: Partial<HTMLIFrameElement> = { src: "/blank" }): Promise<Frame> {
				const element = Object.assign(document.createElement("iframe"), attributes);
				const loaded = new Promise((resolve) => {
					element.onload = resolve;
				});
				document.body.append(element);
				await loaded;
				const realm = element.contentWindow as Frame["realm"];
				const load = realm.eval(`() => import("${location.origin}/files/dist/index.js")`) as () => Promise<
					Frame["realm"]
				>;
				const { EventSource: FrameEventSource } = like === globalThis.EventSource ? realm : await load();
				return { element, realm, FrameEventSource };
			},
		});
	});
});

test("an iframe has its own class, whose events belong to the iframe's realm wherever the class is called from", async ({
	lab,
}) => {
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const { realm, FrameEventSource } = await (globalThis as unknown as InPage).frame(EventSource);
			const source = new FrameEventSource(url);
			const seen: unknown[] = [
				FrameEventSource !== (EventSource as unknown),
				source instanceof EventTarget,
				source instanceof realm.EventTarget,
				Object.getPrototypeOf(FrameEventSource) === realm.EventTarget,
			];
			for (const type of ["open", "message", "error"]) {
				const event = await once<Event>(source, type);
				const Expected = type === "message" ? realm.MessageEvent : realm.Event;
				seen.push([type, event.constructor === Expected, event instanceof Event, event.target === source]);
			}
			source.close();
			return seen;
		},
		lab.script(eventStream(send(events(1)), "wait=50")),
		[
			true,
			false,
			true,
			true,
			["open", true, false, true],
			["message", true, false, true],
			["error", true, false, true],
		] as unknown[],
	);
});

test("the constructor of an iframe's class throws errors of the iframe's realm", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource }) => {
			const { realm, FrameEventSource } = await (globalThis as unknown as InPage).frame(EventSource);
			const thrown = (make: () => unknown) => {
				try {
					make();
				} catch (error) {
					const Class = (error as Error).constructor;
					const realms = { page: globalThis, frame: realm } as unknown as Record<string, Record<string, unknown>>;
					return ["page", "frame"].map((name) => [name, realms[name]![Class.name] === Class, (error as Error).name]);
				}
				return null;
			};
			const Loose = FrameEventSource as unknown as { (url: string): unknown; new (): unknown };
			const { close } = FrameEventSource.prototype;
			return [
				thrown(() => new FrameEventSource("http://[")),
				thrown(() => new Loose()),
				thrown(() => Loose("/silent")),
				thrown(() => close.call({} as EventSource)),
			];
		},
		undefined,
		["SyntaxError", "TypeError", "TypeError", "TypeError"].map((name) => [
			["page", false, name],
			["frame", true, name],
		]),
	);
});

test("a URL that cannot be converted to a string causes a TypeError, as in Web IDL", async ({ lab }) => {
	await lab.expectBoth(
		({ EventSource }) => {
			const bare = Object.create(null);
			return [Symbol("x"), Object(Symbol("x")), bare].map((given) => {
				try {
					return new EventSource(given as string).url;
				} catch (error) {
					return (error as Error).name;
				}
			});
		},
		undefined,
		["TypeError", "TypeError", "TypeError"],
	);
});

test("a URL is relative to the base URL of the class's document: of an iframe, of srcdoc, of about:blank", async ({
	lab,
}) => {
	await lab.expectBoth(
		async ({ EventSource }) => {
			document.head.innerHTML = `<base href="/page/">`;
			const urls: string[] = [];
			const given = [
				{ src: "/files/dist/" },
				{ srcdoc: "<title>srcdoc</title>" },
				{ srcdoc: "<base href='/within/'>" },
				{ src: "about:blank" },
			];
			for (const attributes of given) {
				const { FrameEventSource } = await (globalThis as unknown as InPage).frame(EventSource, attributes);
				const source = new FrameEventSource("x");
				source.close();
				urls.push(source.url);
			}
			const source = new EventSource("x");
			source.close();
			return [...urls, source.url, document.domain];
		},
		undefined,
		[
			`${lab.origin}/files/dist/x`,
			`${lab.origin}/page/x`,
			`${lab.origin}/within/x`,
			`${lab.origin}/page/x`,
			`${lab.origin}/page/x`,
			new URL(lab.origin).hostname,
		],
	);
});

test("a source streams in about:blank and in srcdoc, with the origin of its server", async ({ lab }) => {
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const seen: unknown[] = [];
			for (const attributes of [{ srcdoc: "<title>srcdoc</title>" }, { src: "about:blank" }]) {
				const { FrameEventSource } = await (globalThis as unknown as InPage).frame(EventSource, attributes);
				const source = new FrameEventSource(url);
				const { data, origin } = await once(source, "message");
				source.close();
				seen.push([data, origin === location.origin]);
			}
			return seen;
		},
		lab.script(eventStream(send(events(1)), "hang")),
		[
			["1", true],
			["1", true],
		] as unknown[],
	);
	await lab.expectNoSockets();
});

test("closing the sources of one realm does not affect the sources of another", async ({ lab }) => {
	const url = lab.script(eventStream(send("id: 1\ndata: a\n\n"), "wait=300", send("id: 2\ndata: b\n\n"), "hang"));
	await lab.expectBoth(
		async ({ EventSource, once }, url) => {
			const { FrameEventSource } = await (globalThis as unknown as InPage).frame(EventSource);
			const Page = EventSource as unknown as typeof globalThis.EventSource;
			const [page, frame] = [new Page(url), new FrameEventSource(url)];
			await Promise.all([once(page, "message"), once(frame, "message")]);
			frame.close();
			const { data } = await once(page, "message");
			const states = [page.readyState, frame.readyState, data];
			page.close();
			return states;
		},
		url,
		[1, 2, "b"],
	);
	await lab.expectNoSockets();
});

// behavior 1.10
test("[non-spec] a stream of another realm can be read, and so can chunks of another realm", async ({ lab }) => {
	const seen = await lab.ours(async ({ EventSource, once }) => {
		const { realm, FrameEventSource } = await (globalThis as unknown as InPage).frame(EventSource);
		const stream = (global: typeof globalThis) =>
			new global.ReadableStream<Uint8Array>({
				start: (controller) => controller.enqueue(new global.TextEncoder().encode("data: x\n\n")),
			});
		const Frame = FrameEventSource as unknown as typeof EventSource;
		const sources = [Frame.fromReadableStream(stream(globalThis)), EventSource.fromReadableStream(stream(realm))];
		const data = await Promise.all(sources.map(async (source) => (await once(source, "message")).data));
		for (const source of sources) {
			source.close();
		}
		return data;
	});
	expect(seen).toEqual(["x", "x"]);
});

// behavior 1.10
test("[non-spec] a signal, headers, a body and a fetch of another realm are accepted", async ({ lab }) => {
	const url = lab.url("/post-echo");
	const seen = await lab.ours(async ({ EventSource, echo }, url) => {
		const { realm } = await (globalThis as unknown as InPage).frame(EventSource);
		const controller = new realm.AbortController();
		const body = new realm.Blob(["of the frame"]);
		const source = new EventSource(url, {
			...{ method: "POST", headers: new realm.Headers({ "x-a": "b" }), body, signal: controller.signal },
			fetch: realm.fetch,
		});
		const request = await echo(source);
		const other = new EventSource(url, { method: "POST", signal: controller.signal });
		controller.abort();
		const { reason, error } = await other.closed;
		return [request.headers["x-a"], request.body, reason, error instanceof realm.DOMException];
	}, url);
	expect(seen).toEqual(["b", "of the frame", "signal", true]);
	await lab.expectNoSockets();
});
