// The browsers' own EventSource and our parser read the streams of tests/vectors/*.json from a
// server. So the browsers check whether we understand the standard correctly.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/tools.mjs";
import type { DifferenceName, Engine } from "./differences.ts";
import { type Tools, test } from "./support.ts";

interface Message {
	type: string;
	data: string;
	lastEventId: string;
}

interface Vector {
	name: string;
	input?: string;
	hex?: string;
	messages: Message[];
	lastEventId: string;
	reconnectionTime: number | null;
}

const folder = join(root, "tests", "vectors");
const files = readdirSync(folder)
	.filter((file) => file.endsWith(".json"))
	.map((file) => ({ file, vectors: JSON.parse(readFileSync(join(folder, file), "utf8")) as Vector[] }));

/**
 * The event names that occur in the vectors. For each vector, the test listens for all of them, so
 * that it notices an unexpected event.
 */
const types = [
	...new Set(files.flatMap(({ vectors }) => vectors.flatMap(({ messages }) => messages.map((m) => m.type)))),
];

/**
 * These sizes split line ends, names and characters. The native tests use every chunking of all
 * vectors.
 */
const SIZES = "1,2,3,1,5,50";

/** The messages of an engine's own class for the vectors in which it differs. */
const DIFFERENT: Record<string, [name: DifferenceName, engine: Engine, messages: Message[]]> = {
	a_byte_order_mark_before_a_blank_line_is_removed: ["byte order mark before a blank line", "chromium", []],
	a_block_after_one_that_fired_nothing_begins_anew: ["id-only block", "firefox", [message("x")]],
	an_id_of_a_block_without_data_counts_from_there_on: ["id-only block", "firefox", [message("x")]],
	an_id_of_one_block_of_many_counts_for_the_blocks_after_it: ["id-only block", "firefox", [message("x")]],
	p11_a_block_with_only_an_id_counts_for_the_next_message: [
		"id-only block",
		"firefox",
		[message("a", "1"), message("b", "1")],
	],
	a_null_is_part_of_the_data: ["U+0000 in a value", "firefox", [message("\0"), message("ab")]],
	a_null_is_part_of_an_event_name: ["U+0000 in a value", "firefox", []],
	an_id_with_a_null_is_ignored: ["U+0000 in an id", "firefox", [message("a", "1")]],
	an_id_that_is_a_null_is_ignored: ["U+0000 in an id", "firefox", []],
	an_id_with_a_null_at_either_end_is_ignored: ["U+0000 in an id", "firefox", []],
	an_id_with_a_null_does_not_replace_one_of_its_block: ["U+0000 in an id", "firefox", []],
	p11_an_id_with_a_null_is_ignored: ["U+0000 in an id", "firefox", []],
	id_nul: ["U+0000 in an id", "firefox", [message("a", "7")]],
	a_byte_order_mark_is_removed_only_at_the_beginning_of_the_stream: [
		"byte order mark split between chunks",
		"webkit",
		[message("3")],
	],
	a_leading_byte_order_mark_is_removed: ["byte order mark split between chunks", "webkit", []],
	b6_a_byte_order_mark_does_not_trap: ["byte order mark split between chunks", "webkit", []],
	bom_split: ["byte order mark split between chunks", "webkit", []],
	p9_a_byte_order_mark_does_not_cost_the_first_event: ["byte order mark split between chunks", "webkit", []],
	comments_may_hold_any_bytes: ["byte order mark split between chunks", "webkit", []],
};

for (const { file, vectors } of files) {
	test(`${file}: a browser reads each vector as the parser does`, async ({ lab }) => {
		const streams = vectors.map(({ name, input, hex }) => {
			const bytes = hex?.replaceAll(" ", "") ?? Buffer.from(input ?? "").toString("hex");
			return { name, url: lab.url(`/vector?hex=${bytes}&sizes=${SIZES}`) };
		});
		const expected = Object.fromEntries(vectors.map(({ name, messages }) => [name, messages]));
		const names = new Set<DifferenceName>();
		const native: Partial<Record<Engine, typeof expected>> = {};
		for (const { name } of vectors) {
			if (DIFFERENT[name]) {
				const [difference, engine, messages] = DIFFERENT[name];
				names.add(difference);
				native[engine] ??= { ...expected };
				native[engine][name] = messages;
			}
		}
		await lab.expectBoth(replay, { types, streams }, expected, { names: [...names], native });
	});
}

function message(data: string, lastEventId = ""): Message {
	return { type: "message", data, lastEventId };
}

/** Runs in the page. Returns the events of each stream. Three streams are open at a time. */
async function replay(
	{ EventSource }: Tools,
	{ types, streams }: { types: string[]; streams: { name: string; url: string }[] },
): Promise<Record<string, Message[]>> {
	const outcome: Record<string, Message[]> = {};
	const rest = [...streams];
	const worker = async () => {
		for (let next = rest.shift(); next; next = rest.shift()) {
			const { name, url } = next;
			const messages: Message[] = [];
			outcome[name] = messages;
			await new Promise<void>((resolve) => {
				const source = new EventSource(url);
				const listen = (event: Event) => {
					if (event instanceof MessageEvent) {
						const { type, data, lastEventId } = event;
						messages.push({ type, data, lastEventId });
					} else if (event.type === "error") {
						source.close();
						resolve();
					}
				};
				for (const type of new Set(["error", ...types])) {
					source.addEventListener(type, listen);
				}
			});
		}
	};
	await Promise.all([worker(), worker(), worker()]);
	return outcome;
}
