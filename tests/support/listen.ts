// Owns that a server of a test's own listens, on a free port of this machine alone, until it is stopped with whoever is still there.

import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Something that is served until it is stopped. */
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
