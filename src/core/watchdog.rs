//! Owns when a silence has lasted too long, also across a suspension of the machine or the page. Must not know whose
//! silence it is; takes the time as an argument.

use crate::core::reconnection::MAX_DELAY;

/// A timer that is late by more than this, in milliseconds, was held back together with whatever might have been heard.
const LATE: u64 = 1000;

/// How long to listen once more before a silence that nobody could have heard is believed, in milliseconds at most.
const REPRIEVE: u64 = 10_000;

/// Watches over a silence. Times are in milliseconds of any clock that goes on while the machine is suspended.
#[derive(Clone, Copy, Debug)]
pub struct Watchdog {
    timeout: u64,
    due: u64,
    reprieved: bool,
}

impl Watchdog {
    /// Starts to watch: `timeout` from `now` on it is due.
    #[must_use]
    pub fn new(timeout: u64, now: u64) -> Self {
        let timeout = timeout.min(MAX_DELAY);
        Self { timeout, due: now.saturating_add(timeout), reprieved: false }
    }

    /// Something was heard: starts anew.
    pub fn feed(&mut self, now: u64) {
        *self = Self::new(self.timeout, now);
    }

    /// A timer has run out, set for the timeout or for what this function answered last. `None`: the silence has lasted
    /// too long. Otherwise, how many milliseconds to wait before asking again.
    ///
    /// When the timer is more than a second late, or the page is `hidden`, whoever was silent may only not have been heard:
    /// once, until something is heard, that is at most ten seconds more.
    pub fn handle_timer(&mut self, now: u64, hidden: bool) -> Option<u64> {
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
