//! A watchdog with its timer and its clock.

use core::task::{Context, Poll, ready};

use super::{
    page_events,
    timer::{Timer, now},
};
use crate::core::{reconnection::MAX_DELAY, watchdog::Watchdog};

/// A limit on the length of a silence. `None` means that there is no limit.
#[derive(Debug)]
pub(super) struct Watch(Option<(Watchdog, Timer)>);

impl Watch {
    pub(super) const OFF: Self = Self(None);

    /// Starts to watch, with a limit in milliseconds, or without one if it is 0.
    pub(super) fn start(timeout: u64) -> Self {
        Self((timeout > 0).then(|| (Watchdog::start(timeout, now()), Timer::after(timeout.min(MAX_DELAY)))))
    }

    /// Starts to measure the silence again. The timer is not replaced, because a stream may have
    /// many chunks.
    pub(super) fn feed(&mut self) {
        if let Some((watchdog, _)) = &mut self.0 {
            watchdog.feed_at(now());
        }
    }

    /// Waits until the silence is longer than the limit.
    pub(super) fn poll_expired(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some((watchdog, timer)) = &mut self.0 else { return Poll::Pending };
        loop {
            ready!(timer.poll(context));
            let Some(left) = watchdog.left_at(now(), page_events::is_hidden()) else { return Poll::Ready(()) };
            *timer = Timer::after(left);
        }
    }
}
