// The kinds of workers that the package supports: their scripts, how each is started from a page
// and stopped, and how a function runs in one.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { test as base, expect, type Fired, type Lab, type Which } from "./support.ts";

/** The folder of the workers' scripts in the checkout, which the scenario server serves. */
const FOLDER = "test-results/workers";

/** How each kind is started, and how it loads the package. */
export const PLACES = {
	"dedicated module worker": { of: "Worker", type: "module", loads: "import" },
	"dedicated classic worker with import()": { of: "Worker", type: "classic", loads: "import()" },
	"dedicated classic worker with importScripts": { of: "Worker", type: "classic", loads: "importScripts" },
	"shared module worker": { of: "SharedWorker", type: "module", loads: "import" },
	"shared classic worker": { of: "SharedWorker", type: "classic", loads: "importScripts" },
	"module service worker": { of: "ServiceWorker", type: "module", loads: "import" },
	"classic service worker": { of: "ServiceWorker", type: "classic", loads: "importScripts" },
} as const;

export type PlaceName = keyof typeof PLACES;
type Loads = (typeof PLACES)[PlaceName]["loads"];

const LOADING: Record<Loads, string> = {
	import: `import * as headwater from "/files/dist/index.js";\nconst loading = headwater;`,
	"import()": `const loading = import("/files/dist/index.js");`,
	importScripts: `importScripts("headwater.iife.js");\nconst loading = headwater;`,
};

const fileOf = (loads: Loads) => `${loads.replace("()", "-call")}.js`;

/** The first argument of a function that runs in a worker. */
export interface PlaceTools {
	EventSource: typeof EventSource;
	kept: Record<string, unknown>;
	/** Uncaught errors and unhandled rejections of the worker. */
	uncaught: string[];
	once<E extends Event = MessageEvent<string>>(target: EventTarget, type: string): Promise<E>;
	/**
	 * Resolves to the events of a source until it is CLOSED, and whether each event is of the
	 * worker's realm.
	 */
	untilClosed(source: EventSource, ...names: string[]): Promise<(Fired & { realm: boolean })[]>;
}

type InPlace<A, R> = (tools: PlaceTools, argument: A) => R | Promise<R>;

/** Runs in every worker. Calls each function that the page sends, and posts the result. */
function serveCalls(self: EventTarget & { EventSource?: unknown }, loading: unknown) {
	const uncaught: string[] = [];
	self.addEventListener("error", (event) => uncaught.push(`uncaught error: ${(event as ErrorEvent).message}`));
	self.addEventListener("unhandledrejection", (event) =>
		uncaught.push(`unhandled rejection: ${(event as PromiseRejectionEvent).reason}`),
	);
	const kept = { ours: {}, native: {} };
	const tools: Omit<PlaceTools, "EventSource" | "kept"> = {
		uncaught,
		once: (target, type) =>
			new Promise((resolve) => {
				target.addEventListener(type, (event) => resolve(event as never), { once: true });
			}),
		untilClosed: (source, ...names) =>
			new Promise((resolve) => {
				const fired: (Fired & { realm: boolean })[] = [];
				for (const name of ["open", "message", "error", ...names]) {
					source.addEventListener(name, (event) => {
						const { type, data, lastEventId } = event as MessageEvent;
						const realm = event.constructor === (data === undefined ? Event : MessageEvent);
						const message = data === undefined ? {} : { data, lastEventId };
						fired.push({ type, readyState: source.readyState, ...message, realm });
						if (source.readyState === 2) {
							resolve(fired);
						}
					});
				}
			}),
	};
	const answer = async ({ data, ports }: MessageEvent) => {
		try {
			const { which, code, argument } = data as { which: Which; code: string; argument: unknown };
			const EventSource =
				which === "native" ? self.EventSource : ((await loading) as { EventSource: unknown }).EventSource;
			const value = await new Function(`return (${code})(...arguments)`)(
				{ ...tools, EventSource, kept: kept[which] },
				argument,
			);
			ports[0]!.postMessage({ value });
		} catch (error) {
			ports[0]!.postMessage({ error: String(error) });
		}
	};
	const onMessage = (event: Event) => {
		const answered = answer(event as MessageEvent);
		(event as unknown as { waitUntil?(until: Promise<void>): void }).waitUntil?.(answered);
	};
	self.addEventListener("message", onMessage);
	self.addEventListener("connect", (event) => {
		(event as MessageEvent).ports[0]!.onmessage = onMessage;
	});
}

/** A worker of one kind, started from the lab's page. */
export class Place {
	constructor(
		readonly lab: Lab,
		readonly name: PlaceName,
		/** The absolute path of the scripts' folder at the server. */
		readonly folder: string,
	) {}

	/** The URL of the worker's script. */
	get url(): string {
		return this.lab.origin + this.folder + fileOf(PLACES[this.name].loads);
	}

	/**
	 * Starts the worker. Resolves to null when the worker runs, or to the reason why the engine has
	 * no such worker.
	 */
	start(): Promise<string | null> {
		const { of, type } = PLACES[this.name];
		return this.lab.page.evaluate(startWorker, { of, type, url: this.url, folder: this.folder });
	}

	/**
	 * Runs a function in the worker, with `EventSource` as the given class. The function cannot use
	 * variables from around it.
	 */
	run<A, R>(which: Which, inPlace: InPlace<A, R>, argument?: A): Promise<R> {
		const call = { which, code: `${inPlace}`, argument };
		return this.lab.run(
			which,
			(_tools, call) => (globalThis as unknown as InPage).worker.call(call),
			call,
		) as Promise<R>;
	}

	/** Returns whether the engine has its own EventSource in this kind of worker. */
	hasNative(): Promise<boolean> {
		return this.run("native", ({ EventSource }) => EventSource !== undefined);
	}

	/** Like `Lab.expectBoth`. If the browser has no class there, only ours is tested. */
	async expectBoth<A, R>(inPlace: InPlace<A, R>, argument: A, expected: NoInfer<R>): Promise<void> {
		const native = await this.hasNative();
		if (!native) {
			console.log(`${this.lab.browserName} has no EventSource of its own in a ${this.name}`);
		}
		const [theirs, ours] = await Promise.all([
			native ? this.run("native", inPlace, argument) : expected,
			this.run("ours", inPlace, argument),
		]);
		expect.soft<unknown>(theirs, "the browser's own class").toEqual(expected);
		expect<unknown>(ours, "ours").toEqual(expected);
	}

	/**
	 * Stops the worker as far as a page can: a shared worker ends with its last page, and the browser
	 * decides when a service worker ends.
	 */
	async stop(): Promise<void> {
		await this.lab.page.evaluate(() => (globalThis as unknown as Partial<InPage>).worker?.stop());
	}
}

interface InPage {
	worker: { call(call: unknown): Promise<unknown>; stop(): unknown };
}

interface Start {
	of: "Worker" | "SharedWorker" | "ServiceWorker";
	type: WorkerType;
	url: string;
	folder: string;
}

/** Runs in the page. */
async function startWorker({ of, type, url, folder }: Start): Promise<string | null> {
	const call = (post: (call: unknown, ports: MessagePort[]) => void) => (call: unknown) =>
		new Promise((resolve, reject) => {
			const { port1, port2 } = new MessageChannel();
			port1.onmessage = ({ data }) => {
				port1.close();
				return "error" in data ? reject(new Error(data.error)) : resolve(data.value);
			};
			post(call, [port2]);
		});
	const failed = (worker: EventTarget) =>
		new Promise<string>((resolve) => {
			worker.addEventListener("error", (event) => resolve((event as ErrorEvent).message ?? "it cannot be loaded"));
		});
	const running = async (worker: InPage["worker"]) => {
		Object.assign(globalThis, { worker });
		await worker.call({ which: "ours", code: "() => null" });
		return null;
	};
	if (of === "Worker") {
		const worker = new Worker(url, { type });
		const stop = () => worker.terminate();
		return Promise.race([
			running({ call: call((data, ports) => worker.postMessage(data, ports)), stop }),
			failed(worker),
		]);
	}
	if (of === "SharedWorker") {
		// The name is unique, because another test's worker may still be running.
		const worker = new SharedWorker(url, { type, name: crypto.randomUUID() });
		worker.port.start();
		const stop = () => worker.port.close();
		const post = call((data, ports) => worker.port.postMessage(data, ports));
		return Promise.race([running({ call: post, stop }), failed(worker)]);
	}
	try {
		// The scope is a folder below the script's folder. It contains no pages, so the worker
		// controls no page.
		const registration = await navigator.serviceWorker.register(url, {
			type,
			scope: `${folder}${crypto.randomUUID()}/`,
		});
		const worker = (registration.installing ?? registration.waiting ?? registration.active)!;
		await new Promise<void>((resolve, reject) => {
			const check = () => {
				if (worker.state === "activated") {
					resolve();
				} else if (worker.state === "redundant") {
					reject(new Error("it cannot be installed"));
				}
			};
			worker.addEventListener("statechange", check);
			check();
		});
		const stop = () => registration.unregister();
		return await running({ call: call((data, ports) => worker.postMessage(data, ports)), stop });
	} catch (error) {
		return String(error);
	}
}

/**
 * Runs once per test worker. Writes the workers' scripts, and a bundle of the package for classic
 * scripts, as the bundler of an application would make it.
 */
export const test = base.extend<{ place: (name: PlaceName) => Place }, { placesFolder: string }>({
	placesFolder: [
		async ({ browserName, packageFolder }, use, { parallelIndex }) => {
			const folder = `${FOLDER}/${browserName}-${parallelIndex}`;
			const path = (name: string) => join(packageFolder, folder, name);
			mkdirSync(join(packageFolder, folder), { recursive: true });
			await build({
				stdin: { contents: `export { EventSource, init } from "./dist/index.js";`, resolveDir: packageFolder },
				bundle: true,
				minify: true,
				format: "iife",
				globalName: "headwater",
				outfile: path("headwater.iife.js"),
				logLevel: "warning",
			});
			for (const [loads, loading] of Object.entries(LOADING)) {
				writeFileSync(path(fileOf(loads as Loads)), `${loading}\n(${serveCalls})(self, loading);\n`);
			}
			await use(`/files/${folder}/`);
		},
		{ scope: "worker" },
	],
	place: async ({ lab, placesFolder }, use) => {
		const places: Place[] = [];
		await use((name) => {
			const place = new Place(lab, name, placesFolder);
			places.push(place);
			return place;
		});
		for (const place of places) {
			await place.stop();
		}
	},
});
