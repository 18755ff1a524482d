//! Owns one attempt's request, as the Rust API makes it: where it goes, its headers, its
//! AbortController, and the response until the body is taken. Aborted when dropped, if it is still
//! running.

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

/// What every attempt is made from.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) url: String,
    pub(in crate::web) init: OwnInit,
    /// Called instead of the global `fetch`.
    pub(in crate::web) fetch: Option<Fetch>,
    /// Called for the request of each attempt.
    pub(in crate::web) request: Option<Prepare>,
    /// The query parameter that the last event ID goes into, instead of its header.
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

    /// The request of an attempt, or the error for a request that cannot be made. `given` is what the caller's closure returned.
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
            return Err(TypeError::new("fetch takes no URL with a user name or password").into());
        }
        Ok(target)
    }

    fn merge(&self, given: &AttemptRequest) -> Result<(String, Object), Error> {
        let url = given.url.as_ref().map_or_else(|| Ok(self.url.clone()), |url| checks::absolute(url))?;
        let OwnInit { init, headers, .. } = given.members.over(&self.init)?;
        // It is an initial value, and there is one already.
        checks::delete_header(&headers, "last-event-id");
        Ok((url, init))
    }

    /// Whether the caller accepts a response as an event stream, where the caller decides about that.
    pub(in crate::web) fn accepts(&self, response: &FetchResponse) -> Option<Result<bool, JsValue>> {
        self.accept.as_ref().map(|accept| Ok(accept.accepts(response.unchecked_ref())))
    }

    pub(in crate::web) fn is_get(&self) -> bool {
        is_get(&self.init.init)
    }

    /// Whether a function of the caller's sees the responses, and may read a clone of one.
    pub(in crate::web) fn is_seen(&self) -> bool {
        self.fetch.is_some() || self.accept.is_some()
    }

    /// Whether a server may be asked by [`Target::send_probe`]. A caller's own `fetch` may fail for reasons of its own, and
    /// other modes do not allow it; outside browsers nobody refuses an origin.
    pub(in crate::web) fn can_be_probed(&self) -> bool {
        let mode = sys::get(&self.init.init, "mode");
        self.fetch.is_none() && (mode.is_undefined() || mode == "cors") && own_origin().is_some()
    }
}

fn wrong(message: &str) -> JsValue {
    TypeError::new(message).into()
}

/// What the platform threw, or what we have to say in its place.
fn cause_of(error: &Error) -> JsValue {
    let message = match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    };
    wrong(&message)
}

/// Fails where the body is a stream that an attempt before has taken: each attempt would fail.
fn check_body(init: &Object) -> Result<(), JsValue> {
    if sys::get(&sys::get(init, "body"), "locked").is_truthy() {
        return Err(wrong("the body is a stream, which can be sent only once: give a new one by `request`"));
    }
    Ok(())
}

/// What one attempt requests.
#[derive(Debug)]
pub(in crate::web) struct Target {
    url: String,
    init: Object,
    fetch: Option<Fetch>,
    /// There is a last event ID to send by its header.
    has_last_event_id: bool,
}

impl Target {
    pub(in crate::web) fn head(&self) -> RequestHead {
        RequestHead {
            is_get: is_get(&self.init),
            preflights_last_event_id: self.has_last_event_id && !self.is_of_own_origin(),
        }
    }

    /// Outside browsers, where there are no origins, every URL is.
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

    /// Sends a request whose answer is kept from us if it is of another origin, and so needs no permission. Without the
    /// caller's headers, which could not be sent.
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

    /// Whether a failed request may succeed another time. The platform's `fetch` refuses some URLs each time, with an error
    /// that looks like a broken network: those without a host, such as `data:` and `blob:`, and those of some schemes. Of others
    /// it may know the scheme: an extension's own, or one that an application has registered. A caller's own `fetch` may
    /// know any.
    pub(in crate::web) fn can_be_repeated(&self) -> bool {
        self.fetch.is_some() || has_network(&self.url)
    }

    fn init(&self, controller: &AbortController) -> Object {
        let init = Object::assign(&Object::new(), &self.init);
        sys::set(&init, "signal", &sys::get(controller, "signal"));
        if sys::get(&init, "cache").is_undefined() {
            // [spec] 9.2.2, constructor step 11: an event stream is never answered from a cache.
            sys::set(&init, "cache", &"no-store".into());
        }
        init
    }
}

/// Whether the method is GET, as `fetch` understands it.
fn is_get(init: &Object) -> bool {
    let method = sys::get(init, "method");
    // Of what is no string `fetch` makes one.
    method.is_undefined() || method.as_string().is_some_and(|method| method.eq_ignore_ascii_case("GET"))
}

/// A request under way, or answered.
#[derive(Debug)]
pub(in crate::web) struct Request {
    controller: AbortController,
    /// Until the promise of `fetch` has settled.
    pending: Option<Pending>,
    promise: JsValue,
    /// It is aborted when it is dropped.
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
        // A `fetch` of the caller's that ignores the signal may still answer, with a body that nobody would read.
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

/// The caller's headers, with the standard's `Accept` unless the caller has one, and the last event ID if there is one.
fn headers(of_caller: &Headers, last_event_id: &str) -> Result<Headers, JsValue> {
    let headers = Headers::new_with_headers(of_caller)?;
    if headers.unchecked_ref::<HeaderList>().get("accept")?.is_null() {
        headers.set("accept", "text/event-stream")?;
    }
    if !last_event_id.is_empty() {
        // A header value is bytes, which the platform takes as a string of one character each.
        let bytes: String = last_event_id.bytes().map(char::from).collect();
        headers.set("last-event-id", &bytes)?;
    }
    Ok(headers)
}

/// The origin of the page or worker; outside browsers there is none. That of its URL is another where the URL is `about:blank` or
/// `about:srcdoc`, whose origin is that of who made the page, and in a sandbox.
fn own_origin() -> Option<String> {
    sys::get(&sys::global(), "origin").as_string()
}

/// Whether the URL has a host, and its scheme is one that a platform's `fetch` may have a network for.
fn has_network(url: &str) -> bool {
    const FILE: u64 = u64::from_be_bytes(*b"\0\0\0\0file");
    const FTP: u64 = u64::from_be_bytes(*b"\0\0\0\0\0ftp");
    const WS: u64 = u64::from_be_bytes(*b"\0\0\0\0\0\0ws");
    const WSS: u64 = u64::from_be_bytes(*b"\0\0\0\0\0wss");
    // The scheme as one number, which is less code than a comparison of texts.
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
