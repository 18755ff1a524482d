// Owns what the facade's tests share: a page with the built package beside the browser's own class,
// the tools that run inside that page, and the scripts and the log of the scenario server.

import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import type * as headwater from "headwater";
import { test as base, expect, guard } from "../support/browser.ts";
import { freePort } from "../support/free-port.ts";
import { DIFFERENCES, type Differs, type Engine } from "./differences.ts";

export { expect };

/** Whose class: the package's or the browser's. */
export type Which = "ours" | "native";

/** What a source has fired, in a form that can leave the page. */
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

/** What a function that runs in the page is given. */
export interface Tools {
	EventSource: typeof headwater.EventSource;
	/** The package's, whatever the class. */
	events: typeof headwater.events;
	fetchEventSource: typeof headwater.fetchEventSource;
	/** What one call of `run` leaves for the next, with the same class. */
	kept: Record<string, unknown> & { source: headwater.EventSource; fired: Fired[] };
	/** The next event of that type. */
	once<E extends Event = MessageEvent<string>>(target: EventTarget, type: string): Promise<E>;
	/** A list that grows with each `open`, `message` and `error`, and with each event of the other names. */
	record(source: EventTarget, ...names: string[]): Fired[];
	/**
	 * The life of a source in words, once it is CLOSED: the data of each message, the name of each other event, the reason
	 * of each error behind the readyState that it leaves, and at last the reason of `closed`.
	 */
	story(source: headwater.EventSource, ...names: string[]): Promise<string[]>;
	/** The same of what has been recorded so far. */
	tell(fired: Fired[]): string[];
	/** A controller, and a list that grows with each call of who still listens to its signal. */
	listeners(): { controller: AbortController; called: string[] };
	/** What the server saw of a request to `/post-echo`, once the source is CLOSED. */
	echo(source: headwater.EventSource): Promise<LoggedRequest>;
	/** The next error after which the source is CLOSED. */
	failure(source: headwater.EventSource): Promise<headwater.FailureEvent>;
	/** Two timer tasks later: whatever was on its way inside the page has come. */
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

/** A page on the scenario server's origin, and that server as one test sees it. */
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

	/** The same page with a log of its own at the server, for one of several sources. */
	apart(name: string): Lab {
		return new Lab(this.page, this.origin, this.browserName, this.#key, `-${name}`);
	}

	/** Loads a page, by default an empty one, and the package into it. */
	async open(path = "/blank"): Promise<void> {
		await this.page.goto(this.origin + path);
		await this.page.evaluate(installTools);
	}

	/**
	 * Runs a function in the page, with `EventSource` the class that is asked for. It can close over nothing. The two
	 * classes have a key of their own in the server's log.
	 */
	run<A, R>(which: Which, inPage: InPage<A, R>, argument?: A): Promise<R> {
		const tools = `Object.assign(globalThis.${which}, globalThis.tools)`;
		const json = JSON.stringify(argument)?.replaceAll(this.#key, `${this.#key}-${which}`) ?? "undefined";
		return this.page.evaluate(`(${inPage})(${tools}, ${json})`) as Promise<R>;
	}

	/**
	 * Whether a connection that is closed in the middle of a body is an error. WebKitGTK's network library takes it for the
	 * end of the body; a reset is an error everywhere.
	 */
	get seesCuts(): boolean {
		return this.browserName !== "webkit";
	}

	/**
	 * The bytes, in hexadecimal, that the server sees of a last event ID. `fetch` takes a header as bytes, each of them as
	 * a character; WebKitGTK sends these characters as UTF-8, which makes two bytes of one above 0x7F.
	 */
	idBytes(id: string, which: Which = "ours"): string {
		const encodedTwice = which === "ours" && this.browserName === "webkit";
		return Buffer.from(encodedTwice ? Buffer.from(id).toString("latin1") : id).toString("hex");
	}

	ours<A, R>(inPage: InPage<A, R>, argument?: A): Promise<R> {
		return this.run("ours", inPage, argument);
	}

	/**
	 * Asks the same of both classes, side by side, and expects the same answer: what the standard says. Who departs from
	 * that is in the table of differences, and gives exactly the answer named for it.
	 */
	async expectBoth<A, R>(inPage: InPage<A, R>, argument: A, expected: NoInfer<R>, differs?: Differs): Promise<void> {
		const engine = this.browserName as Engine;
		const departing = (differs?.names ?? []).flatMap((name): readonly string[] => DIFFERENCES[name].of);
		const answering = Object.keys({ ...(differs && "ours" in differs && { ours: true }), ...differs?.native });
		expect(new Set(answering), "the table's word on who departs").toEqual(new Set(departing));
		const [native, ours] = await Promise.all([
			this.run("native", inPage, argument),
			this.run("ours", inPage, argument),
		]);
		const differently = <V>(value: V | undefined) => (value === undefined ? expected : value);
		expect.soft<unknown>(native, "the browser's own class").toEqual(differently(differs?.native?.[engine]));
		expect<unknown>(ours, "ours").toEqual(differently(differs?.ours));
	}

	/** The URL of a route; its requests are logged. */
	url(path: string): string {
		return `${this.origin}${path}${path.includes("?") ? "&" : "?"}key=${this.#key}${this.#name}`;
	}

	/** The URL of an answer that is dictated here; a later request gets a later one. */
	script(first: string, ...later: string[]): string {
		const rest = later.map((steps, index) => `&do${index + 2}=${steps}`);
		return this.url(`/script?do=${first}${rest.join("")}`);
	}

	/**
	 * The path of a stream that does not end while a test runs, of as many events as the network takes. WebKitGTK takes in
	 * all of it, however slowly the page reads, which then gets no turn, not even with the browser's own class: there it is
	 * of as many events as can be read.
	 */
	get flood(): string {
		return this.browserName === "webkit" ? "/numbered?count=60000&pause=1" : "/flood?count=5000000&size=100";
	}

	async log(which: Which = "ours"): Promise<Log> {
		return (await (await fetch(`${this.origin}/log?key=${this.#key}-${which}${this.#name}`)).json()) as Log;
	}

	/** The logged requests, without preflights. */
	async requests(which: Which = "ours"): Promise<LoggedRequest[]> {
		return (await this.log(which)).requests.filter(({ method }) => method !== "OPTIONS");
	}

	/** Waits until the server sees none of these sockets open. */
	async expectNoSockets(which: Which = "ours"): Promise<void> {
		const open = async () => (await this.log(which)).open;
		await expect.poll(open, { message: "sockets open at the server", timeout: 15_000 }).toBe(0);
	}
}

/** Steps of the scenario server's scripts. */
export const send = (text: string) => `send=${encodeURIComponent(text)}`;
export const eventStream = (...steps: string[]) => ["type=text/event-stream", "chunked", ...steps].join("|");

/**
 * Between the events and a connection that breaks: Chromium drops what has arrived and is not yet handed to the page
 * when it does, for its own class too.
 */
export const HANDED_OVER = "wait=500";

/** As many events as there are arguments, in one text, without ids. */
export const events = (...data: (string | number)[]) => data.map((datum) => `data: ${datum}\n\n`).join("");

/** The same server by another name, which makes it another origin, and another site. */
export const elsewhere = (url: string) => url.replace("127.0.0.1", "localhost");

/** The probe for an answer that is kept from the page has none of the caller's headers. */
export const kinds = (requests: LoggedRequest[]) =>
	requests.map(({ method, headers }) => (headers.accept === "*/*" && method === "GET" ? "probe" : method));

/** An origin where nobody listens. */
export const unusedOrigin = async () => `http://127.0.0.1:${await freePort()}/`;

interface Shared {
	page: Page;
	uncaught: string[];
}

/** One page serves all tests of a worker, each of which loads it anew: a page of its own would double their time. */
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
		// What was reported before comes before the answer.
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

/** Runs in the page, so that it can use nothing of this file. */
async function installTools(): Promise<void> {
	const Native = globalThis.EventSource;
	const entry = "/files/dist/index.js";
	const { EventSource: Ours, events, fetchEventSource } = await import(entry);

	const tools: Omit<Tools, "EventSource" | "kept"> = {
		events,
		fetchEventSource,
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
