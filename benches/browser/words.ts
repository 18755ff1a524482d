// Formats numbers for the page and for a terminal.

import type { Comparison, Spread, Unit } from "./result.ts";

/** Returns three significant digits, or all digits before the decimal point. */
export function number(value: number): string {
	const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
	return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function amount(value: number, unit: Unit): string {
	return unit === "×" ? `${number(value)}×` : `${number(value)} ${unit}`;
}

export function range({ median, low, high, unit }: Spread & { unit: Unit }): string {
	const between = quartiles({ low, high });
	return amount(median, unit) + (between && ` (${between})`);
}

/** Returns an empty string for a value that was measured only once. */
export function quartiles({ low, high }: Pick<Spread, "low" | "high">): string {
	return low === high ? "" : `${number(low)} to ${number(high)}`;
}

/** Returns the time per event and the throughput of a run. */
export function perEvent({ median, unit }: Spread & { unit: Unit }, events?: number, bytes?: number): string {
	if (unit !== "ms" || !events || !bytes) return "";
	const event = events > 1 ? `${number((median * 1000) / events)} µs per event, ` : "";
	return `${event}${number(bytes / 1024 / 1024 / (median / 1000))} MiB/s`;
}

export function goalInWords({ goal, unit }: Comparison): string {
	if (!goal) return "";
	return "atLeast" in goal ? `at least ${amount(goal.atLeast, unit)}` : `at most ${amount(goal.atMost, unit)}`;
}
