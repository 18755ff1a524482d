// A cluster of real servers and its publisher: two nginx nodes with nchan, on one Redis, in a
// temporary folder and on free loopback ports.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Problem, serve } from "../../../scripts/lib/process.mjs";
import { tied } from "../../../scripts/lib/tied.mjs";
import { findNchan, findNginx, findRedis } from "../../../scripts/lib/tools.mjs";
import { freePort } from "../../support/free-port.ts";

/** In milliseconds: far longer than a busy machine needs. */
const START_LIMIT_MS = 20_000;

/**
 * nginx prints nothing when it starts. So this shell prints the line, and then replaces itself with
 * nginx.
 */
const SAYING_STARTED = 'echo started; exec "$0" "$@"';

/** A subscriber's request as it arrived at a node. A missing value is `-`. */
export interface Subscription {
	method: string;
	path: string;
	status: string;
	header: string;
	query: string;
}

interface Program {
	pid?: number;
	stop(): Promise<unknown>;
}

/** One nginx process. */
export class Node {
	readonly #folder: string;
	readonly #program: Program;

	private constructor(
		readonly origin: string,
		folder: string,
		program: Program,
	) {
		this.#folder = folder;
		this.#program = program;
	}

	/**
	 * Starts the node, calls `started` with the process, and waits until the node accepts messages.
	 */
	static async start(folder: string, redis: number, started: (program: Program) => void): Promise<Node> {
		const port = await freePort();
		const values: Record<string, unknown> = { module: findNchan(), redis, port };
		const template = readFileSync(new URL("node.conf", import.meta.url), "utf8");
		mkdirSync(join(folder, "temp"), { recursive: true });
		writeFileSync(
			join(folder, "nginx.conf"),
			template.replaceAll(/{{(\w+)}}/g, (_, name) => `${values[name]}`),
		);
		const nginx = [findNginx() as string, "-p", folder, "-c", "nginx.conf", "-e", "nginx.err"];
		const { program, args } = tied("sh", "-c", SAYING_STARTED, ...nginx);
		const served = await serve(program, args, /^(started)\n/);
		started(served);
		const node = new Node(`http://127.0.0.1:${port}`, folder, served);
		const limit = Date.now() + START_LIMIT_MS;
		// The node responds with 503 until it has found Redis.
		while (!(await node.publish("ready", "").catch(() => false))) {
			if (Date.now() > limit) {
				throw new Problem(`nginx accepts no messages.\n${readFileSync(join(folder, "nginx.err"), "utf8")}`);
			}
			await wait(20);
		}
		return node;
	}

	/** Returns whether the node has confirmed the message. */
	async publish(channel: string, text: string, event?: string): Promise<boolean> {
		const headers: HeadersInit = event ? { "X-EventSource-Event": event } : {};
		const response = await fetch(this.#publisher(channel), { method: "POST", headers, body: text });
		await response.text();
		return response.ok;
	}

	/** Returns the number of messages in the channel. */
	async count(channel: string): Promise<number> {
		const response = await fetch(this.#publisher(channel), { headers: { accept: "text/json" } });
		return ((await response.json()) as { messages: number }).messages;
	}

	#publisher(channel: string): string {
		return `${this.origin}/publish/${channel}`;
	}

	/** Kills the node at once. */
	async kill(): Promise<void> {
		process.kill(this.#program.pid as number, "SIGKILL");
		await this.#program.stop();
	}

	/** Returns the subscribers' requests that have ended, including their streams. */
	subscriptions(): Subscription[] {
		const log = readFileSync(join(this.#folder, "subscribers.log"), "utf8");
		return [...log.matchAll(/^(\S+) (\S+) (\S+) header="(.*)" query="(.*)"$/gm)].map(
			([, method, path, status, header, query]) => ({ method, path, status, header, query }) as Subscription,
		);
	}
}

export interface Cluster {
	readonly nodes: readonly [Node, Node];
	stop(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
	if (!findNginx() || !findNchan() || !findRedis()) {
		throw new Problem("nginx with nchan and Redis were not found: `node scripts/setup.mjs --cluster` installs them.");
	}
	const folder = mkdtempSync(join(tmpdir(), "headwater-cluster-"));
	const started: Program[] = [];
	const stop = async () => {
		await Promise.all(started.splice(0).map((program) => program.stop()));
		rmSync(folder, { recursive: true });
	};
	try {
		const port = await freePort();
		started.push(await startRedis(folder, port));
		const start = (name: string) => Node.start(join(folder, name), port, (program) => void started.push(program));
		return { nodes: [await start("first"), await start("second")], stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

function startRedis(folder: string, port: number): Promise<Program> {
	const options = { port, bind: "127.0.0.1", dir: folder, save: "", appendonly: "no" };
	const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
	const { program, args } = tied(findRedis() as string, ...given);
	return serve(program, args, /(Ready to accept connections)/);
}

/** Counts the messages of {@link publishNumbers}. */
export interface Published {
	/** Confirmed messages, each counted once. */
	confirmed: number;
	/** Messages that were sent to a node that died before it confirmed them. */
	unconfirmed: number;
}

/**
 * Publishes the numbers from 1 to `count` in order, at a fixed rate. When a node is dead, the next
 * node is used. A message can be in the channel although it was not confirmed. So before the
 * message is repeated, the next node has to report the number of messages in the channel.
 * `confirmed` is called with each number.
 */
export async function publishNumbers(
	nodes: readonly Node[],
	channel: string,
	{ count, perSecond }: { count: number; perSecond: number },
	confirmed: (number: number) => void,
): Promise<Published> {
	const alive = [...nodes];
	const published: Published = { confirmed: 0, unconfirmed: 0 };
	const start = performance.now();
	for (let number = 1; number <= count; number++) {
		await wait(Math.max(0, start + (number * 1000) / perSecond - performance.now()));
		while (!(await alive[0]!.publish(channel, `${number}`).catch(() => false))) {
			published.unconfirmed++;
			alive.shift();
			if (alive.length === 0) {
				throw new Error(`no node accepts message ${number}`);
			}
			if ((await alive[0]!.count(channel)) === number) {
				break;
			}
		}
		published.confirmed++;
		confirmed(number);
	}
	return published;
}
