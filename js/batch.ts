// Owns the reading of what src/batch.rs writes: one text, and rows of offsets into it. Knows nothing of what is told of them.

/** The numbers of a row: start and end of type, data and last event ID. */
export const ROW = 6;
/** Where in a row each begins. */
export const TYPE = 0;
export const DATA = 2;
export const LAST_EVENT_ID = 4;

/** Stands for "there is none" in a row. */
const NONE = 0xffff_ffff;

/** What a row has of a field. */
export function field(text: string, rows: Uint32Array, index: number): string | undefined {
	const start = rows[index];
	return start === NONE ? undefined : text.slice(start, rows[index + 1]);
}
