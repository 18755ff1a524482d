// Starts a test's own server on a free loopback port. `stop` also disconnects its clients.

import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A running server. */
export interface Served {
	origin: string;
	stop(): Promise<void>;
}

export async function listen(server: Server): Promise<Served> {
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		stop: () =>
			new Promise((stopped) => {
				server.close(() => stopped());
				server.closeAllConnections();
			}),
	};
}
