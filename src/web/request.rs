//! Owns one attempt's request: its headers, its AbortController, and the response until the body is taken. Aborted when
//! dropped. Must not know which answers are good ones.

use alloc::string::String;

use js_sys::{Function, Object, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, Headers};

use super::{
    body,
    sys::{self, AttemptInit, FetchResponse},
};

/// What every attempt is made from.
#[derive(Clone, Debug)]
pub(super) struct Template {
    pub(super) url: String,
    /// A RequestInit without `headers` and `signal`.
    pub(super) init: Object,
    pub(super) headers: Headers,
    /// What is called instead of the global `fetch`.
    pub(super) fetch: Option<Function>,
}

impl Template {
    /// Sends the request.
    pub(super) fn send(&self, last_event_id: &str) -> Result<Request, JsValue> {
        if has_credentials(&self.url) {
            return Err(js_sys::TypeError::new("fetch takes no URL with a user name or password").into());
        }
        let controller = AbortController::new()?;
        let init = self.init(&controller);
        init.set_headers(&headers(&self.headers, last_event_id)?);
        let promise = match &self.fetch {
            Some(fetch) => {
                let answer = fetch.call2(&JsValue::UNDEFINED, &JsValue::from_str(&self.url), &init)?;
                Promise::resolve(&answer)
            }
            None => sys::global_fetch(&self.url, init.unchecked_ref())?,
        };
        Ok(Request { controller, pending: Some(promise) })
    }

    /// Sends a request whose answer is kept from us if it is of another origin, and so needs no permission. Without the
    /// caller's headers, which could not be sent.
    pub(super) fn send_probe(&self) -> Result<Request, JsValue> {
        let controller = AbortController::new()?;
        let init = self.init(&controller);
        init.set_mode("no-cors");
        let promise = sys::global_fetch(&self.url, init.unchecked_ref())?;
        Ok(Request { controller, pending: Some(promise) })
    }

    /// Whether a server may be asked by [`Template::send_probe`]. A caller's own `fetch` may fail for reasons of its own, and
    /// other modes do not allow it; outside browsers nobody refuses an origin.
    pub(super) fn can_be_probed(&self) -> bool {
        let mode = self.init.unchecked_ref::<AttemptInit>().mode();
        self.fetch.is_none() && (mode.is_undefined() || mode == "cors") && sys::LOCATION.with(Option::is_some)
    }

    /// Whether a failed request may succeed another time. `fetch` refuses some each time, with an error that looks like a
    /// broken network; and a URL of another scheme has no network that could mend.
    pub(super) fn can_be_repeated(&self) -> bool {
        (self.url.starts_with("http:") || self.url.starts_with("https:")) && !has_credentials(&self.url)
    }

    fn init(&self, controller: &AbortController) -> AttemptInit {
        let init = Object::assign(&Object::new(), &self.init).unchecked_into::<AttemptInit>();
        init.set_signal(&controller.signal());
        if init.cache().is_undefined() {
            // [spec] 9.2.2, constructor step 11: an event stream is never answered from a cache.
            init.set_cache("no-store");
        }
        init
    }
}

/// A request under way, or answered.
#[derive(Debug)]
pub(super) struct Request {
    controller: AbortController,
    /// The promise of `fetch`, until it has settled.
    pending: Option<Promise>,
}

impl Request {
    /// Waits for the head of the response.
    pub(super) async fn response(&mut self) -> Result<FetchResponse, JsValue> {
        let Some(promise) = self.pending.clone() else { return Err(JsValue::UNDEFINED) };
        let answer = JsFuture::from(promise).await;
        self.pending = None;
        answer.map(JsCast::unchecked_into)
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.controller.abort();
        // A `fetch` of the caller's that ignores the signal may still answer, with a body that nobody would read.
        if let Some(promise) = self.pending.take() {
            spawn_local(async move {
                if let Ok(response) = JsFuture::from(promise).await
                    && let Ok(Some(stream)) = response.unchecked_into::<FetchResponse>().body()
                {
                    body::cancel(&stream);
                }
            });
        }
    }
}

/// The caller's headers, with the standard's `Accept` unless the caller has one, and the last event ID if there is one.
fn headers(of_caller: &Headers, last_event_id: &str) -> Result<Headers, JsValue> {
    let headers = Headers::new_with_headers(of_caller)?;
    if !headers.has("accept")? {
        headers.set("accept", "text/event-stream")?;
    }
    if !last_event_id.is_empty() {
        // A header value is bytes, which the platform takes as a string of one character each.
        let bytes: String = last_event_id.bytes().map(char::from).collect();
        headers.set("last-event-id", &bytes)?;
    }
    Ok(headers)
}

fn has_credentials(url: &str) -> bool {
    // In a serialised URL the authority is what follows the first two slashes, up to the next one.
    let mut parts = url.as_bytes().split(|byte| matches!(byte, b'/' | b'?' | b'#'));
    parts.nth(2).is_some_and(|authority| authority.contains(&b'@'))
}
