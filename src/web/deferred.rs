//! Owns a future that the platform completes by calling a function. Must not know which of its features does.

use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Ready when its function is called, with the argument of that call.
#[derive(Debug)]
pub(super) struct Deferred {
    resolve: Option<Function>,
    future: JsFuture,
}

impl Deferred {
    /// Hands the function over to whoever is to call it.
    pub(super) fn new(hand_over: impl FnOnce(&Function)) -> Self {
        let mut resolver = None;
        let promise = Promise::new(&mut |resolve, _reject| resolver = Some(resolve));
        let deferred = Self { resolve: resolver, future: JsFuture::from(promise) };
        if let Some(resolve) = deferred.resolve() {
            hand_over(resolve);
        }
        deferred
    }

    pub(super) fn resolve(&self) -> Option<&Function> {
        self.resolve.as_ref()
    }
}

impl Future for Deferred {
    type Output = JsValue;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<JsValue> {
        Pin::new(&mut self.future).poll(context).map(Result::unwrap_or_default)
    }
}

impl Drop for Deferred {
    fn drop(&mut self) {
        // The future's callbacks are freed when its promise settles, which it never would once nobody calls.
        if let Some(resolve) = self.resolve() {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    }
}
