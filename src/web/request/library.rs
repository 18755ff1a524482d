//! One attempt's request in the Rust API: its URL, its headers, its AbortController, and the
//! response until the body is taken. Dropping a request aborts it if it is still running.

use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
};
use core::error::Error as _;
use core::task::{Context, Poll};

use js_sys::{Object, Promise, TypeError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, Headers, Url};

use super::{
    attempt::{Attempt, AttemptRequest},
    callbacks::{Accept, Fetch, Prepare, Preparing},
    checks,
    init::OwnInit,
};
use crate::{
    core::heads::RequestHead,
    web::{
        body,
        error::Error,
        promise::Pending,
        sys::{self, FetchResponse, HeaderList, Query},
    },
};

/// The source's part of every attempt.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) url: String,
    pub(in crate::web) init: OwnInit,
    /// Called instead of the global `fetch`.
    pub(in crate::web) fetch: Option<Fetch>,
    /// Called for the request of each attempt.
    pub(in crate::web) request: Option<Prepare>,
    /// The query parameter for the last event ID, which replaces the header.
    pub(crate) last_event_id_param: Option<JsValue>,
    /// Decides whether a response is accepted as an event stream.
    pub(in crate::web) accept: Option<Accept>,
}

impl Template {
    /// Calls the caller's closure for the request of an attempt, if there is one.
    pub(in crate::web) fn ask(&self, attempt: u32, last_event_id: &str) -> Option<Preparing> {
        let attempt = Attempt { number: attempt, last_event_id: last_event_id.to_owned() };
        self.request.as_ref().map(|request| request.call(attempt))
    }

    /// Returns the request of an attempt, or an error if it cannot be made. `given` is the result
    /// of the caller's closure.
    pub(in crate::web) fn target(&self, given: Option<AttemptRequest>, last_event_id: &str) -> Result<Target, JsValue> {
        let (url, init) = match given {
            None => (self.url.clone(), self.init.init.clone()),
            Some(given) => self.merge(&given).map_err(|error| cause_of(&error))?,
        };
        check_body(&init)?;
        let fetch = self.fetch.clone();
        let mut target = Target { url, init, fetch, has_last_event_id: !last_event_id.is_empty() };
        if let (Some(parameter), true) = (&self.last_event_id_param, target.has_last_event_id) {
            let url = Url::new(&target.url)?;
            sys::get(&url, "searchParams").unchecked_into::<Query>().set(parameter, last_event_id);
            target.url = sys::get(&url, "href").as_string().unwrap_or_default();
            target.has_last_event_id = false;
        }
        if has_credentials(&target.url) {
            return Err(TypeError::new("fetch does not allow a user name or password in a URL").into());
        }
        Ok(target)
    }

    fn merge(&self, given: &AttemptRequest) -> Result<(String, Object), Error> {
        let url = given.url.as_ref().map_or_else(|| Ok(self.url.clone()), |url| checks::absolute(url))?;
        let OwnInit { init, headers, .. } = given.members.over(&self.init)?;
        // A `Last-Event-ID` header sets only the initial ID, and the source already has an ID by
        // now.
        checks::delete_header(&headers, "last-event-id");
        Ok((url, init))
    }

    /// Returns whether the caller accepts a response as an event stream, or `None` if the caller
    /// does not decide.
    pub(in crate::web) fn accepts(&self, response: &FetchResponse) -> Option<Result<bool, JsValue>> {
        self.accept.as_ref().map(|accept| Ok(accept.accepts(response.unchecked_ref())))
    }

    pub(in crate::web) fn is_get(&self) -> bool {
        is_get(&self.init.init)
    }

    /// Whether a callback receives the responses, and may read a clone of a response.
    pub(in crate::web) fn is_seen(&self) -> bool {
        self.fetch.is_some() || self.accept.is_some()
    }

    /// Whether [`Target::send_probe`] may be called. A probe tells a CORS refusal from a network
    /// error. It is not sent in three cases: with a caller's own `fetch`, which may fail for other
    /// reasons; in modes other than `cors`; and outside browsers, where no origin is refused.
    pub(in crate::web) fn can_be_probed(&self) -> bool {
        let mode = sys::get(&self.init.init, "mode");
        self.fetch.is_none() && (mode.is_undefined() || mode == "cors") && own_origin().is_some()
    }
}

fn wrong(message: &str) -> JsValue {
    TypeError::new(message).into()
}

/// Returns a `TypeError` with the message of an error and of its cause.
fn cause_of(error: &Error) -> JsValue {
    let message = match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    };
    wrong(&message)
}

/// Returns an error if the body is a stream that an earlier attempt has consumed. Every attempt
/// would fail.
fn check_body(init: &Object) -> Result<(), JsValue> {
    if sys::get(&sys::get(init, "body"), "locked").is_truthy() {
        return Err(wrong("the body is a stream, which can be sent only once: return a new one from `request`"));
    }
    Ok(())
}

/// The target of one attempt.
#[derive(Debug)]
pub(in crate::web) struct Target {
    url: String,
    init: Object,
    fetch: Option<Fetch>,
    /// Whether to send a last event ID in the header.
    has_last_event_id: bool,
}

impl Target {
    pub(in crate::web) fn head(&self) -> RequestHead {
        RequestHead {
            is_get: is_get(&self.init),
            preflights_last_event_id: self.has_last_event_id && !self.is_of_own_origin(),
        }
    }

    /// Whether the URL has our own origin. Outside browsers there are no origins, and the result is
    /// true.
    fn is_of_own_origin(&self) -> bool {
        let Some(origin) = own_origin() else { return true };
        self.url.strip_prefix(&*origin).is_some_and(|path| path.as_bytes().first() == Some(&b'/'))
    }

    /// Sends the request.
    pub(in crate::web) fn send(&self, last_event_id: &str) -> Result<Request, JsValue> {
        let controller = AbortController::new()?;
        let init = self.init(&controller);
        let last_event_id = if self.has_last_event_id { last_event_id } else { "" };
        let headers = headers(&sys::get(&init, "headers").unchecked_into(), last_event_id)?;
        sys::set(&init, "headers", &headers);
        let promise = match &self.fetch {
            Some(fetch) => fetch.call(self.url.clone(), init.unchecked_into()).into(),
            None => sys::global_fetch(&self.url, &init)?,
        };
        Ok(Request::new(controller, promise))
    }

    /// Sends a request in the mode `no-cors`, which needs no permission: a response of another
    /// origin is hidden. The caller's headers are omitted, since this mode does not allow them.
    pub(in crate::web) fn send_probe(&self) -> Result<Request, JsValue> {
        let mode = sys::get(&self.init, "mode");
        if !mode.is_undefined() && mode != "cors" {
            return Err(wrong("the request's mode does not allow a probe"));
        }
        let controller = AbortController::new()?;
        let init = self.init(&controller);
        sys::set(&init, "headers", &JsValue::UNDEFINED);
        sys::set(&init, "mode", &"no-cors".into());
        let promise = sys::global_fetch(&self.url, &init)?;
        Ok(Request::new(controller, promise))
    }

    /// Whether a failed request may succeed later. The platform's `fetch` always refuses URLs
    /// without a host, such as `data:` and `blob:`, and some schemes, with an error that looks like
    /// a network error. It may support other schemes, such as the scheme of an extension or a
    /// scheme that an application has registered. A caller's own `fetch` may support any scheme.
    pub(in crate::web) fn can_be_repeated(&self) -> bool {
        self.fetch.is_some() || has_network(&self.url)
    }

    fn init(&self, controller: &AbortController) -> Object {
        let init = Object::assign(&Object::new(), &self.init);
        sys::set(&init, "signal", &sys::get(controller, "signal"));
        if sys::get(&init, "cache").is_undefined() {
            // [spec] 9.2.2, constructor step 11: an event stream never comes from a cache.
            sys::set(&init, "cache", &"no-store".into());
        }
        init
    }
}

/// Whether the method is GET, as `fetch` understands it.
fn is_get(init: &Object) -> bool {
    let method = sys::get(init, "method");
    // `fetch` converts any other type to a string.
    method.is_undefined() || method.as_string().is_some_and(|method| method.eq_ignore_ascii_case("GET"))
}

/// A request in progress, or one that has its response.
#[derive(Debug)]
pub(in crate::web) struct Request {
    controller: AbortController,
    /// `None` after the promise from `fetch` has settled.
    pending: Option<Pending>,
    promise: JsValue,
    /// Whether dropping the request aborts it.
    pub(in crate::web) is_running: bool,
}

impl Request {
    fn new(controller: AbortController, promise: JsValue) -> Self {
        Self { controller, promise: promise.clone(), pending: Some(Pending::of(Ok(promise))), is_running: true }
    }

    pub(in crate::web) fn controller(&self) -> &AbortController {
        &self.controller
    }

    /// Waits for the head of the response.
    pub(in crate::web) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<FetchResponse, JsValue>> {
        let Some(pending) = &mut self.pending else { return Poll::Pending };
        let answer = pending.poll(context);
        if answer.is_ready() {
            self.pending = None;
        }
        answer.map_ok(JsCast::unchecked_into)
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        if self.is_running {
            self.controller.abort();
        }
        // If a caller's `fetch` ignores the signal, it may still return a response. Nothing reads
        // its body, so it is canceled.
        if self.pending.is_some() {
            let promise = core::mem::take(&mut self.promise);
            spawn_local(async move {
                if let Ok(response) = JsFuture::from(Promise::resolve(&promise)).await
                    && let Ok(stream) = response.unchecked_into::<FetchResponse>().body()
                {
                    body::cancel(stream.unchecked_ref());
                }
            });
        }
    }
}

/// Returns the caller's headers, with the standard's `Accept` unless the caller has set one, and
/// with the last event ID if it is not empty.
fn headers(of_caller: &Headers, last_event_id: &str) -> Result<Headers, JsValue> {
    let headers = Headers::new_with_headers(of_caller)?;
    if headers.unchecked_ref::<HeaderList>().get("accept")?.is_null() {
        headers.set("accept", "text/event-stream")?;
    }
    if !last_event_id.is_empty() {
        // The platform takes the bytes of a header value as a string with one character for each.
        let bytes: String = last_event_id.bytes().map(char::from).collect();
        headers.set("last-event-id", &bytes)?;
    }
    Ok(headers)
}

/// Returns the origin of the page or worker, or `None` outside browsers. It can differ from the
/// origin of the page's URL: in a sandbox, and for `about:blank` and `about:srcdoc`, which have the
/// origin of their creator.
fn own_origin() -> Option<String> {
    sys::get(&sys::global(), "origin").as_string()
}

/// Whether the URL has a host, and a scheme that the platform's `fetch` may support over a network.
fn has_network(url: &str) -> bool {
    const FILE: u64 = u64::from_be_bytes(*b"\0\0\0\0file");
    const FTP: u64 = u64::from_be_bytes(*b"\0\0\0\0\0ftp");
    const WS: u64 = u64::from_be_bytes(*b"\0\0\0\0\0\0ws");
    const WSS: u64 = u64::from_be_bytes(*b"\0\0\0\0\0wss");
    // The scheme as one number. Comparing numbers needs less code than comparing strings.
    let mut scheme = 0;
    let mut bytes = url.as_bytes();
    while let [byte, rest @ ..] = bytes {
        if *byte == b':' {
            break;
        }
        scheme = scheme << 8 | u64::from(*byte);
        bytes = rest;
    }
    bytes.starts_with(b"://") && !matches!(scheme, FILE | FTP | WS | WSS)
}

fn has_credentials(url: &str) -> bool {
    let authority = url.split_once("://").map_or("", |(_, rest)| rest);
    authority.bytes().take_while(|byte| !matches!(byte, b'/' | b'?' | b'#')).any(|byte| byte == b'@')
}
