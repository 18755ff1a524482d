// `npm start`: installs missing tools, builds changed parts and serves the chat page.

import { createServer } from "node:net";
import { buildPackage } from "./build.mjs";
import { buildPage, pageFolder } from "./build-page.mjs";
import { buildChatServer } from "./build-server.mjs";
import { Problem, run, say, script } from "./lib/process.mjs";
import { setupBuild } from "./setup.mjs";

const DEFAULT_PORT = 8080;

script(async () => {
	await checkPort();
	const server = await buildServerWhileInstalling();
	await buildPackage();
	await buildPage();
	say("starting the server; stop it with Ctrl+C");
	// A terminal sends a signal to the server too, but other programs send it only to this process.
	const { code } = await run(server, ["--root", pageFolder], { signals: ["SIGINT", "SIGTERM"] });
	process.exit(code ?? 0);
});

async function buildServerWhileInstalling() {
	let server;
	await setupBuild(async () => {
		server = await buildChatServer();
	});
	return server;
}

/**
 * Throws if the server's port is not available. It is called before the build, because the build
 * takes minutes.
 */
async function checkPort() {
	const port = Number(process.env.PORT || DEFAULT_PORT);
	if (!Number.isInteger(port) || port < 0 || port > 65_535) {
		throw new Problem(`PORT must be a number from 0 to 65535, not "${process.env.PORT}".`);
	}
	await new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once("error", () =>
			reject(new Problem(`Port ${port} is in use. Choose another one: PORT=${port + 1} npm start`)),
		);
		probe.listen(port, "127.0.0.1", () => probe.close(resolve));
	});
}
