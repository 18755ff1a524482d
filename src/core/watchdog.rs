//! Detects a stream that has been silent for too long, even if the machine or the page was
//! suspended.

use core::time::Duration;

use crate::core::{millis::millis, reconnection::MAX_DELAY};

/// A timer that fires more than this many milliseconds late was delayed. Data of the stream may
/// have been delayed with it.
const LATE: u64 = 1000;

/// The longest extension of the timeout, in milliseconds, if data may have arrived unnoticed.
const REPRIEVE: u64 = 10_000;

/// Detects a stream that is silent for too long. The argument `now` is the time since any fixed
/// moment, from a clock that keeps running while the machine is suspended.
///
/// ```
/// use core::time::Duration;
/// use headwater::Watchdog;
///
/// let at = Duration::from_secs;
/// let mut watchdog = Watchdog::new(at(30), at(0));
/// watchdog.feed(at(20));
/// // The timer of the first 30 seconds fires: 20 seconds are left.
/// assert_eq!(watchdog.handle_timer(at(30), false), Some(at(20)));
/// assert_eq!(watchdog.handle_timer(at(50), false), None);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Watchdog {
    /// In milliseconds, as is `due`.
    timeout: u64,
    due: u64,
    reprieved: bool,
}

impl Watchdog {
    /// Starts to watch at `now`. The silence is too long once `timeout` has passed without data.
    #[must_use]
    pub fn new(timeout: Duration, now: Duration) -> Self {
        Self::start(millis(timeout), millis(now))
    }

    /// Like [`Watchdog::new`], in milliseconds.
    pub(crate) fn start(timeout: u64, now: u64) -> Self {
        let timeout = timeout.min(MAX_DELAY);
        Self { timeout, due: now.saturating_add(timeout), reprieved: false }
    }

    /// Reports that data has arrived: the timeout starts again.
    pub fn feed(&mut self, now: Duration) {
        self.feed_at(millis(now));
    }

    /// Like [`Watchdog::feed`], in milliseconds.
    pub(crate) fn feed_at(&mut self, now: u64) {
        *self = Self::start(self.timeout, now);
    }

    /// Reports that the caller's timer has fired. The caller first sets the timer to the timeout,
    /// and then to the last result of this function. Returns the time until the next call, or
    /// `None` if the silence has lasted too long.
    ///
    /// If the timer is more than a second late, or the page is `hidden`, data may have arrived
    /// unnoticed. In that case, the watchdog extends the wait once, by the timeout but at most ten
    /// seconds. It can do so again only after data has arrived.
    pub fn handle_timer(&mut self, now: Duration, hidden: bool) -> Option<Duration> {
        self.left_at(millis(now), hidden).map(Duration::from_millis)
    }

    /// Like [`Watchdog::handle_timer`], in milliseconds.
    pub(crate) fn left_at(&mut self, now: u64, hidden: bool) -> Option<u64> {
        if now >= self.due {
            if self.reprieved || !(hidden || now - self.due > LATE) {
                return None;
            }
            self.reprieved = true;
            self.due = now.saturating_add(self.timeout.min(REPRIEVE));
        }
        // A clock that was set back must not lengthen the wait.
        let longest = if self.reprieved { self.timeout.min(REPRIEVE) } else { self.timeout };
        let left = (self.due - now).min(longest);
        self.due = now.saturating_add(left);
        Some(left)
    }
}
