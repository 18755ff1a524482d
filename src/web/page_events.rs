//! The life of the page: put away into the browser's back/forward cache and brought back, hidden
//! and shown, on the network again. In workers a page is never hidden nor put away, and outside
//! browsers nothing of the kind ever happens.

use core::{
    cell::Cell,
    task::{Context, Poll, ready},
};

use super::{callback_slot::CallbackSlot, sys};

const EVENTS: [&str; 5] = ["pagehide", "pageshow", "visibilitychange", "online", "resume"];

/// `resume` is the document's and does not bubble: the global object only hears of it on its way
/// down.
const CAPTURE: bool = true;

/// What became of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Into the back/forward cache.
    PutAway,
    /// It was frozen, as Chromium does with hidden pages, and goes on. A read whose chunk came
    /// meanwhile never ends.
    Thawed,
    Hidden,
    /// Visible again, or on the network again.
    Back,
}

/// Where the page is.
#[derive(Debug)]
pub(super) struct Page {
    listener: CallbackSlot,
    away: Cell<bool>,
}

impl Page {
    pub(super) fn new() -> Self {
        let listener = CallbackSlot::new();
        for name in EVENTS {
            // Node has no such events, nor the function.
            let _ = sys::add_event_listener(name, listener.function(), CAPTURE);
        }
        Self { listener, away: Cell::new(false) }
    }

    /// Waits until something becomes of the page, or says what has, if nobody was told.
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
                // Without it the page has been loaded, or is left for good.
                self.away.set(name == EVENTS[0]);
                return Poll::Ready(if self.away.get() { Change::PutAway } else { Change::Back });
            }
        }
    }

    /// Whether the page is put away: nothing is to happen until it changes.
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

/// Whether nobody can see the page. A worker cannot be seen at any time, and is not hidden.
pub(super) fn is_hidden() -> bool {
    sys::get(&sys::get(&sys::global(), "document"), "hidden").is_truthy()
}
