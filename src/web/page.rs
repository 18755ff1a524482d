//! Owns what becomes of the page, as one source sees it: put away into the browser's back/forward cache and brought back,
//! hidden and shown, on the network again. Must not know what a source does about it. In workers a page is never hidden nor
//! put away, and outside browsers nothing of the kind ever happens.

use alloc::rc::Rc;
use core::{
    cell::{Cell, RefCell},
    task::{Context, Poll, Waker},
};

use wasm_bindgen::{JsCast, JsValue, closure::Closure};

use super::sys;

const EVENTS: [&str; 5] = ["pagehide", "pageshow", "visibilitychange", "online", "resume"];

/// `resume` is the document's and does not bubble: the global object only hears of it on its way down.
const CAPTURE: bool = true;

/// What became of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Into the back/forward cache.
    PutAway,
    /// It was frozen, as Chromium does with hidden pages, and goes on. A read whose chunk came meanwhile never ends.
    Thawed,
    Hidden,
    /// Visible again, or on the network again.
    Back,
}

/// Where the page is.
#[derive(Debug)]
pub(super) struct Page {
    state: Rc<State>,
    listener: Closure<dyn Fn(JsValue)>,
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
            move |event: JsValue| {
                let name = sys::get(&event, "type");
                if name == EVENTS[2] {
                    state.tell(if is_hidden() { Change::Hidden } else { Change::Back });
                } else if name == EVENTS[3] {
                    state.tell(Change::Back);
                } else if name == EVENTS[4] {
                    state.tell(Change::Thawed);
                } else if sys::get(&event, "persisted").is_truthy() {
                    // Without it the page has been loaded, or is left for good.
                    state.put_away(name == EVENTS[0]);
                }
            }
        });
        for name in EVENTS {
            // Node has no such events, nor the function.
            let _ = sys::add_event_listener(name, listener.as_ref().unchecked_ref(), CAPTURE);
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

    /// Of what happens before anybody is told, the last counts; but a page that was put away or frozen has lost its requests.
    fn tell(&self, change: Change) {
        if !matches!(self.news.get(), Some(Change::PutAway | Change::Thawed)) || change == Change::PutAway {
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
            let _ = sys::remove_event_listener(name, self.listener.as_ref().unchecked_ref(), CAPTURE);
        }
    }
}

/// Whether nobody can see the page. A worker cannot be seen at any time, and is not hidden.
pub(super) fn is_hidden() -> bool {
    sys::get(&sys::get(&js_sys::global(), "document"), "hidden").is_truthy()
}
