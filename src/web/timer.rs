//! Owns one timer: cleared when dropped. Must not know what is waited for.

use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::sys;

/// A future that is ready after some time.
#[derive(Debug)]
#[must_use = "a timer that is dropped is cleared"]
pub(super) struct Timer {
    id: JsValue,
    resolve: Option<Function>,
    due: JsFuture,
}

impl Timer {
    /// Starts a timer. Beyond 2³¹ − 1 milliseconds `setTimeout` would run at once; callers stay below.
    #[expect(clippy::cast_precision_loss, reason = "waits are below 2³¹")]
    pub(super) fn after(milliseconds: u64) -> Self {
        let (mut id, mut resolver) = (JsValue::UNDEFINED, None);
        let promise = Promise::new(&mut |resolve, _reject| {
            id = sys::set_timeout(&resolve, milliseconds as f64);
            resolver = Some(resolve);
        });
        Self { id, resolve: resolver, due: JsFuture::from(promise) }
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
        // The future's callbacks are freed when its promise settles, which a cleared timer would never do.
        if let Some(resolve) = &self.resolve {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    }
}
