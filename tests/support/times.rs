//! Short notation for times.

use std::time::Duration;

/// Returns a duration in milliseconds.
pub const fn ms(number: u64) -> Duration {
    Duration::from_millis(number)
}
