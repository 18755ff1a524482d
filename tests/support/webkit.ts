// Drives WebKitGTK, which Playwright does not support, through its own WebDriver. Implements the
// members of Playwright's classes that the facade's tests use.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import type { Browser, Cookie, Page } from "@playwright/test";
import { startDisplay } from "../../scripts/lib/display.mjs";
import { Problem } from "../../scripts/lib/process.mjs";
import { tied } from "../../scripts/lib/tied.mjs";
import { find, findWebKitDriver } from "../../scripts/lib/tools.mjs";
import { freePort } from "./free-port.ts";

/** The limit for the start of WebKitWebDriver, which can take some seconds on a busy machine. */
const START_LIMIT_MS = 20_000;

/** Starts a browser with one page, on a display of its own. */
export async function startWebKit(): Promise<Pick<Browser, "newPage" | "close">> {
	const path = findWebKitDriver();
	if (!path || !find("Xvfb")) {
		throw new Problem("WebKitWebDriver and Xvfb were not found: `node scripts/setup.mjs --test` installs them.");
	}
	const started: { stop(): Promise<void> }[] = [];
	const close = async () => {
		for (const { stop } of started.splice(0).reverse()) {
			await stop();
		}
	};
	try {
		const display = await startDisplay();
		started.push(display);
		const driver = await startDriver(path, display.name);
		started.push(driver);
		const session = await startSession(driver.origin);
		started.push(session);
		// The page has only the members that the tests use. Any other member leads to a TypeError.
		return { newPage: async () => new WebKitPage(session.send) as unknown as Page, close };
	} catch (error) {
		await close();
		throw error;
	}
}

async function startDriver(path: string, display: string) {
	const port = await freePort();
	const { program, args } = tied(path, `--port=${port}`);
	const child = spawn(program, args, {
		env: { ...process.env, DISPLAY: display },
		stdio: ["pipe", "ignore", "inherit"],
	});
	const ended = once(child, "exit");
	const stop = async () => {
		child.kill();
		await ended;
	};
	const origin = `http://127.0.0.1:${port}`;
	const limit = Date.now() + START_LIMIT_MS;
	// WebKitWebDriver does not report when it is ready.
	while (!(await fetch(`${origin}/status`).catch(() => undefined))) {
		if (child.exitCode !== null || Date.now() > limit) {
			await stop();
			throw new Problem(`${path} does not respond on port ${port}.`);
		}
		await wait(20);
	}
	return { origin, stop };
}

/** Sends a command of the WebDriver protocol and returns its value. */
async function command(url: string, method: string, body?: object, signal?: AbortSignal): Promise<unknown> {
	const response = await fetch(url, { method, body: JSON.stringify(body), ...(signal && { signal }) });
	const { value } = (await response.json()) as { value: unknown };
	if (!response.ok) {
		const { error, message } = value as { error: string; message: string };
		throw new Error(`WebKitWebDriver: ${error}: ${message}`);
	}
	return value;
}

type Send = (method: "POST" | "DELETE", path: string, body?: object) => Promise<unknown>;

/**
 * Disables the script timeout. Playwright has its own timeout for tests. WebKit's timeout uses the
 * page's `setTimeout`, which tests replace.
 */
const CAPABILITIES = { capabilities: { alwaysMatch: { timeouts: { script: null } } } };

async function startSession(origin: string) {
	const limit = AbortSignal.timeout(START_LIMIT_MS);
	const { sessionId } = (await command(`${origin}/session`, "POST", CAPABILITIES, limit).catch((error) => {
		throw new Problem(`WebKit's MiniBrowser could not be started. ${error.message}`);
	})) as { sessionId: string };
	const session = `${origin}/session/${sessionId}`;
	const send: Send = (method, path, body) => command(session + path, method, body);
	// When the display ends, a browser that hangs ends too.
	const stop = async () => {
		await command(session, "DELETE", undefined, AbortSignal.timeout(5000)).catch(() => {});
	};
	return { send, stop };
}

/** The result of an evaluation in the page. */
interface Answer {
	value?: unknown;
	thrown?: string;
	/**
	 * Calls of exposed functions since the last evaluation, which is the only way to transfer them.
	 */
	calls: [name: string, given: never[]][];
}

/** Represents `undefined`, which JSON lacks. */
const UNDEFINED = "\u0000undefined";

export class WebKitPage {
	readonly #send: Send;
	readonly #exposed = new Map<string, (...given: never[]) => unknown>();
	readonly #initScripts: string[] = [];

	constructor(send: Send) {
		this.#send = send;
	}

	/**
	 * Runs the init scripts after the page has loaded: the pages of the tests have no scripts of
	 * their own.
	 */
	async goto(url: string): Promise<void> {
		// Collects the last calls of exposed functions from the page that is being left.
		await this.evaluate("undefined");
		await this.#send("POST", "/url", { url });
		await this.evaluate(exposeFunctions, [...this.#exposed.keys()]);
		for (const script of this.#initScripts) {
			await this.evaluate(script);
		}
	}

	/**
	 * Goes back to a page from the back/forward cache. A page that is loaded again would have no
	 * init scripts.
	 */
	async goBack(): Promise<void> {
		await this.evaluate("undefined");
		await this.#send("POST", "/back", {});
	}

	async evaluate<A>(script: string | ((argument: A) => unknown), argument?: A): Promise<unknown> {
		const code = typeof script === "string" ? script : `(${script})(${JSON.stringify(argument)})`;
		// This does not use `eval`, because a page's policy may forbid it. So a string must be an
		// expression or a block.
		const body = code.startsWith("{") ? code : `return (${code});`;
		const answer = (await this.#send("POST", "/execute/async", {
			script: `(${answerWith})(async () => { ${body} }, ${JSON.stringify(UNDEFINED)}, arguments[0]);`,
			args: [],
		})) as string;
		const { value, thrown, calls }: Answer = JSON.parse(answer, (_, value) =>
			value === UNDEFINED ? undefined : value,
		);
		for (const [name, given] of calls) {
			this.#exposed.get(name)?.(...given);
		}
		if (thrown !== undefined) {
			throw new Error(thrown);
		}
		return value;
	}

	async minimize(): Promise<void> {
		await this.#send("POST", "/window/minimize", {});
	}

	/** Restores the window at its present size. */
	async restore(): Promise<void> {
		await this.#send("POST", "/window/rect", {});
	}

	async exposeFunction(name: string, callback: (...given: never[]) => unknown): Promise<void> {
		this.#exposed.set(name, callback);
	}

	async addInitScript(script: () => void): Promise<void> {
		this.#initScripts.push(`(${script})()`);
	}

	context() {
		return {
			/** Affects the current origin only. */
			clearCookies: () => this.#send("DELETE", "/cookie"),
			addCookies: async (cookies: Pick<Cookie, "name" | "value">[]) => {
				for (const { name, value } of cookies) {
					await this.#send("POST", "/cookie", { cookie: { name, value } });
				}
			},
		};
	}
}

/** Runs in the page. */
async function answerWith(evaluate: () => Promise<unknown>, undefinedAs: string, done: (answer: string) => void) {
	const answer = (outcome: Omit<Answer, "calls">) => {
		const calls = (globalThis as unknown as { exposedCalls?: Answer["calls"] }).exposedCalls?.splice(0) ?? [];
		done(JSON.stringify({ ...outcome, calls }, (_, value) => (value === undefined ? undefinedAs : value)));
	};
	try {
		answer({ value: await evaluate() });
	} catch (error) {
		answer({ thrown: String(error) });
	}
}

/** Runs in the page. */
function exposeFunctions(names: string[]): void {
	const exposedCalls: unknown[] = [];
	const functions = names.map((name) => [name, (...given: unknown[]) => exposedCalls.push([name, given])]);
	Object.assign(globalThis, { exposedCalls }, Object.fromEntries(functions));
}
