//! Converts durations to milliseconds, the internal unit of time.

use core::time::Duration;

/// Returns the whole milliseconds of a duration, at most `u64::MAX`. The function is not inlined,
/// because it has many callers.
#[inline(never)]
pub(crate) fn millis(duration: Duration) -> u64 {
    (duration.as_secs().min(u64::MAX / 1000) * 1000).saturating_add(duration.subsec_millis().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_converted_to_whole_milliseconds_and_capped_at_the_largest_number() {
        for number in [0, 1, 999, 1000, 1001, u64::MAX - 1, u64::MAX] {
            assert_eq!(millis(Duration::from_millis(number)), number);
        }
        assert_eq!(millis(Duration::from_micros(1999)), 1);
        assert_eq!(millis(Duration::MAX), u64::MAX);
    }
}
