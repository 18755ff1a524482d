// The flags of the rows that src/npm/batch.rs writes. The file has no imports: esbuild inlines
// constants only if no import precedes them.

/** Flags of the character that begins a row. */
export const DATA = 1;
export const EVENT_TYPE = 2;
export const SAME_EVENT_TYPE = 4;
export const LAST_EVENT_ID = 8;

/** Flag of the first row: the text is nothing but ASCII. */
export const ASCII = 64;

/** Ends a field whose length is not given. */
export const END = "\r";
