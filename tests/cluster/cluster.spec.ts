// Owns the proof that nothing is lost and nothing comes twice when the server dies that a source is connected to, and
// another of its cluster takes over: real servers, killed for real, of another origin than the page. Knows of nchan only
// how it takes a last event ID.

import type { Page } from "@playwright/test";
import type * as headwater from "headwater";
import { type Cluster, publishNumbers, type Subscription, startCluster } from "../servers/nchan/cluster.ts";
import { test as base, expect } from "../support/browser.ts";

const COUNT = 600;
const PER_SECOND = 200;
/** A second after the first. */
const KILLED_AFTER = 200;
const CHANNEL = "numbers";

const test = base.extend<{ cluster: Cluster }>({
	cluster: async ({}, use) => {
		const cluster = await startCluster();
		await use(cluster);
		await cluster.stop();
	},
});

/** What the page keeps. */
interface InPage {
	source: headwater.EventSource;
	/** The data and the id of each message. */
	received: [data: string, id: string][];
	/** The last event ID at each attempt. */
	asked: string[];
	failures: string[];
	opened: Promise<unknown>;
	/** The event after the last message. */
	ended: Promise<unknown>;
}

/** Connects the page to a path of the first node, and from the second attempt on to the same path of the second. */
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

/** Publishes all messages, through these nodes, and kills the first node amid them. */
async function publishAndKill(cluster: Cluster, through: Cluster["nodes"][number][]) {
	let killed: Promise<void> | undefined;
	const published = await publishNumbers(through, CHANNEL, { count: COUNT, perSecond: PER_SECOND }, (number) => {
		if (number === KILLED_AFTER) {
			// While the next message is on its way.
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

/** The ways in which a last event ID can come to a node of another origin. */
const WAYS: {
	name: string;
	path: string;
	init: headwater.EventSourceInit;
	/** What the node that took over was asked, in this order. */
	asked(id: string): Subscription[];
}[] = [
	{
		name: "the header, which the node's answer to the preflight allows",
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
		test(`${COUNT} messages published through ${publisher} come once and in order, resumed by ${name}`, async ({
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
			expect(at, "the id of the resumption is that of a message amid the others").toBeGreaterThan(0);
			expect(at).toBeLessThan(COUNT - 1);
			// Its log has a stream when that is over.
			const log = () => staying.subscriptions().map((line) => ({ ...line, query: decodeURIComponent(line.query) }));
			await expect.poll(log).toEqual(asked(resumed));
		});
	}
}

test("where the preflight forbids the header, the failure names the option that does without", async ({
	page,
	scenario,
	cluster,
}) => {
	await page.goto(`${scenario.origin}/blank`);
	await connect(page, cluster, `/plain/${CHANNEL}`, {});
	await publishAndKill(cluster, [cluster.nodes[1]]);
	const failures = () => page.evaluate(() => (globalThis as unknown as InPage).failures);
	// The first is the end of the first connection.
	await expect.poll(async () => (await failures()).length).toBeGreaterThan(1);
	const [, message] = await failures();
	expect(message).toContain("lastEventIdParam");
	await page.evaluate(() => (globalThis as unknown as InPage).source.close());
	const resumptions = cluster.nodes[1].subscriptions().filter(({ header }) => header !== "-");
	expect(resumptions, "the browser made no request with the header").toEqual([]);
});
