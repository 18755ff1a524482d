// `npm run docs`: builds the site of docs/ with VitePress, and serves it together with the chat
// server's pages.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildPackage, whenChanged } from "./build.mjs";
import { buildPage, pageFolder } from "./build-page.mjs";
import { buildChatServer } from "./build-server.mjs";
import { repositoryFiles } from "./lib/markdown.mjs";
import { Problem, run, say, script, serve } from "./lib/process.mjs";
import { tied } from "./lib/tied.mjs";
import { root } from "./lib/tools.mjs";
import { setupBuild } from "./setup.mjs";

const DEFAULT_PORT = 8090;
const folder = join(root, "docs", ".vitepress");

/** The routes of the chat server. Its pages are below `/live/`. */
const ROUTES = "^/(live|api|chat|message|stream|bench)(/|\\?|$)";

/** The site's folder. */
export const siteFolder = join(folder, "dist");

/** Builds the site if its pages, its configuration or VitePress have changed. */
export async function buildDocs() {
	await installVitePress();
	const inputs = repositoryFiles("*.md", "docs", "scripts/lib/markdown.mjs").filter((file) =>
		existsSync(join(root, file)),
	);
	await whenChanged("docs", inputs, join(siteFolder, "index.html"), async () => {
		say("building the site");
		await run(join(folder, "node_modules", ".bin", "vitepress"), ["build", "docs"], {
			cwd: root,
			capture: true,
			problem: "The site could not be built.",
		});
	});
}

/**
 * Installs VitePress, which has its own package.json and lock file, so that other commands need not
 * install it.
 */
async function installVitePress() {
	const lock = readFileSync(join(folder, "package-lock.json"), "utf8");
	const stamp = join(folder, "node_modules", ".headwater-lock");
	if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) {
		return;
	}
	say("installing VitePress");
	await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
		cwd: folder,
		capture: true,
		problem: "VitePress could not be installed; are you online?",
	});
	writeFileSync(stamp, lock);
}

/**
 * Serves the site and the chat server on one port. Returns the origin and a function that stops
 * both.
 */
export async function serveDocs(chatServer, port) {
	const { program, args } = tied(chatServer, "--root", pageFolder);
	const chat = await serve(program, args, /on (http:\S+)/, { env: { PORT: "0" } });
	const chatPort = new URL(chat.found).port;
	// The chat server's policy allows connections only to the server's own port, but the browser
	// uses the port of the site.
	const configure = (proxy) =>
		proxy.on("proxyRes", ({ headers }, { headers: { host } }) => {
			const policy = headers["content-security-policy"];
			headers["content-security-policy"] = policy?.replaceAll(`:${chatPort}`, `:${host.split(":").at(-1)}`);
		});
	const rewrite = (path) => path.replace(/^\/live(?=\/)/, "");
	// This import is not at the top of the file, because in a fresh clone the npm packages are
	// installed only after this file has been loaded.
	const { preview } = await import("vite");
	const site = await preview({
		configFile: false,
		root: folder,
		logLevel: "error",
		appType: "mpa",
		preview: {
			// The same address as the chat server's, because a tutorial's page connects to this
			// machine under its other name.
			host: "127.0.0.1",
			port,
			strictPort: true,
			cors: false,
			proxy: { [ROUTES]: { target: chat.found, changeOrigin: false, configure, rewrite } },
		},
	}).catch(async (error) => {
		await chat.stop();
		throw new Problem(`${error.message}. Choose another port: PORT=${port + 1} npm run docs`);
	});
	const stop = async () => {
		await site.close();
		await chat.stop();
	};
	return { origin: `http://127.0.0.1:${site.httpServer.address().port}`, stop };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	script(async () => {
		const port = Number(process.env.PORT || DEFAULT_PORT);
		if (!Number.isInteger(port) || port < 0 || port > 65_535) {
			throw new Problem(`PORT must be a number from 0 to 65535, not "${process.env.PORT}".`);
		}
		await setupBuild();
		await buildPackage();
		await buildPage();
		const chatServer = await buildChatServer();
		await buildDocs();
		const { origin, stop } = await serveDocs(chatServer, port);
		say(`the site is at ${origin}; stop it with Ctrl+C`);
		for (const signal of ["SIGINT", "SIGTERM"]) {
			process.once(signal, async () => {
				await stop();
				process.exit(0);
			});
		}
	});
}
