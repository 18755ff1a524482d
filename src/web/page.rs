//! Owns the page's way into the browser's back/forward cache and out of it, as one source sees it. Must not know what a
//! source does about it. In workers and outside browsers nothing of the kind ever happens.

use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use wasm_bindgen::{JsCast, JsValue};

use super::{
    deferred::Deferred,
    sys::{self, PageTransition},
};

/// Where the page is.
#[derive(Debug)]
pub(super) struct Page {
    hidden: PageEvent,
    /// While the page is put away.
    shown: Option<PageEvent>,
}

impl Page {
    pub(super) fn new() -> Self {
        Self { hidden: PageEvent::on("pagehide"), shown: None }
    }

    /// Whether the page was put away while nobody waited for it; then it has long been back.
    pub(super) fn has_been_away(&mut self) -> bool {
        match Pin::new(&mut self.hidden.event).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(event) => self.is_put_away_by(event),
            Poll::Pending => false,
        }
    }

    /// Waits until the page is put away.
    pub(super) async fn put_away(&mut self) {
        loop {
            let event = (&mut self.hidden.event).await;
            if self.is_put_away_by(event) {
                self.shown = Some(PageEvent::on("pageshow"));
                return;
            }
        }
    }

    /// Waits until the page is there, if it is put away.
    pub(super) async fn brought_back(&mut self) {
        if let Some(shown) = &mut self.shown {
            (&mut shown.event).await;
            self.shown = None;
        }
    }

    /// Without `persisted` the page is unloaded, and nothing matters any more.
    fn is_put_away_by(&mut self, event: JsValue) -> bool {
        self.hidden = PageEvent::on("pagehide");
        event.unchecked_into::<PageTransition>().persisted()
    }
}

/// The next event of a name at the global object. The listener is removed when dropped.
#[derive(Debug)]
struct PageEvent {
    name: &'static str,
    event: Deferred,
}

impl PageEvent {
    fn on(name: &'static str) -> Self {
        // Node has no such events, nor the function: the future is never ready.
        let event = Deferred::new(|resolve| drop(sys::add_event_listener(name, resolve)));
        Self { name, event }
    }
}

impl Drop for PageEvent {
    fn drop(&mut self) {
        if let Some(resolve) = self.event.resolve() {
            drop(sys::remove_event_listener(self.name, resolve));
        }
    }
}
