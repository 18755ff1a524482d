//! The life cycle of the page: it moves into the browser's back/forward cache and back, becomes
//! hidden or visible, and is online again. A worker is never hidden or cached. Outside browsers
//! none of these events happen.

use core::{
    cell::Cell,
    task::{Context, Poll, ready},
};

use super::{callback_slot::CallbackSlot, sys};

const EVENTS: [&str; 5] = ["pagehide", "pageshow", "visibilitychange", "online", "resume"];

/// `resume` fires at the document and does not bubble, so the global object receives it only in the
/// capture phase.
const CAPTURE: bool = true;

/// A change in the life cycle of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The page was moved into the back/forward cache.
    PutAway,
    /// The page was frozen, as Chromium does with hidden pages, and has resumed. A read whose chunk
    /// arrived while the page was frozen never settles.
    Thawed,
    Hidden,
    /// The page is visible again, online again, or back from the back/forward cache.
    Back,
}

/// Listens to the page's life cycle events.
#[derive(Debug)]
pub(super) struct Page {
    listener: CallbackSlot,
    away: Cell<bool>,
}

impl Page {
    pub(super) fn new() -> Self {
        let listener = CallbackSlot::new();
        for name in EVENTS {
            // Node has neither these events nor this function.
            let _ = sys::add_event_listener(name, listener.function(), CAPTURE);
        }
        Self { listener, away: Cell::new(false) }
    }

    /// Waits for the next change of the page. Changes that happened before the call are returned
    /// first.
    pub(super) fn poll_change(&self, context: &Context<'_>) -> Poll<Change> {
        loop {
            let event = ready!(self.listener.poll(context));
            let name = sys::get(&event, "type");
            if name == EVENTS[2] {
                return Poll::Ready(if is_hidden() { Change::Hidden } else { Change::Back });
            } else if name == EVENTS[3] {
                return Poll::Ready(Change::Back);
            } else if name == EVENTS[4] {
                return Poll::Ready(Change::Thawed);
            } else if sys::get(&event, "persisted").is_truthy() {
                // Without `persisted`, the page was just loaded or is left permanently.
                self.away.set(name == EVENTS[0]);
                return Poll::Ready(if self.away.get() { Change::PutAway } else { Change::Back });
            }
        }
    }

    /// Whether the page is in the back/forward cache. While it is there, the driver must do
    /// nothing.
    pub(super) fn is_away(&self) -> bool {
        self.away.get()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        for name in EVENTS {
            let _ = sys::remove_event_listener(name, self.listener.function(), CAPTURE);
        }
    }
}

/// Whether the page is hidden. A worker is never hidden.
pub(super) fn is_hidden() -> bool {
    sys::get(&sys::get(&sys::global(), "document"), "hidden").is_truthy()
}
