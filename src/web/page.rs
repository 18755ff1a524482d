//! Owns what becomes of the page, as one source sees it: put away into the browser's back/forward cache and brought back,
//! hidden and shown, on the network again. Must not know what a source does about it. In workers a page is never hidden nor
//! put away, and outside browsers nothing of the kind ever happens.

use alloc::rc::Rc;
use core::{
    cell::{Cell, RefCell},
    task::{Context, Poll, Waker},
};

use wasm_bindgen::{JsCast, closure::Closure};

use super::sys::{self, PageEvent};

/// `visibilitychange` is the document's, and bubbles.
const EVENTS: [&str; 4] = ["pagehide", "pageshow", "visibilitychange", "online"];

/// What became of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Into the back/forward cache.
    PutAway,
    Hidden,
    /// Visible again, or on the network again.
    Back,
}

/// Where the page is.
#[derive(Debug)]
pub(super) struct Page {
    state: Rc<State>,
    listener: Closure<dyn Fn(PageEvent)>,
}

/// What the events say, whether somebody waits for them or not.
#[derive(Debug, Default)]
struct State {
    away: Cell<bool>,
    /// What nobody has been told yet.
    news: Cell<Option<Change>>,
    waker: RefCell<Option<Waker>>,
}

impl Page {
    pub(super) fn new() -> Self {
        let state = Rc::new(State::default());
        let listener = Closure::new({
            let state = Rc::clone(&state);
            move |event: PageEvent| match &*event.type_() {
                "online" => state.tell(Change::Back),
                "visibilitychange" => state.tell(if is_hidden() { Change::Hidden } else { Change::Back }),
                // Without it the page has been loaded, or is left for good.
                name if event.persisted() => state.put_away(name == EVENTS[0]),
                _ => {}
            }
        });
        for name in EVENTS {
            // Node has no such events, nor the function.
            let _ = sys::add_event_listener(name, listener.as_ref().unchecked_ref());
        }
        Self { state, listener }
    }

    /// Waits until something becomes of the page, or says what has, if nobody was told.
    pub(super) fn poll_change(&self, context: &Context<'_>) -> Poll<Change> {
        match self.state.news.take() {
            Some(change) => Poll::Ready(change),
            None => self.wait(context),
        }
    }

    /// Waits until the page is there, if it is put away.
    pub(super) fn poll_brought_back(&self, context: &Context<'_>) -> Poll<()> {
        if self.state.away.get() { self.wait(context) } else { Poll::Ready(()) }
    }

    fn wait<T>(&self, context: &Context<'_>) -> Poll<T> {
        self.state.waker.replace(Some(context.waker().clone()));
        Poll::Pending
    }
}

impl State {
    fn put_away(&self, away: bool) {
        self.away.set(away);
        self.tell(if away { Change::PutAway } else { Change::Back });
    }

    /// Of what happens before anybody is told, the last counts; but a page that was put away has lost its requests.
    fn tell(&self, change: Change) {
        if self.news.get() != Some(Change::PutAway) {
            self.news.set(Some(change));
        }
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        for name in EVENTS {
            let _ = sys::remove_event_listener(name, self.listener.as_ref().unchecked_ref());
        }
    }
}

/// Whether nobody can see the page. A worker cannot be seen at any time, and is not hidden.
pub(super) fn is_hidden() -> bool {
    sys::DOCUMENT.with(|document| document.as_ref().is_some_and(|document| document.hidden()))
}
