//! When a silence has lasted too long, also across a suspension of the machine or the page.

use core::time::Duration;

use crate::core::{millis::millis, reconnection::MAX_DELAY};

/// A timer that is late by more than this, in milliseconds, was held back together with whatever
/// might have been heard.
const LATE: u64 = 1000;

/// How long to listen once more, in milliseconds at most, before a silence that nobody could have
/// heard is believed.
const REPRIEVE: u64 = 10_000;

/// Watches over a silence. What is `now` is the time since any fixed moment, by a clock that goes
/// on while the machine is suspended.
///
/// ```
/// use core::time::Duration;
/// use headwater::Watchdog;
///
/// let at = Duration::from_secs;
/// let mut watchdog = Watchdog::new(at(30), at(0));
/// watchdog.feed(at(20));
/// // The timer of the first thirty seconds fires: another twenty are left.
/// assert_eq!(watchdog.handle_timer(at(30), false), Some(at(20)));
/// assert_eq!(watchdog.handle_timer(at(50), false), None);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Watchdog {
    /// These are in milliseconds.
    timeout: u64,
    due: u64,
    reprieved: bool,
}

impl Watchdog {
    /// Starts to watch: the silence is too long `timeout` from `now` on.
    #[must_use]
    pub fn new(timeout: Duration, now: Duration) -> Self {
        Self::start(millis(timeout), millis(now))
    }

    /// As [`Watchdog::new`], in milliseconds.
    pub(crate) fn start(timeout: u64, now: u64) -> Self {
        let timeout = timeout.min(MAX_DELAY);
        Self { timeout, due: now.saturating_add(timeout), reprieved: false }
    }

    /// Something was heard: the watch starts anew.
    pub fn feed(&mut self, now: Duration) {
        self.feed_at(millis(now));
    }

    /// As [`Watchdog::feed`], in milliseconds.
    pub(crate) fn feed_at(&mut self, now: u64) {
        *self = Self::start(self.timeout, now);
    }

    /// A timer has run out that was set for the timeout, or for the time that this function
    /// returned last. Returns how long to wait before the next call, or `None`: the silence has
    /// lasted too long.
    ///
    /// When the timer is more than a second late, or the page is `hidden`, it is possible that
    /// something was said and not heard. Then, once until something is heard, the watch goes on
    /// for ten seconds at most.
    pub fn handle_timer(&mut self, now: Duration, hidden: bool) -> Option<Duration> {
        self.left_at(millis(now), hidden).map(Duration::from_millis)
    }

    /// As [`Watchdog::handle_timer`], in milliseconds.
    pub(crate) fn left_at(&mut self, now: u64, hidden: bool) -> Option<u64> {
        if now >= self.due {
            if self.reprieved || !(hidden || now - self.due > LATE) {
                return None;
            }
            self.reprieved = true;
            self.due = now.saturating_add(self.timeout.min(REPRIEVE));
        }
        // A clock that was set back must not make the wait longer than it was to be.
        let longest = if self.reprieved { self.timeout.min(REPRIEVE) } else { self.timeout };
        let left = (self.due - now).min(longest);
        self.due = now.saturating_add(left);
        Some(left)
    }
}
