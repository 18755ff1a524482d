// Helpers for the tests of client libraries. They serve a project of tests/package/clients/ from an
// origin, record its requests for event streams, and break their connections.

import { readdirSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import sirv from "sirv";
import { run } from "../../scripts/lib/process.mjs";
import { root } from "../../scripts/lib/tools.mjs";
import { listen, type Served } from "../support/listen.ts";
import { test as base, expect, install } from "./support.ts";

export { expect };

/** Handles each request that is not for a file of the project. */
export interface Application {
	/** The number of pings sent, if the protocol has pings. */
	readonly pings?: number;
	handle(request: IncomingMessage, response: ServerResponse): void;
}

/** The origin of a project, for one test. */
export class Site {
	/** The requests for event streams, oldest first. */
	readonly asked: { url: URL; headers: IncomingMessage["headers"] }[] = [];
	/**
	 * How many of the next requests for event streams get a 503, as from a proxy whose application
	 * is down.
	 */
	refusals = 0;
	origin = "";
	stop: Served["stop"] = async () => {};
	readonly #streams = new Set<ServerResponse>();
	readonly #server;

	constructor(
		folder: string,
		readonly application: Application,
	) {
		const files = sirv(folder, { dev: true });
		this.#server = createServer((request, response) => {
			if (request.method === "GET" && request.headers.accept?.includes("text/event-stream")) {
				this.asked.push({ url: new URL(request.url ?? "", this.origin), headers: request.headers });
				if (this.refusals > 0) {
					this.refusals--;
					response.writeHead(503).end();
					return;
				}
				this.#streams.add(response);
				response.once("close", () => this.#streams.delete(response));
			}
			files(request, response, () => application.handle(request, response));
		});
	}

	/** How many event streams are connected. */
	get streams(): number {
		return this.#streams.size;
	}

	/** Resets the connections, as if the network were lost. */
	cut(): void {
		for (const { socket } of this.#streams) {
			socket?.destroy();
		}
	}

	/** Keeps the connections open, but sends nothing more on them. */
	stall(): void {
		for (const { socket } of this.#streams) {
			socket?.cork();
		}
	}

	async start(): Promise<this> {
		Object.assign(this, await listen(this.#server));
		return this;
	}
}

const installed = new Map<string, Promise<string>>();

/** Installs the project once per worker, and bundles the script beside each of its pages. */
export function project(name: string): Promise<string> {
	const made = installed.get(name) ?? make(join("clients", name));
	installed.set(name, made);
	return made;
}

async function make(name: string): Promise<string> {
	const folder = await install(name);
	const files = readdirSync(folder);
	const entryPoints = files.filter((file) => file.endsWith(".ts") && files.includes(file.replace(/ts$/, "html")));
	await build({ absWorkingDir: folder, entryPoints, outdir: folder, bundle: true, format: "esm", logLevel: "error" });
	return folder;
}

/**
 * Returns the errors of strict TypeScript in the project's sources, which pass our class to the
 * library.
 */
export async function typeErrors(name: string): Promise<string> {
	const cwd = await project(name);
	const sources = readdirSync(cwd).filter((file) => file.endsWith(".ts"));
	const flags = "--noEmit --strict --skipLibCheck --allowImportingTsExtensions --ignoreConfig --types node";
	const types = ["--typeRoots", join(root, "node_modules", "@types")];
	const targets = "--target es2023 --lib es2023,dom,dom.iterable --module esnext --moduleResolution bundler";
	const tsc = join(root, "node_modules", ".bin", "tsc");
	const args = [...flags.split(" "), ...types, ...targets.split(" "), ...sources];
	const { code, output } = await run(tsc, args, { cwd, capture: true });
	return code === 0 ? "" : `status ${code}: ${output}`;
}

interface Fixtures {
	/**
	 * Serves a project with its own `server.ts` or this application. No event stream may be open at
	 * the end.
	 */
	serve(name: string, application?: Application): Promise<Site>;
}

export const test = base.extend<Fixtures>({
	// Depends on `page` so that the page is still open when the streams are counted. Closing it would
	// close its connections.
	serve: async ({ page: _ }, use) => {
		const sites: Site[] = [];
		await use(async (name, application) => {
			const folder = await project(name);
			application ??= (await import(pathToFileURL(join(folder, "server.ts")).href)).create() as Application;
			const site = await new Site(folder, application).start();
			sites.push(site);
			return site;
		});
		for (const site of sites) {
			await expect.poll(() => site.streams, { message: "event streams left open at the end" }).toBe(0);
			await site.stop();
		}
	},
});
