//! Times, short to write.

use std::time::Duration;

/// So many milliseconds.
pub const fn ms(number: u64) -> Duration {
    Duration::from_millis(number)
}
