//! Owns a watchdog's timer in a page: real time, and whether anybody can see the page. Must not know whose silence it is.

use core::task::{Context, Poll, ready};

use super::{
    page,
    timer::{Timer, now},
};
use crate::core::{reconnection::MAX_DELAY, watchdog::Watchdog};

/// A limit to a silence, or none.
#[derive(Debug)]
pub(super) struct Watch(Option<(Watchdog, Timer)>);

impl Watch {
    pub(super) const OFF: Self = Self(None);

    /// Starts to watch. `None`: never has a silence lasted too long.
    pub(super) fn start(timeout: Option<u64>) -> Self {
        Self(timeout.map(|timeout| (Watchdog::new(timeout, now()), Timer::after(timeout.min(MAX_DELAY)))))
    }

    /// Something was heard. The timer stays: that of a stream with many chunks is not to be set for each.
    pub(super) fn feed(&mut self) {
        if let Some((watchdog, _)) = &mut self.0 {
            watchdog.feed(now());
        }
    }

    /// Waits until the silence has lasted too long.
    pub(super) fn poll_expired(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some((watchdog, timer)) = &mut self.0 else { return Poll::Pending };
        loop {
            ready!(timer.poll(context));
            let Some(milliseconds) = watchdog.handle_timer(now(), page::is_hidden()) else { return Poll::Ready(()) };
            *timer = Timer::after(milliseconds);
        }
    }
}
