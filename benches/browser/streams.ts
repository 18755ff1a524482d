// Owns the streams of the benchmark's server: their addresses, and what must have been received at
// their end.

export interface Stream {
	/** The name of a workload: see the server's. */
	workload: string;
	events: number;
	/** Events per second; as fast as possible if there is none. */
	rate?: number;
}

/** What is to be received, and what was. */
export interface Received {
	events: number;
	/** Of all data together, in UTF-16 units. */
	characters: number;
	/** That of the last event. */
	lastEventId: string;
}

export interface Expected extends Received {
	bytes: number;
}

/** The workloads as they are called before people. */
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

/** All of it, for those who are given chunks. */
export async function download(stream: Stream): Promise<Uint8Array<ArrayBuffer>> {
	return new Uint8Array(await (await fetch(address(stream))).arrayBuffer());
}

/** A wrong count is the end of the benchmark: who drops events is fast. */
export function check(contender: string, stream: string, received: Partial<Expected>, expected: Expected): void {
	for (const [name, value] of Object.entries(received)) {
		const wanted = expected[name as keyof Expected];
		if (value !== wanted) {
			throw new Error(`${contender} on ${stream}: "${name}" is ${value} and not ${wanted} at the end of the stream`);
		}
	}
}

function query({ workload, events, rate }: Stream): URLSearchParams {
	const parameters = new URLSearchParams({ workload, events: `${events}`, seed: SEED });
	if (rate !== undefined) parameters.set("rate", `${rate}`);
	return parameters;
}
