// The row of the first event of a page, which includes the start of the WebAssembly module.

import { VERSIONS } from "../contenders.ts";
import { row, versus } from "../contest.ts";
import type { FirstEvent } from "../host.ts";
import type { Case, Goal } from "../result.ts";
import type { Context, Row } from "../row.ts";
import { compared, interleave, spread } from "../statistics.ts";

const NPM = `eventsource ${VERSIONS.eventsource}`;

/** The names in the page first.ts. */
const CONTENDERS: Record<string, string> = {
	"headwater EventSource": "headwater",
	"headwater fetchEventSource": "callbacks",
	"headwater/slim EventSource": "slim",
	"headwater EventSource, bundled without its compile hint": "bundled",
	"the browser's EventSource": "native",
	[`fetch and eventsource-parser ${VERSIONS["eventsource-parser"]}`]: "loop",
	[NPM]: "npm",
	[`@microsoft/fetch-event-source ${VERSIONS["@microsoft/fetch-event-source"]}`]: "microsoft",
};
const OURS = Object.keys(CONTENDERS).filter((name) => name.startsWith("headwater"));

interface Condition extends Omit<FirstEvent, "contender"> {
	name: string;
	goal: Goal;
}

const CONDITIONS: Condition[] = [
	{ name: "the server responds at once", delay: 0, goal: { atMost: 8 } },
	{ name: "the server responds after 50 ms", delay: 50, goal: { atMost: 2 } },
	{
		name: "the server responds after 50 ms, with a processor four times slower",
		delay: 50,
		slowdown: 4,
		goal: { atMost: 10 },
	},
	{ name: "the server responds at once, after init()", delay: 0, init: true, goal: { atMost: 1 } },
];

export const firstEventRow: Row = {
	name: "first-event",
	title: "From the call to the first event in a fresh page, after the import",
	async run({ quick, host, progress }: Context) {
		const { firstEvent } = host;
		if (!firstEvent) {
			return {
				...row(firstEventRow, [], []),
				absent: ["fresh pages can only be opened by the runner (npm run bench)"],
			};
		}
		const rounds = quick ? 8 : 30;
		const cases: Case[] = [];
		const absent: string[] = [];
		for (const { name, goal, ...condition } of CONDITIONS) {
			if (condition.slowdown && !host.slowsDown) {
				absent.push(`${name}: only Chromium can be slowed down`);
				continue;
			}
			progress(name);
			const names = Object.keys(CONTENDERS);
			const taken = await interleave(names, rounds, (contender) =>
				firstEvent({ ...condition, contender: CONTENDERS[contender]! }),
			);
			cases.push({
				name: `${name}, ${rounds} fresh pages each`,
				rounds,
				measures: names.map((contender) => ({
					contender,
					ours: OURS.includes(contender),
					unit: "ms" as const,
					...spread(taken[contender]!),
				})),
				comparisons: OURS.map((contender) => {
					const additional = taken[contender]!.map((value, round) => value - taken[NPM]![round]!);
					return compared(`${versus(contender, NPM)}: additional time`, "ms", additional, goal);
				}),
			});
		}
		return { ...row(firstEventRow, [], cases), absent };
	},
};
