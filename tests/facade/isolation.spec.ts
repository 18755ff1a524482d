// The effect of a trap (a crash) of the module on a page: every source gets an error, the module is
// not called again, and nothing is left open. The module is a build that traps when it delivers a
// certain text (`buildTrap` in scripts/build.mjs).

import type * as headwater from "headwater";
import { eventStream, events, expect, type Lab, send, test } from "./support.ts";

interface Ending {
	fired: { type: string; reason?: string; message?: string; willReconnect?: boolean }[];
	closed: { reason: string; error: string };
	readyState: number;
}

declare global {
	var trapping: { sources: headwater.EventSource[]; fired: Ending["fired"][] };
}

/**
 * Opens sources of the build that traps. The stream of the last one triggers the trap. Returns the
 * end of each.
 */
function openAndTrap(lab: Lab, urls: string[], json?: unknown): Promise<Ending[]> {
	return lab.page.evaluate(
		async ([urls, json]) => {
			const entry = "/files/target/trap/dist/index.js";
			const { EventSource } = (await import(entry)) as typeof headwater;
			const sources: headwater.EventSource[] = [];
			const fired: Ending["fired"][] = [];
			globalThis.trapping = { sources, fired };
			for (const url of urls) {
				// The key in the URL ends with `-ours`, under which the server logs these requests.
				const source = new EventSource(url, json === undefined ? {} : { json });
				const own: Ending["fired"] = [];
				for (const type of ["open", "message", "error"]) {
					source.addEventListener(type, (event) => {
						const { reason, message, willReconnect } = event as Event & Partial<headwater.FailureEvent>;
						own.push({ type, ...(reason && { reason, message, willReconnect }) });
					});
				}
				sources.push(source);
				fired.push(own);
				// The sources are opened one after another, so that all but the last have reached
				// their state before the trap.
				await Promise.race([
					new Promise((resolve) => source.addEventListener("message", resolve, { once: true })),
					source.closed,
					new Promise((resolve) => setTimeout(resolve, 300)),
				]);
			}
			const closed = await Promise.all(sources.map((source) => source.closed));
			return sources.map((source, index) => ({
				fired: fired[index] as Ending["fired"],
				closed: { reason: closed[index]?.reason as string, error: String(closed[index]?.error) },
				readyState: source.readyState,
			}));
		},
		[urls, json] as const,
	);
}

const HEALTHY = eventStream(send(events("fine")), "hang");
const TRAP = eventStream(send(events("trap on purpose")), "hang");

// behavior 4.16, 15.5
test("[non-spec] a trap ends every source of the page with an error and the reason internal", async ({ lab }) => {
	const urls = [lab.script(HEALTHY), lab.url("/never-answers"), lab.script(HEALTHY), lab.script(TRAP)];
	const endings = await openAndTrap(lab, urls);
	for (const { closed, readyState } of endings) {
		expect(closed.reason).toBe("internal");
		expect(closed.error).toContain("RuntimeError");
		expect(readyState).toBe(2);
	}
	const last = endings.map(({ fired }) => fired.at(-1));
	expect(last).toEqual(
		Array(4).fill({
			type: "error",
			reason: "internal",
			message: expect.stringContaining("the WebAssembly module cannot be used"),
			willReconnect: false,
		}),
	);
	expect(endings.map(({ fired }) => fired.map(({ type }) => type))).toEqual([
		["open", "message", "error"],
		["error"],
		["open", "message", "error"],
		["open", "error"],
	]);
});

// behavior 15.5
test("[non-spec] a trap leaves no socket and no timer behind", async ({ lab }) => {
	const waiting = lab.script(eventStream(send("retry: 1000\n\n"), "wait=50", "cut"));
	const urls = [lab.script(HEALTHY), lab.url("/never-answers"), waiting, lab.script(TRAP)];
	await openAndTrap(
		lab,
		urls.map((url) => url.replace(/key=[\w-]+/, (key) => `${key}-ours`)),
	);
	await lab.expectNoSockets();
	const { length } = await lab.requests();
	// This is longer than the wait before the reconnection that the trap canceled.
	await lab.page.evaluate("new Promise((resolve) => setTimeout(resolve, 1500))");
	expect(await lab.requests()).toHaveLength(length);
});

// behavior 15.5
test("[non-spec] after a trap a new source fails at once, without a request, until the page is reloaded", async ({
	lab,
}) => {
	await openAndTrap(lab, [lab.script(TRAP)]);
	const url = lab.script(HEALTHY).replace(/key=[\w-]+/, (key) => `${key}-ours`);
	const later = await openAndTrap(lab, [url]);
	expect(later[0]?.closed.reason).toBe("internal");
	expect(later[0]?.fired.map(({ type }) => type)).toEqual(["error"]);
	expect(await lab.requests()).toEqual([]);

	await lab.open();
	const [reloaded] = await Promise.all([openAndTrap(lab, [url, lab.script(TRAP)])]);
	expect(reloaded[0]?.fired.map(({ type }) => type)).toEqual(["open", "message", "error"]);
});

test("[non-spec] a trap of one module does not affect another one on the same page", async ({ lab }) => {
	const { opened } = await lab.ours(async ({ EventSource, kept, once }, url) => {
		kept.source = new EventSource(url);
		await once(kept.source, "message");
		return { opened: kept.source.readyState };
	}, lab.script(HEALTHY));
	expect(opened).toBe(1);
	await openAndTrap(lab, [lab.script(TRAP)]);
	expect(await lab.ours(({ kept }) => kept.source.readyState)).toBe(1);
	await lab.ours(({ kept }) => kept.source.close());
});

test("[non-spec] a trap ends an iteration with an Error whose reason is internal, after the received messages", async ({
	lab,
}) => {
	const urls = [lab.script(eventStream(send(events("a", "b")), "hang")), lab.script(TRAP)];
	const outcome = await lab.page.evaluate(async ([healthy, trap]) => {
		const entry = "/files/target/trap/dist/index.js";
		const { events } = (await import(entry)) as typeof headwater;
		const reasonOf = (iterator: AsyncIterator<headwater.Message>) => iterator.next().catch(({ reason }) => reason);
		const [left, trapping] = [events(healthy!), events(trap!)];
		const told: unknown[] = [(await left.next()).value.data, await reasonOf(trapping), (await left.next()).value.data];
		told.push(await reasonOf(left), await left.next(), await reasonOf(events(healthy!)));
		return told;
	}, urls);
	expect(outcome).toEqual(["a", "internal", "b", "internal", { done: true, value: undefined }, "internal"]);
});
