//! The caller's closures, in a form that a source can keep.

use alloc::{boxed::Box, rc::Rc, string::String};
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;
use web_sys::{RequestInit, Response};

use super::attempt::{Attempt, AttemptRequest};

type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// The closure of [`Builder::accept`](crate::web::Builder::accept).
pub(in crate::web) struct Accept(Box<dyn Fn(&Response) -> bool>);

impl Accept {
    pub(in crate::web) fn new(accept: impl Fn(&Response) -> bool + 'static) -> Self {
        Self(Box::new(accept))
    }

    pub(in crate::web) fn accepts(&self, response: &Response) -> bool {
        (self.0)(response)
    }
}

/// The closure of [`Builder::fetch`](crate::web::Builder::fetch).
#[derive(Clone)]
pub(in crate::web) struct Fetch(Rc<dyn Fn(String, RequestInit) -> Promise>);

impl Fetch {
    pub(in crate::web) fn new<F>(fetch: F) -> Self
    where
        F: AsyncFn(String, RequestInit) -> Result<Response, JsValue> + 'static,
    {
        let fetch = Rc::new(fetch);
        Self(Rc::new(move |url, init| {
            let fetch = Rc::clone(&fetch);
            let mut response = Box::pin(async move { fetch(url, init).await.map(JsValue::from) });
            // The future is polled here, so that the request is sent at once. The promise polls it
            // again, and sets a real waker.
            match response.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(Ok(response)) => Promise::resolve(&response),
                Poll::Ready(Err(error)) => Promise::reject(&error),
                // This must be a promise, because a response that arrives after the source was
                // dropped must still be canceled.
                Poll::Pending => future_to_promise(response),
            }
        }))
    }

    pub(in crate::web) fn call(&self, url: String, init: RequestInit) -> Promise {
        (self.0)(url, init)
    }
}

/// The closure of [`Builder::request`](crate::web::Builder::request).
pub(in crate::web) struct Prepare(Box<dyn Fn(Attempt) -> LocalFuture<Result<AttemptRequest, JsValue>>>);

impl Prepare {
    pub(in crate::web) fn new<F>(prepare: F) -> Self
    where
        F: AsyncFn(Attempt) -> Result<AttemptRequest, JsValue> + 'static,
    {
        let prepare = Rc::new(prepare);
        Self(Box::new(move |attempt| {
            let prepare = Rc::clone(&prepare);
            Box::pin(async move { prepare(attempt).await })
        }))
    }

    pub(in crate::web) fn call(&self, attempt: Attempt) -> Preparing {
        Preparing((self.0)(attempt))
    }
}

/// A running call of [`Prepare`]. Dropping it drops the caller's future.
pub(in crate::web) struct Preparing(LocalFuture<Result<AttemptRequest, JsValue>>);

impl Preparing {
    pub(in crate::web) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<AttemptRequest, JsValue>> {
        self.0.as_mut().poll(context)
    }
}

macro_rules! debug_by_name {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(stringify!($name))
            }
        }
    )*};
}

debug_by_name!(Accept, Fetch, Prepare, Preparing);
