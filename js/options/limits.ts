// Defaults and limits of the options. The file has no imports: esbuild inlines constants only if no
// import precedes them.

/** `Backoff::default()` of src/core/reconnection.rs. */
export const DEFAULT_DELAY = 3000;
export const DEFAULT_MAX_DELAY = 30_000;
export const DEFAULT_MAX_RETRIES = Infinity;

/** In bytes; of src/core/parser/mod.rs. */
export const DEFAULT_MAX_EVENT_SIZE = 64 << 20;

/**
 * The longest wait that a timer can hold, in milliseconds: it takes a signed 32-bit number. Of
 * src/core/reconnection.rs.
 */
export const MAX_DELAY = 0x7fff_ffff;
