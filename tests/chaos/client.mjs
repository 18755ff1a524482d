// The client of a run, written as a user of the package would write it. It counts the received
// events. It runs in pages and workers, with the EventSource class that it is given.

import { expected, NAMES } from "./expected.mjs";

/** The number of wrong events that are kept for the report. */
const KEPT = 5;

/** Follows a run until its last event. `state()` returns the current counts. */
export function follow(EventSource, { url, init, seed, events }) {
	const seen = new Set();
	const counts = { received: 0, duplicated: 0, outOfOrder: 0, changed: 0 };
	const examples = [];
	let highest = 0;
	let finished = null;

	const source = new EventSource(url, init);
	const onEvent = ({ type, data, lastEventId }) => {
		const number = Number.parseInt(data, 10);
		const due = expected(seed, number);
		if (!(number >= 1 && number <= events) || type !== due.type || data !== due.data || lastEventId !== `${number}`) {
			counts.changed++;
			if (examples.length < KEPT) {
				examples.push(JSON.stringify({ type, data, lastEventId, due }));
			}
		}
		if (seen.has(number)) {
			counts.duplicated++;
		} else if (number < highest) {
			counts.outOfOrder++;
		}
		seen.add(number);
		highest = Math.max(highest, number);
		counts.received++;
	};
	for (const name of NAMES) {
		source.addEventListener(name, onEvent);
	}
	source.addEventListener("done", ({ data }) => {
		finished = data === `${events}` ? "done" : `the end of another run: ${data}`;
		source.close();
	});
	source.closed.then(({ reason, status, error }) => {
		finished ??= `closed: ${reason} ${status ?? ""} ${error ?? ""}`;
	});

	return {
		state() {
			const known = [...seen].filter((number) => number >= 1 && number <= events).length;
			return { ...counts, missing: events - known, examples, finished };
		},
		close: () => source.close(),
	};
}
