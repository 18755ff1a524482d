//! Closes a source from other code, while its next event is awaited.

use alloc::rc::Rc;
use core::{
    cell::{Cell, RefCell},
    task::Waker,
};

use wasm_bindgen::JsCast;

use super::{body, driver::Running};

/// Closes an [`EventSource`](super::EventSource) even while its next event is awaited, for example
/// from a stop button. Clones close the same source. Dropping a `Closer` closes nothing.
///
/// ```no_run
/// # async fn example() -> Result<(), headwater::web::Error> {
/// use futures_util::StreamExt;
/// use headwater::web::EventSource;
///
/// let mut source = EventSource::builder("/prices").connect()?;
/// let closer = source.closer();
/// // Other code can end the source: closer.close()
/// while let Some(event) = source.next().await {
///     web_sys::console::log_1(&event?.data.into());
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Closer(Rc<State>);

impl Closer {
    /// Ends the source at once, as [`EventSource::close`](super::EventSource::close) does. The
    /// request is aborted, and a pending `next()` returns `None`. The call does nothing if the
    /// source is over or was dropped.
    pub fn close(&self) {
        let State { is_closed, running, waker } = &*self.0;
        if is_closed.replace(true) {
            return;
        }
        if let Some(Running { reader, controller }) = running.take() {
            // The order matters: the stream must end as canceled and not as failed.
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

/// The source's half of a [`Closer`].
#[derive(Debug, Default)]
pub(super) struct Closing(Rc<State>);

impl Closing {
    pub(super) fn closer(&self) -> Closer {
        Closer(Rc::clone(&self.0))
    }

    /// Whether a [`Closer`] has closed the source.
    pub(super) fn is_closed(&self) -> bool {
        self.0.is_closed.get()
    }

    /// Whether there is a [`Closer`].
    pub(super) fn is_watched(&self) -> bool {
        Rc::strong_count(&self.0) > 1
    }

    /// Sets the request and the body that a [`Closer`] ends.
    pub(super) fn set_running(&self, running: Option<Running>) {
        self.0.running.replace(running);
    }

    /// Sets the waker that a [`Closer`] wakes.
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
