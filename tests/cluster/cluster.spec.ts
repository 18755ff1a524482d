// Checks that no message is lost or repeated when a source's server dies and another node of its
// cluster takes over. The servers are real, they are really killed, and their origin is not that of
// the page. Only the way in which the server receives a last event ID is specific to nchan.

import type { Page } from "@playwright/test";
import type * as headwater from "headwater";
import { type Cluster, publishNumbers, type Subscription, startCluster } from "../servers/nchan/cluster.ts";
import { test as base, expect } from "../support/browser.ts";

const COUNT = 600;
const PER_SECOND = 200;
/** One second after the first message. */
const KILLED_AFTER = 200;
const CHANNEL = "numbers";

const test = base.extend<{ cluster: Cluster }>({
	cluster: async ({}, use) => {
		const cluster = await startCluster();
		await use(cluster);
		await cluster.stop();
	},
});

/** The state in the page. */
interface InPage {
	source: headwater.EventSource;
	/** The data and the ID of each message. */
	received: [data: string, id: string][];
	/** The last event ID when each attempt begins. */
	asked: string[];
	failures: string[];
	opened: Promise<unknown>;
	/** The event after the last message. */
	ended: Promise<unknown>;
}

/**
 * Connects the page to a path of the first node, and from the second attempt on to the same path of
 * the second node.
 */
async function connect(page: Page, { nodes }: Cluster, path: string, init: headwater.EventSourceInit): Promise<void> {
	const urls = nodes.map(({ origin }) => `${origin}${path}`);
	await page.evaluate(
		async ({ urls, init }) => {
			const entry = "/files/dist/index.js";
			const { EventSource }: typeof headwater = await import(entry);
			const received: InPage["received"] = [];
			const asked: string[] = [];
			const failures: string[] = [];
			const source = new EventSource(urls[0]!, {
				...init,
				reconnect: { delay: 200 },
				request({ attempt, lastEventId }) {
					asked.push(lastEventId);
					return { url: urls[attempt === 1 ? 0 : 1]! };
				},
			});
			source.onmessage = ({ data, lastEventId }) => received.push([data, lastEventId]);
			source.onerror = ({ message }) => failures.push(message);
			const once = (type: string) => new Promise((resolve) => source.addEventListener(type, resolve, { once: true }));
			Object.assign(globalThis, { source, received, asked, failures, opened: once("open"), ended: once("ended") });
		},
		{ urls, init },
	);
	await page.evaluate(() => (globalThis as unknown as InPage).opened);
}

/** Publishes all messages through these nodes, and kills the first node in the middle. */
async function publishAndKill(cluster: Cluster, through: Cluster["nodes"][number][]) {
	let killed: Promise<void> | undefined;
	const published = await publishNumbers(through, CHANNEL, { count: COUNT, perSecond: PER_SECOND }, (number) => {
		if (number === KILLED_AFTER) {
			// At this moment, the next message is being sent.
			setImmediate(() => {
				killed = cluster.nodes[0].kill();
			});
		}
	});
	await killed;
	expect(published.confirmed).toBe(COUNT);
	return published;
}

const numbers = Array.from({ length: COUNT }, (_, index) => `${index + 1}`);

/** The ways to pass a last event ID to a node of another origin. */
const WAYS: {
	name: string;
	path: string;
	init: headwater.EventSourceInit;
	/** The requests that the second node received, in order. */
	asked(id: string): Subscription[];
}[] = [
	{
		name: "the header, which the node allows in the preflight",
		path: `/allowing/${CHANNEL}`,
		init: {},
		asked: (id) => [
			{ method: "OPTIONS", path: `/allowing/${CHANNEL}`, status: "204", header: "-", query: "-" },
			{ method: "GET", path: `/allowing/${CHANNEL}`, status: "499", header: id, query: "-" },
		],
	},
	{
		name: "lastEventIdParam, without a preflight",
		path: `/plain/${CHANNEL}`,
		init: { lastEventIdParam: "last_event_id" },
		asked: (id) => [{ method: "GET", path: `/plain/${CHANNEL}`, status: "499", header: "-", query: id }],
	},
];

for (const { name, path, init, asked } of WAYS) {
	for (const publisher of ["the node that is killed", "the node that stays"]) {
		test(`${COUNT} messages published through ${publisher} arrive once and in order, if the ID is sent in ${name}`, async ({
			page,
			scenario,
			cluster,
		}) => {
			await page.goto(`${scenario.origin}/blank`);
			await connect(page, cluster, path, init);
			const [dying, staying] = cluster.nodes;
			const published = await publishAndKill(
				cluster,
				publisher === "the node that is killed" ? [dying, staying] : [staying],
			);
			if (publisher === "the node that stays") {
				expect(published.unconfirmed).toBe(0);
			}
			await staying.publish(CHANNEL, "all", "ended");
			const seen = await page.evaluate(async () => {
				const { source, received, asked, ended } = globalThis as unknown as InPage;
				await ended;
				source.close();
				return { received, asked };
			});
			expect(seen.received.map(([data]) => data)).toEqual(numbers);
			expect(seen.asked).toHaveLength(2);
			const [first, resumed] = seen.asked as [string, string];
			expect(first).toBe("");
			const at = seen.received.findIndex(([, id]) => id === resumed);
			expect(at, "the source resumes after a message in the middle").toBeGreaterThan(0);
			expect(at).toBeLessThan(COUNT - 1);
			// nginx logs the request of a stream only when the stream has ended.
			const log = () => staying.subscriptions().map((line) => ({ ...line, query: decodeURIComponent(line.query) }));
			await expect.poll(log).toEqual(asked(resumed));
		});
	}
}

test("if the preflight forbids the header, the error names lastEventIdParam, which needs no header", async ({
	page,
	scenario,
	cluster,
}) => {
	await page.goto(`${scenario.origin}/blank`);
	await connect(page, cluster, `/plain/${CHANNEL}`, {});
	await publishAndKill(cluster, [cluster.nodes[1]]);
	const failures = () => page.evaluate(() => (globalThis as unknown as InPage).failures);
	// The first failure is the end of the first connection.
	await expect.poll(async () => (await failures()).length).toBeGreaterThan(1);
	const [, message] = await failures();
	expect(message).toContain("lastEventIdParam");
	await page.evaluate(() => (globalThis as unknown as InPage).source.close());
	const resumptions = cluster.nodes[1].subscriptions().filter(({ header }) => header !== "-");
	expect(resumptions, "the browser made no request with the header").toEqual([]);
});
