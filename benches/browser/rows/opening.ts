// The row of the first source of a page, which starts the WebAssembly module.

import { row, versus } from "../contest.ts";
import type { Context, Row } from "../row.ts";
import { compared, interleave, spread } from "../statistics.ts";

const OURS = "headwater EventSource";
const NATIVE = "the browser's EventSource";

export const openingRow: Row = {
	name: "opening",
	title: "The first open event of a fresh page, after the import",
	async run({ quick, host, progress }: Context) {
		const { open } = host;
		if (!open) {
			return { ...row(openingRow, [], []), absent: ["only the runner (npm run bench) can open fresh pages"] };
		}
		progress("");
		const rounds = quick ? 8 : 30;
		const taken = await interleave([OURS, NATIVE], rounds, (name) => open(name === OURS));
		const more = taken[OURS].map((value, round) => value - taken[NATIVE][round]!);
		const found = {
			name: `${rounds} fresh pages each`,
			rounds,
			measures: [OURS, NATIVE].map((contender) => ({
				contender,
				ours: contender === OURS,
				unit: "ms" as const,
				...spread(taken[contender as keyof typeof taken]),
			})),
			comparisons: [compared(`${versus(OURS, NATIVE)}, more`, "ms", more, { atMost: 8 })],
		};
		return row(openingRow, [], [found]);
	},
};
