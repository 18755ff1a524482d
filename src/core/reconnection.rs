//! The reconnection time that a server sends, and the wait that follows from it.

use core::time::Duration;

use crate::core::millis::millis;

/// The longest wait that a timer can hold, in milliseconds. `setTimeout` takes a signed 32-bit
/// number and fires at once for larger ones.
pub(crate) const MAX_DELAY: u64 = 0x7FFF_FFFF;

/// The shortest reconnection time that a server can set with `retry`, in milliseconds, unless the
/// caller's own `delay` is shorter. Because of this limit, a server that sends `retry: 0` and
/// closes at once gets at most two requests a second.
const MIN_SERVER_TIME: u64 = 500;

/// Configures the waits between attempts. Construct it with `..Backoff::default()`, since a later
/// version may add fields.
///
/// ```
/// use core::time::Duration;
/// use headwater::{Backoff, Options, Reconnect};
///
/// let backoff = Backoff { delay: Duration::from_secs(1), max_retries: Some(5), ..Backoff::default() };
/// let options = Options { reconnect: Reconnect::Allowed, backoff, ..Options::default() };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The reconnection time that applies until the server sends its own. Default: 3 seconds.
    pub delay: Duration,
    /// The longest wait that backoff can reach. Default: 30 seconds.
    pub max_delay: Duration,
    /// The number of consecutive retries without progress after which the connection fails. `None`
    /// (the default): no limit.
    ///
    /// For a GET, every message is progress. For other methods, only a last event ID that has
    /// advanced is progress, because each request may cost money or have side effects. The same
    /// holds for a GET that resumes the response to another method.
    pub max_retries: Option<u32>,
}

impl Default for Backoff {
    /// Returns a delay of three seconds, as in Chromium, with backoff to at most 30 seconds.
    fn default() -> Self {
        Self { delay: Duration::from_millis(3000), max_delay: Duration::from_millis(30_000), max_retries: None }
    }
}

impl Backoff {
    /// Returns R, the effective reconnection time in milliseconds. No wait is shorter than R.
    pub(crate) fn reconnection_time(&self, server_time: Option<u64>) -> u64 {
        let delay = millis(self.delay);
        match server_time {
            Some(time) => time.max(delay.min(MIN_SERVER_TIME)),
            None => delay,
        }
        .min(MAX_DELAY)
    }

    /// Returns the wait before the next try, in milliseconds.
    ///
    /// `base` is R. `tries` is the number of tries since the last progress. `random` is a number in
    /// 0..1. After progress the wait is `R + random(0, 0.1 R)`. The n-th try without progress waits
    /// `R + random(0, max(0, min(max_delay, R 2ⁿ) − R))`. The result is never below R nor above
    /// [`MAX_DELAY`].
    pub(crate) fn wait(&self, base: u64, tries: u32, after_progress: bool, random: f64) -> u64 {
        let spread = if after_progress && tries == 0 {
            base / 10
        } else {
            // 2³¹ ms is already beyond the longest wait, so a larger exponent changes nothing.
            let exponent = tries.saturating_add(1).min(31);
            (base << exponent).min(millis(self.max_delay)).saturating_sub(base)
        };
        base.saturating_add(fraction(spread, random)).min(MAX_DELAY)
    }
}

/// Multiplies `whole` by `random`. If `random` is NaN or outside 0..1, the conversion saturates.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "waits are below 2³¹, and `as` saturates"
)]
fn fraction(whole: u64, random: f64) -> u64 {
    ((whole as f64 * random) as u64).min(whole)
}

/// [spec] 9.2.6, the field `retry`: only ASCII digits, read as a base-ten integer. A number that
/// does not fit becomes the largest one that does. An empty value is not an integer.
pub(crate) fn parse_time(value: &[u8]) -> Option<u64> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let append = |number: u64, digit: &u8| {
        let digit = u64::from(digit - b'0');
        // WebAssembly has no multiplication that detects an overflow.
        if number > (u64::MAX - digit) / 10 { u64::MAX } else { number * 10 + digit }
    };
    Some(value.iter().fold(0, append))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: Backoff =
        Backoff { delay: Duration::from_millis(3000), max_delay: Duration::from_millis(30_000), max_retries: None };

    fn wait(backoff: Backoff, server_time: Option<u64>, tries: u32, after_progress: bool, random: f64) -> u64 {
        backoff.wait(backoff.reconnection_time(server_time), tries, after_progress, random)
    }

    // behavior 5.6
    #[test]
    fn only_ascii_digits_are_a_reconnection_time() {
        assert_eq!(parse_time(b"10"), Some(10));
        assert_eq!(parse_time(b"007"), Some(7));
        assert_eq!(parse_time(b"99999999999999999999999999"), Some(u64::MAX));
        for junk in [&b""[..], b"10abc", b"-5", b"+5", b"1.5", b" 5", b"1e3", "٣".as_bytes()] {
            assert_eq!(parse_time(junk), None, "{junk:?}");
        }
    }

    // behavior 5.2
    #[test]
    fn after_a_message_up_to_a_tenth_is_added_to_the_wait() {
        assert_eq!(wait(DEFAULT, None, 0, true, 0.0), 3000);
        assert_eq!(wait(DEFAULT, None, 0, true, 0.999_999), 3299);
    }

    // behavior 5.3
    #[test]
    fn without_a_message_the_longest_possible_wait_doubles_up_to_max_delay() {
        let longest = |tries| wait(DEFAULT, None, tries, false, 1.0);
        assert_eq!(
            [longest(0), longest(1), longest(2), longest(3), longest(60)],
            [6000, 12_000, 24_000, 30_000, 30_000]
        );
        assert_eq!(wait(DEFAULT, None, 60, false, 0.0), 3000);
    }

    #[test]
    fn a_server_can_neither_overflow_a_timer_nor_cause_retries_without_a_wait() {
        assert_eq!(wait(DEFAULT, Some(3_000_000_000), 0, true, 1.0), MAX_DELAY);
        assert_eq!(wait(DEFAULT, Some(u64::MAX), 40, false, 1.0), MAX_DELAY);
        assert_eq!(wait(DEFAULT, Some(0), 0, true, 0.0), 500);
        assert_eq!(wait(Backoff { delay: Duration::from_millis(5), ..DEFAULT }, Some(0), 0, true, 0.0), 5);
    }

    #[test]
    fn the_wait_is_never_below_the_servers_time_even_if_that_exceeds_max_delay() {
        assert_eq!(wait(DEFAULT, Some(60_000), 5, false, 0.5), 60_000);
    }

    // behavior 5.4
    #[test]
    fn the_wait_stays_within_its_bounds_for_any_random_number() {
        for random in [f64::NAN, f64::INFINITY, -1.0, 2.0] {
            let wait = wait(DEFAULT, None, 3, false, random);
            assert!((3000..=30_000).contains(&wait), "{random}: {wait}");
        }
    }
}
