//! A promise that is polled by hand.

use core::task::{Context, Poll};

use wasm_bindgen::JsValue;

use super::{callback_slot::CallbackSlot, sys};

/// A promise that is awaited. Its rejection is never reported as unhandled, even if the promise is
/// no longer awaited.
#[derive(Debug)]
pub(crate) enum Pending {
    Promise {
        fulfilled: CallbackSlot,
        rejected: CallbackSlot,
    },
    /// There is an error instead of a promise. It is returned once.
    Failed(Option<JsValue>),
}

impl Pending {
    /// Awaits the result of a function or method: a promise, any other value, or a thrown error.
    pub(crate) fn of(answer: Result<JsValue, JsValue>) -> Self {
        Self::try_of(answer).unwrap_or_else(|error| Self::Failed(Some(error)))
    }

    fn try_of(answer: Result<JsValue, JsValue>) -> Result<Self, JsValue> {
        let promise = sys::resolve(&answer?)?;
        let (fulfilled, rejected) = (CallbackSlot::new(), CallbackSlot::new());
        promise.then(fulfilled.function(), rejected.function())?;
        Ok(Self::Promise { fulfilled, rejected })
    }

    pub(crate) fn poll(&mut self, context: &Context<'_>) -> Poll<Result<JsValue, JsValue>> {
        match self {
            Self::Promise { fulfilled, rejected } => match fulfilled.poll(context) {
                Poll::Ready(value) => Poll::Ready(Ok(value)),
                Poll::Pending => rejected.poll(context).map(Err),
            },
            Self::Failed(error) => error.take().map_or(Poll::Pending, |error| Poll::Ready(Err(error))),
        }
    }
}
