// Draws bars: groups of them, in one SVG of a given width. The colors are in chart.css.

export interface Bar {
	label: string;
	value: number;
	/** The value as text. */
	text: string;
	/** Whether the bar is highlighted. */
	ours: boolean;
}

/** Bars that are compared with each other: the longest one fills the width. */
export interface Group {
	title: string;
	bars: Bar[];
}

/** Below this width in pixels, labels are above their bars, not beside them. */
const NARROW = 560;
const LABELS = 256;
const VALUES = 112;
const TITLE = 30;
const BAR = 14;
const LINE = 24;
const NARROW_LINE = 42;
const GAP = 14;

export interface Chart {
	svg: string;
	height: number;
}

export function chart(groups: Group[], width: number): Chart {
	const narrow = width < NARROW;
	const left = narrow ? 0 : LABELS;
	const room = width - left - VALUES;
	const parts: string[] = [];
	let y = 0;
	for (const { title, bars } of groups) {
		if (title) {
			parts.push(text("title", 0, y + 18, title));
			y += TITLE;
		}
		const longest = Math.max(...bars.map(({ value }) => value));
		for (const { label, value, text: written, ours } of bars) {
			const length = Math.max(2, (value / longest) * room || 0);
			const top = narrow ? y + 20 : y + (LINE - BAR) / 2;
			parts.push(
				text(ours ? "ours label" : "label", 0, narrow ? y + 14 : y + 17, label),
				`<rect class="${ours ? "ours" : "other"}" x="${left}" y="${top}" width="${length.toFixed(1)}" height="${BAR}" rx="3"/>`,
				text("value", left + length + 8, top + 12, written),
			);
			y += narrow ? NARROW_LINE : LINE;
		}
		y += GAP;
	}
	const height = Math.max(0, y - GAP);
	return { svg: drawing(parts.join(""), width, height, inWords(groups)), height };
}

/** Returns these shapes as a picture. `words` describes it to screen readers. */
export function drawing(shapes: string, width: number, height: number, words: string): string {
	const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
	return `<svg class="chart" xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${escaped(words)}">${shapes}</svg>`;
}

function inWords(groups: Group[]): string {
	return groups
		.map(({ title, bars }) => `${title}: ${bars.map(({ label, text }) => `${label} ${text}`).join(", ")}`)
		.join("; ");
}

export function text(name: string, x: number, y: number, written: string): string {
	return `<text class="${name}" x="${x.toFixed(1)}" y="${y}">${escaped(written)}</text>`;
}

function escaped(written: string): string {
	return written.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
