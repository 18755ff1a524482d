//! Owns the page's way into the browser's back/forward cache and out of it, as one source sees it. Must not know what a
//! source does about it. In workers and outside browsers nothing of the kind ever happens.

use alloc::rc::Rc;
use core::{
    cell::{Cell, RefCell},
    future::poll_fn,
    task::{Poll, Waker},
};

use wasm_bindgen::{JsCast, closure::Closure};

use super::sys::{self, PageTransition};

const EVENTS: [&str; 2] = ["pagehide", "pageshow"];

/// Where the page is.
#[derive(Debug)]
pub(super) struct Page {
    state: Rc<State>,
    listener: Closure<dyn Fn(PageTransition)>,
}

/// What the events say, whether somebody waits for them or not.
#[derive(Debug, Default)]
struct State {
    away: Cell<bool>,
    /// The page went away, and nobody has been told yet.
    news: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Page {
    pub(super) fn new() -> Self {
        let state = Rc::new(State::default());
        let listener = Closure::new({
            let state = Rc::clone(&state);
            move |event: PageTransition| {
                // Without it the page has been loaded, or is left for good.
                if event.persisted() {
                    state.change(event.type_() == *EVENTS[0]);
                }
            }
        });
        for name in EVENTS {
            // Node has no such events, nor the function.
            let _ = sys::add_event_listener(name, listener.as_ref().unchecked_ref());
        }
        Self { state, listener }
    }

    /// Waits until the page is put away, or says that it has been, if nobody was told.
    pub(super) async fn put_away(&self) {
        self.wait(|state| state.news.take()).await;
    }

    /// Waits until the page is there, if it is put away.
    pub(super) async fn brought_back(&self) {
        self.wait(|state| !state.away.get()).await;
    }

    async fn wait(&self, until: impl Fn(&State) -> bool) {
        poll_fn(|context| {
            if until(&self.state) {
                return Poll::Ready(());
            }
            self.state.waker.replace(Some(context.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}

impl State {
    fn change(&self, away: bool) {
        self.away.set(away);
        if away {
            self.news.set(true);
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
