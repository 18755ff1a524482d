//! Closing a source from outside, while it is awaited.

use alloc::rc::Rc;
use core::{
    cell::{Cell, RefCell},
    task::Waker,
};

use wasm_bindgen::JsCast;

use super::{body, driver::Running};

/// Closes an [`EventSource`](super::EventSource), also while it is awaited: for a stop button. A clone closes the same one, and
/// dropping it closes nothing.
///
/// ```no_run
/// # async fn example() -> Result<(), headwater::web::Error> {
/// use futures_util::StreamExt;
/// use headwater::web::EventSource;
///
/// let mut source = EventSource::builder("/prices").connect()?;
/// let closer = source.closer();
/// // To end it from elsewhere: closer.close()
/// while let Some(event) = source.next().await {
///     web_sys::console::log_1(&event?.data.into());
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Closer(Rc<State>);

impl Closer {
    /// Ends the source at once, as [`EventSource::close`](super::EventSource::close) does: the request is aborted, and whoever
    /// awaits the next event gets `None`. Does nothing if the source is over, or was dropped.
    pub fn close(&self) {
        let State { is_closed, running, waker } = &*self.0;
        if is_closed.replace(true) {
            return;
        }
        if let Some(Running { reader, controller }) = running.take() {
            // In this order, so that the stream ends as cancelled, and not as failed.
            if let Some(reader) = reader {
                body::cancel(reader.unchecked_ref());
            }
            if let Some(controller) = controller {
                controller.abort();
            }
        }
        let waker = waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

#[derive(Debug, Default)]
struct State {
    is_closed: Cell<bool>,
    running: RefCell<Option<Running>>,
    waker: RefCell<Option<Waker>>,
}

/// The source's part of it.
#[derive(Debug, Default)]
pub(super) struct Closing(Rc<State>);

impl Closing {
    pub(super) fn closer(&self) -> Closer {
        Closer(Rc::clone(&self.0))
    }

    /// A [`Closer`] has closed the source.
    pub(super) fn is_closed(&self) -> bool {
        self.0.is_closed.get()
    }

    /// Somebody may close the source.
    pub(super) fn is_watched(&self) -> bool {
        Rc::strong_count(&self.0) > 1
    }

    /// What a [`Closer`] has to end.
    pub(super) fn set_running(&self, running: Option<Running>) {
        self.0.running.replace(running);
    }

    /// Whom a [`Closer`] has to wake.
    pub(super) fn set_waker(&self, waker: Option<Waker>) {
        self.0.waker.replace(waker);
    }

    pub(super) fn clear(&self) {
        self.set_running(None);
        self.set_waker(None);
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.clear();
    }
}
