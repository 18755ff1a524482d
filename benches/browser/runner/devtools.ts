// Controls Chromium through its debugging pipe, with the few commands that the benchmark needs.
//
// Playwright is not used, because it enables the DevTools Network domain. Chromium then reports
// each message of its own EventSource to Playwright, and the report takes up to seven times as long
// as the message itself: see docs/decisions/0047-measure-without-the-domain-network.md.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { expect, type LaunchOptions } from "@playwright/test";

type Fields = Record<string, unknown>;

/** A response has an `id`, and an event has a `method`. */
interface Received {
	id?: number;
	method?: string;
	params?: Fields;
	result?: Fields;
	error?: { message: string };
	sessionId?: string;
}

type Listener = (params: Fields) => void;

/** A running Chromium. It ends when this process ends, because its pipe is then closed. */
export class DevTools {
	readonly #folder = mkdtempSync(join(tmpdir(), "headwater-chromium-"));
	readonly #child: ChildProcess;
	readonly #waiting = new Map<number, (received: Received) => void>();
	readonly #listeners = new Map<string, Listener>();
	#unread = "";
	#id = 0;

	constructor({ executablePath, args = [] }: LaunchOptions) {
		const own = [
			"--headless",
			"--no-startup-window",
			"--remote-debugging-pipe",
			`--user-data-dir=${this.#folder}`,
			...args,
		];
		this.#child = spawn(executablePath as string, own, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
		(this.#child.stdio[4] as Readable).setEncoding("utf8").on("data", (text: string) => this.#read(text));
		this.#child.once("exit", () => {
			for (const respond of this.#waiting.values()) respond({ error: { message: "Chromium has ended" } });
		});
	}

	/** Sends a command to the browser, or to the page with this session. */
	async send(method: string, params: Fields = {}, sessionId?: string): Promise<Fields> {
		const id = ++this.#id;
		const response = new Promise<Received>((resolve) => this.#waiting.set(id, resolve));
		(this.#child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
		const { error, result } = await response;
		this.#waiting.delete(id);
		if (error) throw new Error(`${method}: ${error.message}`);
		return result ?? {};
	}

	/** Calls the listener with each event of this name, of the page with this session. */
	on(method: string, listener: Listener, sessionId = ""): void {
		this.#listeners.set(`${method} ${sessionId}`, listener);
	}

	/** Opens a tab in front of the others. */
	async open(url: string): Promise<Tab> {
		const { targetId } = await this.send("Target.createTarget", { url });
		const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
		return new Tab(this, targetId as string, sessionId as string);
	}

	async close(): Promise<void> {
		const ended = once(this.#child, "exit");
		// The browser may end before it responds.
		this.send("Browser.close").catch(() => {});
		await ended;
		// A process of the browser may still be writing.
		await expect(() => rmSync(this.#folder, { recursive: true, force: true })).toPass({ timeout: 10_000 });
	}

	#read(text: string): void {
		const messages = (this.#unread + text).split("\0");
		this.#unread = messages.pop() as string;
		for (const message of messages) {
			const received: Received = JSON.parse(message);
			const { id, method, params = {}, sessionId = "" } = received;
			if (id !== undefined) this.#waiting.get(id)?.(received);
			else this.#listeners.get(`${method} ${sessionId}`)?.(params);
		}
	}
}

/** A tab of the browser. */
export class Tab {
	readonly #devTools: DevTools;
	readonly #target: string;
	readonly #session: string;

	constructor(devTools: DevTools, target: string, session: string) {
		this.#devTools = devTools;
		this.#target = target;
		this.#session = session;
	}

	send(method: string, params?: Fields): Promise<Fields> {
		return this.#devTools.send(method, params, this.#session);
	}

	/** Opens another page. It may still be loading when this returns. */
	async go(url: string): Promise<void> {
		await this.send("Page.navigate", { url });
	}

	/** Evaluates JavaScript, and waits for a promise. */
	async evaluate<T>(expression: string): Promise<T> {
		const parameters = { expression, awaitPromise: true, returnByValue: true };
		const { result, exceptionDetails } = await this.send("Runtime.evaluate", parameters);
		if (exceptionDetails) {
			const { exception, text } = exceptionDetails as { exception?: { description?: string }; text: string };
			throw new Error(exception?.description ?? text);
		}
		return (result as { value: T }).value;
	}

	/** Waits until an expression is true, and returns its value. */
	waitFor<T>(expression: string): Promise<T> {
		return this.evaluate(`new Promise((resolve) => {
			const look = () => {
				const value = ${expression};
				if (value) resolve(value);
				else setTimeout(look, 10);
			};
			look();
		})`);
	}

	/** Adds functions with one argument to the page that is open. */
	async expose(functions: Record<string, (argument: never) => unknown>): Promise<void> {
		this.#devTools.on(
			"Runtime.bindingCalled",
			({ payload }) => void this.#call(functions, `${payload}`),
			this.#session,
		);
		await this.send("Runtime.addBinding", { name: "callRunner" });
		await this.evaluate(`{
			const waiting = [];
			globalThis.runnerReturned = (call, result) => waiting[call](result);
			for (const name of ${JSON.stringify(Object.keys(functions))}) {
				globalThis[name] = (argument) =>
					new Promise((resolve) => callRunner(JSON.stringify({ call: waiting.push(resolve) - 1, name, argument })));
			}
		}`);
	}

	async #call(functions: Record<string, (argument: never) => unknown>, payload: string): Promise<void> {
		const { call, name, argument } = JSON.parse(payload);
		const result = Promise.resolve(functions[name]?.(argument as never));
		// A failure rejects the promise in the page.
		const expression = await result.then(
			(value) => JSON.stringify(value) ?? "undefined",
			(error) => `Promise.reject(new Error(${JSON.stringify(`${error}`)}))`,
		);
		await this.evaluate(`void runnerReturned(${call}, ${expression})`);
	}

	async close(): Promise<void> {
		await this.#devTools.send("Target.closeTarget", { targetId: this.#target });
	}
}
