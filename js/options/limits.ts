// Defaults and limits of the options. The file has no imports: esbuild inlines constants only if no
// import precedes them.

/** The values of `Backoff::default()` in src/core/reconnection.rs. Times are in milliseconds. */
export const DEFAULT_DELAY = 3000;
export const DEFAULT_MAX_DELAY = 30_000;
export const DEFAULT_MAX_RETRIES = Infinity;

/** The size in bytes, which is the same as in src/core/parser/mod.rs. */
export const DEFAULT_MAX_EVENT_SIZE = 64 << 20;

/**
 * The longest wait that a timer can hold, in milliseconds: the maximum of a signed 32-bit integer.
 * The value is the same as in src/core/reconnection.rs.
 */
export const MAX_DELAY = 0x7fff_ffff;
