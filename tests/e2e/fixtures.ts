// The fixtures of these tests: servers and recording proxies for one test, which are closed after
// it.

import { test as base, type Server, startChatServer } from "../support/browser.ts";
import { startUpstream, type Upstream } from "./upstream.ts";
import { openWire, type Wire } from "./wire.ts";

export { expect } from "../support/browser.ts";

interface Fixtures {
	/** Starts chat servers for this test alone, which it may kill. */
	startServer(environment?: Record<string, string>): Promise<Server>;
	/** A recorded connection to the shared chat server. */
	wire: Wire;
	/** A model's server that the test controls. */
	upstream: Upstream;
}

export const test = base.extend<Fixtures>({
	startServer: async ({}, use) => {
		const started: Server[] = [];
		await use(async (environment) => {
			const server = await startChatServer(environment);
			started.push(server);
			return server;
		});
		await Promise.all(started.map((server) => server.stop()));
	},
	wire: async ({ chat }, use) => {
		const wire = await openWire(chat.origin);
		await use(wire);
		await wire.close();
	},
	upstream: async ({}, use) => {
		const upstream = await startUpstream();
		await use(upstream);
		await upstream.close();
	},
});

/** Ends a server like a crash, without notifying its clients. */
export function kill(server: Server): void {
	process.kill(server.pid, "SIGKILL");
}
