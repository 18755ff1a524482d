// Runs a client with faults from the first request to the last closed socket. The client is in a
// page or in a worker. Collects the figures of client and server, and decides which of them are
// failures.

import { expect, type Lab } from "../facade/support.ts";

export interface Size {
	seed: number;
	events: number;
	faults: number;
}

export interface Options extends Size {
	method?: "GET" | "POST";
	/** Corrupts one event on purpose. */
	spoil?: string;
}

interface Tools {
	EventSource: unknown;
	kept: Record<string, unknown>;
}

/** The place where a function runs: the page of the test, or a worker. */
interface Where {
	run<A, R>(which: "ours", inPlace: (tools: Tools, argument: A) => R | Promise<R>, argument?: A): Promise<R>;
}

interface Client {
	state(): State;
	close(): void;
}

interface State {
	received: number;
	missing: number;
	duplicated: number;
	outOfOrder: number;
	/** The number of events whose type, data or ID is not the expected one. */
	changed: number;
	examples: string[];
	/**
	 * The reason why the client has ended. It is "done" if the client has received the last event.
	 */
	finished: string | null;
}

interface Report {
	sent: number;
	faults: Record<string, number>;
	faultsToCome: number;
}

export interface Figures extends Options, Omit<State, "finished">, Omit<Report, "faults"> {
	kinds: Record<string, number>;
	requests: number;
	openSockets: number;
	seconds: number;
	/** Problems that the figures do not show. */
	troubles: string[];
}

/** The interval at which the client's progress is polled. */
const POLL_MS = 250;

/** In milliseconds: twice the longest wait between two tries, and longer than any fault. */
const IDLE_LIMIT_MS = 60_000;

/** In milliseconds: a socket closes shortly after its source. */
const SOCKETS_LIMIT_MS = 15_000;

const BODY = { chaos: "é日😀" };

export const randomSeed = () => Math.floor(Math.random() * 2 ** 32);

/** Runs a client to its end, or until it makes no more progress. */
export async function runChaos(lab: Lab, where: Where, options: Options): Promise<Figures> {
	const { seed, events, faults, spoil, method = "GET" } = options;
	const started = Date.now();
	const reconnect = { delay: 5 };
	await where.run(
		"ours",
		async ({ EventSource, kept }, { module, ...options }) => {
			const { follow } = await import(module);
			kept.chaos = follow(EventSource, options);
		},
		{
			module: `${lab.origin}/files/tests/chaos/client.mjs`,
			url: lab.url(`/chaos?seed=${seed}&events=${events}&faults=${faults}${spoil ? `&spoil=${spoil}` : ""}`),
			init: method === "GET" ? { reconnect } : { json: BODY, reconnect },
			seed,
			events,
		},
	);
	const { finished, ...state } = await end(lab, where);
	await where.run("ours", ({ kept }) => (kept.chaos as Client).close());
	const openSockets = await sockets(lab);
	const { requests } = await lab.log();
	const { faults: kinds, ...report } = await reportOf(requests[0]?.target ?? "", lab.origin);
	const troubles = finished === "done" ? [] : [finished ?? `no progress for ${IDLE_LIMIT_MS / 1000} s`];
	const body = method === "GET" ? "" : JSON.stringify(BODY);
	const others = requests.filter((request) => request.method !== method || request.body !== body);
	if (others.length > 0) {
		troubles.push(`${others.length} requests had another method or body`);
	}
	const seconds = (Date.now() - started) / 1000;
	return { ...options, ...report, ...state, kinds, requests: requests.length, openSockets, seconds, troubles };
}

/** Returns the state of a client that has finished, or that makes no progress. */
async function end(lab: Lab, where: Where): Promise<State> {
	let received = 0;
	let since = Date.now();
	for (;;) {
		const state = await where.run("ours", ({ kept }) => (kept.chaos as Client).state());
		if (state.received !== received) {
			received = state.received;
			since = Date.now();
		}
		if (state.finished !== null || Date.now() - since > IDLE_LIMIT_MS) {
			return state;
		}
		await lab.page.waitForTimeout(POLL_MS);
	}
}

/** Returns the number of sockets that the server still has open after they had time to close. */
async function sockets(lab: Lab): Promise<number> {
	const until = Date.now() + SOCKETS_LIMIT_MS;
	for (;;) {
		const { open } = await lab.log();
		if (open === 0 || Date.now() > until) {
			return open;
		}
		await lab.page.waitForTimeout(50);
	}
}

async function reportOf(target: string, origin: string): Promise<Report> {
	const key = new URL(target, origin).searchParams.get("key");
	const answer = await fetch(`${origin}/chaos-report?run=${key}`);
	return answer.ok ? ((await answer.json()) as Report) : { sent: 0, faults: {}, faultsToCome: 0 };
}

/** Returns the failures of a run. The list is empty if the run succeeded. */
export function failures(figures: Figures): string[] {
	const { events, faults, sent, received, missing, duplicated, outOfOrder, changed, openSockets, faultsToCome } =
		figures;
	const zeros = { missing, duplicated, "out of order": outOfOrder, changed, "open sockets": openSockets };
	const wrong = Object.entries({ ...zeros, "faults to come": faultsToCome }).filter(([, count]) => count !== 0);
	const counted = Object.values(figures.kinds).reduce((sum, count) => sum + count, 0);
	return [
		...figures.troubles,
		...wrong.map(([name, count]) => `${name}: ${count}`),
		...(sent === events && received >= events ? [] : [`${sent} of ${events} events sent, ${received} received`]),
		...(counted === faults ? [] : [`${counted} of ${faults} faults happened`]),
		...figures.examples,
	];
}

/** Returns the figures, one per line. */
export function lines(figures: Figures): string {
	const kinds = Object.entries(figures.kinds).map(([kind, count]) => `${kind} ${count}`);
	return [
		`sent ${figures.sent}`,
		`received ${figures.received}`,
		`missing ${figures.missing}`,
		`duplicated ${figures.duplicated}`,
		`out of order ${figures.outOfOrder}`,
		`changed ${figures.changed}`,
		`requests ${figures.requests}`,
		`open sockets ${figures.openSockets}`,
		`faults: ${kinds.join(", ")}`,
		`seconds ${figures.seconds.toFixed(1)}`,
	].join("\n");
}

/**
 * Runs a client and expects that no event was lost, duplicated, reordered or changed, and that no
 * socket stays open.
 */
export async function expectWhole(lab: Lab, where: Where, options: Options): Promise<void> {
	const figures = await runChaos(lab, where, options);
	expect(failures(figures), `seed ${options.seed}\n${lines(figures)}`).toEqual([]);
}
