//! Owns the waiting for a promise, polled by hand. Must not know what it is for.

use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::sys;

/// A promise that is waited for. Its rejection is no unhandled one, whether it is waited for to its end or not.
#[derive(Debug)]
pub(crate) struct Pending(JsFuture);

impl Pending {
    pub(crate) fn new(promise: Promise) -> Self {
        Self(JsFuture::from(promise))
    }

    /// Waits for what a function or method has answered: a promise, or any other value; or what it has thrown.
    pub(super) fn of(answer: Result<JsValue, JsValue>) -> Self {
        Self::new(answer.and_then(|answer| sys::resolve(&answer)).unwrap_or_else(|error| Promise::reject(&error)))
    }

    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<JsValue, JsValue>> {
        Pin::new(&mut self.0).poll(context)
    }
}
