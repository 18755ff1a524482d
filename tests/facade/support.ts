// Helpers for the tests of the facade: a page with the built package and the browser's own class,
// the tools that run in that page, and the scripts and the log of the scenario server.

import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import type * as headwater from "headwater";
import { test as base, expect, guard } from "../support/browser.ts";
import { freePort } from "../support/free-port.ts";
import { DIFFERENCES, type Differs, type Engine } from "./differences.ts";

export { expect };

/** Says where a class comes from: the package or the browser. */
export type Which = "ours" | "native";

/** An event that a source has fired, in a form that can leave the page. */
export interface Fired {
	type: string;
	readyState: number;
	data?: string;
	lastEventId?: string;
	reason?: string;
	status?: number;
	body?: string;
	message?: string;
	attempt?: number;
	delay?: number;
	willReconnect?: boolean;
}

/** The first argument of a function that runs in the page. */
export interface Tools {
	EventSource: typeof headwater.EventSource;
	/** The package's function, even if `EventSource` is the browser's own class. */
	events: typeof headwater.events;
	fetchEventSource: typeof headwater.fetchEventSource;
	init: typeof headwater.init;
	/** Shared by all calls of `run` with the same class. */
	kept: Record<string, unknown> & { source: headwater.EventSource; fired: Fired[] };
	/** Resolves to the next event of that type. */
	once<E extends Event = MessageEvent<string>>(target: EventTarget, type: string): Promise<E>;
	/**
	 * Returns a list that grows with each `open`, `message` and `error`, and each event of the other
	 * names.
	 */
	record(source: EventTarget, ...names: string[]): Fired[];
	/**
	 * When the source is CLOSED, resolves to a list with one word for each of its events. The word
	 * of a message is its data. The word of an `error` has the new readyState and the reason. For
	 * any other event, it is the name. The last word is the reason of `closed`.
	 */
	story(source: headwater.EventSource, ...names: string[]): Promise<string[]>;
	/** Returns the same words for the events recorded so far. */
	tell(fired: Fired[]): string[];
	/** Returns a controller, and a list that grows with each call of a listener of its signal. */
	listeners(): { controller: AbortController; called: string[] };
	/** Resolves to the request as `/post-echo` received it, once the source is CLOSED. */
	echo(source: headwater.EventSource): Promise<LoggedRequest>;
	/** Resolves to the next error after which the source is CLOSED. */
	failure(source: headwater.EventSource): Promise<headwater.FailureEvent>;
	/** Waits for two timer tasks, so that everything pending inside the page has happened. */
	tasks(): Promise<void>;
}

export interface LoggedRequest {
	method: string;
	target: string;
	headers: Record<string, string>;
	lastEventIdHex: string | null;
	body: string;
	at_ms: number;
}

export interface Log {
	requests: LoggedRequest[];
	open: number;
	opened: number;
	closed: number[];
}

type InPage<A, R> = (tools: Tools, argument: A) => R | Promise<R>;

/** A page on the scenario server's origin, and the part of that server that belongs to one test. */
export class Lab {
	readonly #key: string;
	readonly #name: string;

	constructor(
		readonly page: Page,
		readonly origin: string,
		readonly browserName: string,
		key: string = randomUUID(),
		name = "",
	) {
		this.#key = key;
		this.#name = name;
	}

	/** Returns the same page with a separate log at the server, for one of several sources. */
	apart(name: string): Lab {
		return new Lab(this.page, this.origin, this.browserName, this.#key, `-${name}`);
	}

	/** Loads a page, by default an empty one, and loads the package in it. */
	async open(path = "/blank"): Promise<void> {
		await this.page.goto(this.origin + path);
		await this.page.evaluate(installTools);
	}

	/**
	 * Runs a function in the page, with `EventSource` as the given class. The function cannot use
	 * variables from around it. Each class has its own key in the server's log.
	 */
	run<A, R>(which: Which, inPage: InPage<A, R>, argument?: A): Promise<R> {
		const tools = `Object.assign(globalThis.${which}, globalThis.tools)`;
		const json = JSON.stringify(argument)?.replaceAll(this.#key, `${this.#key}-${which}`) ?? "undefined";
		return this.page.evaluate(`(${inPage})(${tools}, ${json})`) as Promise<R>;
	}

	/**
	 * Whether it is an error if a connection closes in the middle of a body. For WebKitGTK's
	 * network library, that is the end of the body. A reset is an error in every browser.
	 */
	get seesCuts(): boolean {
		return this.browserName !== "webkit";
	}

	/**
	 * Returns the bytes, in hexadecimal, of a last event ID as the server receives it. `fetch`
	 * expects a header value with one character per byte. WebKitGTK encodes these characters as
	 * UTF-8, so a byte above 0x7F becomes two bytes.
	 */
	idBytes(id: string, which: Which = "ours"): string {
		const encodedTwice = which === "ours" && this.browserName === "webkit";
		return Buffer.from(encodedTwice ? Buffer.from(id).toString("latin1") : id).toString("hex");
	}

	ours<A, R>(inPage: InPage<A, R>, argument?: A): Promise<R> {
		return this.run("ours", inPage, argument);
	}

	/**
	 * Runs the same function with both classes, concurrently, and expects the result that the
	 * standard requires from each. If the package or a browser departs from the standard, that is
	 * in the table of differences, and the result must be exactly the one in `differs`.
	 */
	async expectBoth<A, R>(inPage: InPage<A, R>, argument: A, expected: NoInfer<R>, differs?: Differs): Promise<void> {
		const engine = this.browserName as Engine;
		const departing = (differs?.names ?? []).flatMap((name): readonly string[] => DIFFERENCES[name].of);
		const answering = Object.keys({ ...(differs && "ours" in differs && { ours: true }), ...differs?.native });
		expect(new Set(answering), "the sides that depart from the standard in the table").toEqual(new Set(departing));
		const [native, ours] = await Promise.all([
			this.run("native", inPage, argument),
			this.run("ours", inPage, argument),
		]);
		const differently = <V>(value: V | undefined) => (value === undefined ? expected : value);
		expect.soft<unknown>(native, "the browser's own class").toEqual(differently(differs?.native?.[engine]));
		expect<unknown>(ours, "ours").toEqual(differently(differs?.ours));
	}

	/** Returns the URL of a route. Its requests are logged. */
	url(path: string): string {
		return `${this.origin}${path}${path.includes("?") ? "&" : "?"}key=${this.#key}${this.#name}`;
	}

	/**
	 * Returns the URL of a scripted response. Each later request receives the next script, and the
	 * last one is repeated.
	 */
	script(first: string, ...later: string[]): string {
		const rest = later.map((steps, index) => `&do${index + 2}=${steps}`);
		return this.url(`/script?do=${first}${rest.join("")}`);
	}

	/**
	 * The path of a stream that does not end during a test, whose events arrive as fast as the
	 * network transfers them. WebKitGTK buffers the whole stream, even for a slow reader, and then
	 * other tasks of the page do not run, not even with the browser's own class. So in WebKit the
	 * number of events is limited to what the page can read.
	 */
	get flood(): string {
		return this.browserName === "webkit" ? "/numbered?count=60000&pause=1" : "/flood?count=5000000&size=100";
	}

	async log(which: Which = "ours"): Promise<Log> {
		return (await (await fetch(`${this.origin}/log?key=${this.#key}-${which}${this.#name}`)).json()) as Log;
	}

	/** Returns the logged requests, without preflights. */
	async requests(which: Which = "ours"): Promise<LoggedRequest[]> {
		return (await this.log(which)).requests.filter(({ method }) => method !== "OPTIONS");
	}

	/** Waits until none of these sockets is open at the server. */
	async expectNoSockets(which: Which = "ours"): Promise<void> {
		const open = async () => (await this.log(which)).open;
		await expect.poll(open, { message: "sockets open at the server" }).toBe(0);
	}
}

/** Steps of the scenario server's scripts. */
export const send = (text: string) => `send=${encodeURIComponent(text)}`;
export const eventStream = (...steps: string[]) => ["type=text/event-stream", "chunked", ...steps].join("|");

/**
 * A step between the events and the failure of a connection. When a connection fails, Chromium
 * drops data that it has received but not passed to the page yet, even for its own class.
 */
export const HANDED_OVER = "wait=500";

/** Returns one text with an event for each argument, without IDs. */
export const events = (...data: (string | number)[]) => data.map((datum) => `data: ${datum}\n\n`).join("");

/**
 * Returns the URL of the same server under another name, which makes it another origin and another
 * site.
 */
export const elsewhere = (url: string) => url.replace("127.0.0.1", "localhost");

/**
 * Returns the methods of the requests. A probe, which is sent without the caller's headers, appears
 * as `probe`.
 */
export const kinds = (requests: LoggedRequest[]) =>
	requests.map(({ method, headers }) => (headers.accept === "*/*" && method === "GET" ? "probe" : method));

/** Returns an origin without a server. */
export const unusedOrigin = async () => `http://127.0.0.1:${await freePort()}/`;

interface Shared {
	page: Page;
	uncaught: string[];
}

/**
 * All tests of a worker share one page, and each test reloads it. A separate page for each test
 * would double their time.
 */
export const test = base.extend<{ lab: Lab }, { shared: Shared }>({
	shared: [
		async ({ browser }, use) => {
			const shared = { page: await browser.newPage(), uncaught: [] };
			await guard(shared.page, shared.uncaught);
			await use(shared);
		},
		{ scope: "worker" },
	],
	context: ({ shared }, use) => use(shared.page.context()),
	page: ({ shared }, use) => use(shared.page),
	uncaught: async ({ shared: { page, uncaught } }, use) => {
		uncaught.length = 0;
		await use(uncaught);
		// When the result of this call has arrived, all earlier reports have arrived too.
		await page.evaluate("undefined");
		expect(uncaught, "nothing may be uncaught on the page").toEqual([]);
	},
	lab: async ({ page, scenario, browserName }, use) => {
		const lab = new Lab(page, scenario.origin, browserName);
		await lab.open();
		await page.context().clearCookies();
		await use(lab);
	},
});

/** Runs in the page, so it cannot use anything else of this file. */
async function installTools(): Promise<void> {
	const Native = globalThis.EventSource;
	const entry = "/files/dist/index.js";
	const { EventSource: Ours, events, fetchEventSource, init } = await import(entry);

	const tools: Omit<Tools, "EventSource" | "kept"> = {
		events,
		fetchEventSource,
		init,
		once: (target, type) =>
			new Promise((resolve) => {
				target.addEventListener(type, (event) => resolve(event as never), { once: true });
			}),
		record(source, ...names) {
			const fired: Fired[] = [];
			const optional = (event: Event, name: string) => {
				const value = (event as unknown as Record<string, unknown>)[name];
				return value === undefined ? {} : { [name]: value };
			};
			const fields = [
				"data",
				"lastEventId",
				"reason",
				"status",
				"body",
				"message",
				"attempt",
				"delay",
				"willReconnect",
			];
			for (const name of new Set(["open", "message", "error", ...names])) {
				source.addEventListener(name, (event) => {
					const { readyState } = source as globalThis.EventSource;
					fired.push(Object.assign({ type: event.type, readyState }, ...fields.map((field) => optional(event, field))));
				});
			}
			return fired;
		},
		async story(source, ...names) {
			const fired = tools.record(source, ...names);
			const { reason } = await source.closed;
			await tools.tasks();
			return [...tools.tell(fired), reason];
		},
		tell: (fired) =>
			fired.map(({ type, data, readyState, reason }) => data ?? (reason ? `error ${readyState} ${reason}` : type)),
		listeners() {
			const controller = new AbortController();
			const { signal } = controller;
			const called: string[] = [];
			const wrapped = new Map<unknown, EventListener>();
			const { addEventListener, removeEventListener } = EventTarget.prototype;
			signal.addEventListener = (type: string, listener: EventListener, options?: object) => {
				const wrapper = (event: Event) => {
					called.push(type);
					listener.call(signal, event);
				};
				wrapped.set(listener, wrapper);
				addEventListener.call(signal, type, wrapper, options);
			};
			signal.removeEventListener = (type: string, listener: EventListener, options?: object) =>
				removeEventListener.call(signal, type, wrapped.get(listener) ?? listener, options);
			return { controller, called };
		},
		async echo(source) {
			const request = await tools.once(source, "request");
			await source.closed;
			return JSON.parse(request.data);
		},
		failure: (source) =>
			new Promise((resolve) => {
				source.addEventListener("error", (event) => source.readyState === source.CLOSED && resolve(event));
			}),
		async tasks() {
			for (let task = 0; task < 2; task++) {
				await new Promise((resolve) => setTimeout(resolve));
			}
		},
	};
	const ours = { EventSource: Ours, kept: {} };
	const native = { EventSource: Native, kept: {} };
	Object.assign(globalThis, { ours, native, tools });
}
