// The row of a page that must stay responsive: while events stream in, no task of the main thread
// may be long.

import { ourEventSource, ourEvents, ourFetchEventSource, type Reading } from "../contenders.ts";
import { present, row } from "../contest.ts";
import type { Case } from "../result.ts";
import type { Context, Row } from "../row.ts";
import { watchStalls } from "../stalls.ts";
import { compared, spread } from "../statistics.ts";
import { address, check, expected } from "../streams.ts";

const RATE = 50_000;
/** The start of the module is measured by another row. */
const WARM_UP = { workload: "llm", events: 2_000, rate: RATE };

export const tasksRow: Row = {
	name: "tasks",
	title: "The longest task of the main thread at 50,000 events per second",
	async run({ quick, host, progress }: Context) {
		const seconds = quick ? 1 : 10;
		const stream = { workload: "llm", events: RATE * seconds, rate: RATE };
		const [url, wanted] = [address(stream), await expected(stream)];
		const contenders = [ourEventSource, ourFetchEventSource, ourEvents];
		const cases: Case[] = [];
		const measureHere = async (where: string) => {
			for (const { name, run } of present(contenders).there) {
				progress(`${name}, ${where}`);
				await (run as Reading)(address(WARM_UP), "message", await expected(WARM_UP));
				const stop = await watchStalls(host);
				const { milliseconds: _, ...received } = await (run as Reading)(url, "message", wanted);
				const { what, milliseconds } = await stop();
				check(name, "the paced stream", received, wanted);
				cases.push({
					name: `${name}, ${where}, ${seconds} s`,
					rounds: 1,
					measures: [{ contender: what, ours: true, unit: "ms", ...spread([milliseconds]) }],
					comparisons: [compared(what, "ms", [milliseconds], { atMost: 50 })],
				});
			}
		};
		await measureHere("visible");
		const absent: string[] = [];
		if (host.hide && host.show) {
			await host.hide();
			await measureHere("hidden");
			await host.show();
		} else {
			absent.push("hidden: only the runner (npm run bench) can put another tab in front");
		}
		const result = row(tasksRow, contenders, cases);
		return { ...result, absent: [...result.absent, ...absent] };
	},
};
