// Counts tests from the reports of all runners.

/** Counts the results of Rust's harness, which prints one line for each test program. */
export function countRust(output) {
	const total = { passed: 0, failed: 0, skipped: 0 };
	for (const [, passed, failed, ignored] of output.matchAll(
		/test result: \S+ (\d+) passed; (\d+) failed; (\d+) ignored/g,
	)) {
		total.passed += Number(passed);
		total.failed += Number(failed);
		total.skipped += Number(ignored);
	}
	return total;
}

/** Counts Playwright's JSON report. A test that passed at the second try counts as failed. */
export function countPlaywright({ stats }) {
	return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
}

/** Returns a line for each skipped test in Playwright's JSON report, with the reason. */
export function skipped({ suites }) {
	return suites.flatMap(specsOf).flatMap(({ title, tests }) =>
		tests
			.filter(({ status }) => status === "skipped")
			.map(({ projectName, annotations }) => {
				const reason = annotations.map(({ description }) => description).join("; ");
				return `not run in ${projectName}: ${title} (${reason})`;
			}),
	);
}

function specsOf({ suites = [], specs = [] }) {
	return [...specs, ...suites.flatMap(specsOf)];
}

/** Counts the results of Node's test runner, which prints TAP. */
export function countNode(output) {
	const number = (name) => Number(new RegExp(`^# ${name} (\\d+)`, "m").exec(output)?.[1] ?? 0);
	return { passed: number("pass"), failed: number("fail") + number("cancelled"), skipped: number("skipped") };
}

export function add(a, b) {
	return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}
