//! Owns one timer: cleared when dropped. Must not know what is waited for.

use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use wasm_bindgen::JsValue;

use super::{deferred::Deferred, sys};

/// A future that is ready after some time.
#[derive(Debug)]
#[must_use = "a timer that is dropped is cleared"]
pub(super) struct Timer {
    id: JsValue,
    due: Deferred,
}

impl Timer {
    /// Starts a timer. Beyond 2³¹ − 1 milliseconds `setTimeout` would run at once; callers stay below.
    #[expect(clippy::cast_precision_loss, reason = "waits are below 2³¹")]
    pub(super) fn after(milliseconds: u64) -> Self {
        let mut id = JsValue::UNDEFINED;
        let due = Deferred::new(|resolve| id = sys::set_timeout(resolve, milliseconds as f64));
        Self { id, due }
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.due).poll(context).map(|_| ())
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        sys::clear_timeout(&self.id);
    }
}
