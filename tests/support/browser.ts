// Helpers for all browser tests: the servers, and a page on which an unhandled rejection or an
// uncaught error fails the test.

import { join } from "node:path";
import { type Browser, type BrowserContext, test as base, expect } from "@playwright/test";
import { serverPath } from "../../scripts/build-server.mjs";
import { serve } from "../../scripts/lib/process.mjs";
import { root } from "../../scripts/lib/tools.mjs";
import { startWebKit } from "./webkit.ts";

/** A server that was started for the tests, and its process. */
export interface Server {
	readonly origin: string;
	readonly pid: number;
	stop(): Promise<void>;
}

/**
 * Starts the scenario server on a free port. It serves the contents of that folder, such as
 * `dist/`, under `/files/`.
 */
export async function startScenarioServer(folder = root): Promise<Server> {
	const program = serverPath("headwater-scenario");
	const { found, stop, pid } = await serve(program, ["--root", folder, "--until-stdin-closes"], /on (http:\S+)\n/);
	return { origin: found, stop, pid: pid as number };
}

/** Overrides the environment variables of the chat server, because they may be set in the shell. */
const FRESH_ENVIRONMENT = {
	PORT: "0",
	MAX_STREAMS: "",
	ALLOWED_HOSTS: "",
	OPENAI_BASE_URL: "",
	OPENAI_API_KEY: "",
	MODEL: "",
	UPSTREAM_CONNECT_TIMEOUT: "",
	UPSTREAM_RESPONSE_TIMEOUT: "",
	UPSTREAM_SILENCE_TIMEOUT: "",
	HEADER_TIMEOUT: "",
	BODY_TIMEOUT: "",
	SHUTDOWN_TIMEOUT: "",
	MAX_CONNECTIONS: "",
};

/**
 * Starts the chat server. By default, it uses a free port and the program that was built for the
 * tests.
 */
export async function startChatServer(
	environment: Record<string, string> = {},
	program = serverPath("headwater-chat"),
): Promise<Server> {
	const env = { ...FRESH_ENVIRONMENT, ...environment };
	const { found, stop, pid } = await serve(program, ["--root", join(root, "www", "dist")], /on (http:\S+)/, { env });
	return { origin: found, stop, pid: pid as number };
}

interface Fixtures {
	/**
	 * The errors on the page so far. A test that provokes errors checks them and then empties the
	 * list.
	 */
	uncaught: string[];
}

/** The options that a project of playwright.config.ts sets. */
export interface WorkerOptions {
	/**
	 * The folder whose `dist/` is the package under test: the checkout, or the folder of a package
	 * that was built in another way.
	 */
	packageFolder: string;
}

interface WorkerFixtures {
	scenario: Server;
	chat: Server;
}

export const test = base.extend<Fixtures, WorkerFixtures & WorkerOptions>({
	packageFolder: [root, { scope: "worker", option: true }],
	browser: [
		async ({ playwright, browserName }, use) => {
			const browser = browserName === "webkit" ? await startWebKit() : await playwright[browserName].launch();
			await use(browser as Browser);
			await browser.close();
		},
		// There is no timeout, as in Playwright's own fixture, because starting a browser has its
		// own time limits.
		{ scope: "worker", timeout: 0 },
	],
	scenario: [
		async ({ packageFolder }, use) => {
			const server = await startScenarioServer(packageFolder);
			await use(server);
			await server.stop();
		},
		{ scope: "worker" },
	],
	chat: [
		async ({}, use) => {
			const server = await startChatServer();
			await use(server);
			await server.stop();
		},
		{ scope: "worker" },
	],
	uncaught: [
		async ({ page }, use) => {
			const uncaught: string[] = [];
			await guard(page.context(), uncaught);
			await use(uncaught);
			expect(uncaught, "the page has no uncaught error").toEqual([]);
		},
		{ auto: true },
	],
});

export { expect };

/**
 * Collects uncaught errors and unhandled rejections of all pages, because some drivers do not
 * report them.
 */
export async function guard(
	context: Pick<BrowserContext, "addInitScript" | "exposeFunction">,
	uncaught: string[],
): Promise<void> {
	await context.exposeFunction("reportUncaught", (message: string) => uncaught.push(message));
	await context.addInitScript(() => {
		const report = (globalThis as unknown as { reportUncaught(message: string): void }).reportUncaught;
		addEventListener("unhandledrejection", (event) => report(`unhandled rejection: ${event.reason}`));
		addEventListener("error", (event) => report(`uncaught error: ${event.message}`));
	});
}
