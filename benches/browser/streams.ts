// The streams of the benchmark's server: their URLs, and the numbers that a client must have
// received at the end.

export interface Stream {
	/** The name of a workload; the server lists them. */
	workload: string;
	events: number;
	/** Events per second. If it is absent, the server sends as fast as possible. */
	rate?: number;
	/** Milliseconds until the server responds. By default it responds at once. */
	delay?: number;
}

/** The received numbers, or the expected numbers. */
export interface Received {
	events: number;
	/** The length of all data together, in UTF-16 code units. */
	characters: number;
	/** The last event ID of the last event. */
	lastEventId: string;
}

export interface Expected extends Received {
	bytes: number;
}

/** The names of the workloads on the page. */
export const TITLES: Record<string, string> = {
	llm: "LLM chunks, 170 B",
	small: "small, 14 B",
	typed: "typed with ids, 48 B",
	cjk: "CJK, 67 B",
	long: "lines of 16 KiB",
	comments: "many keep-alives",
	crlf: "LLM chunks, CRLF",
};

const SEED = "1";

export function address(stream: Stream): string {
	return `/bench/stream?${query(stream)}`;
}

export async function expected(stream: Stream): Promise<Expected> {
	const response = await fetch(`/bench/expected?${query(stream)}`);
	if (!response.ok) throw new Error(`the server has no such stream: ${await response.text()}`);
	return response.json();
}

/** Downloads the whole stream, for contenders that take chunks. */
export async function download(stream: Stream): Promise<Uint8Array<ArrayBuffer>> {
	return new Uint8Array(await (await fetch(address(stream))).arrayBuffer());
}

/** A wrong count ends the benchmark: a contender that drops events is fast. */
export function check(contender: string, stream: string, received: Partial<Expected>, expected: Expected): void {
	for (const [name, value] of Object.entries(received)) {
		const wanted = expected[name as keyof Expected];
		if (value !== wanted) {
			throw new Error(`${contender} on ${stream}: "${name}" is ${value}, not ${wanted}, at the end of the stream`);
		}
	}
}

function query({ workload, events, rate, delay }: Stream): URLSearchParams {
	const parameters = new URLSearchParams({ workload, events: `${events}`, seed: SEED });
	if (rate !== undefined) parameters.set("rate", `${rate}`);
	if (delay) parameters.set("delay", `${delay}`);
	return parameters;
}
