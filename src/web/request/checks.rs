//! The checks of a URL, headers and a `RequestInit`. The platform makes these checks, since it
//! knows its own rules.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use js_sys::{Array, Object, TypeError};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Headers, ReadableStream, Request, RequestInit, Url};

use crate::web::{
    error::{Error, Thrown},
    sys,
};

/// Replaces the source's URL in a Request that is built only to check its other members. No request
/// is sent to this URL.
const UNUSED_URL: &str = "https://headwater.invalid/";

/// The [special schemes](https://url.spec.whatwg.org/#special-scheme), whose hosts are domains.
const SPECIAL_SCHEMES: [&str; 6] = ["http:", "https:", "ws:", "wss:", "ftp:", "file:"];

/// [spec] 9.2.2, constructor step 3: resolves the URL against the base URL of the page or worker.
pub(in crate::web) fn absolute(given: &str) -> Result<String, Error> {
    let base = |object: &str, member: &str| sys::get(&sys::get(&sys::global(), object), member).as_string();
    let url = match base("document", "baseURI").or_else(|| base("location", "href")) {
        Some(base) => Url::new_with_base(given, &base),
        None => Url::new(given),
    };
    // Chromium accepts a space as "%20", which is a forbidden domain code point:
    // https://url.spec.whatwg.org/#forbidden-domain-code-point
    match url {
        Ok(url) if !(url.hostname().contains("%20") && SPECIAL_SCHEMES.contains(&&*url.protocol())) => Ok(url.href()),
        _ => Err(Error::Url { url: given.to_owned() }),
    }
}

/// Returns the headers of a RequestInit. The headers in `more` are added, or replace headers of the
/// same name.
pub(in crate::web) fn headers(init: &Object, more: &[(String, String)]) -> Result<Headers, Error> {
    let given = sys::get(init, "headers");
    let is_given = !given.is_undefined() && !given.is_null();
    let headers = if is_given { Headers::new_with_headers(given.unchecked_ref()) } else { Headers::new() };
    let headers = headers.map_err(|source| refused("headers", source))?;
    for (name, value) in more {
        set_header(&headers, name, value)?;
    }
    Ok(headers)
}

pub(in crate::web) fn has_header(headers: &Headers, name: &str) -> bool {
    headers.has(name).unwrap_or_default()
}

/// Deletes a header with a valid name, which cannot fail.
pub(in crate::web) fn delete_header(headers: &Headers, name: &str) {
    let _ = headers.delete(name);
}

/// Removes `Last-Event-ID` from the headers and returns its value. The header sets only the initial
/// ID, since the ID changes with the stream. Each character of a header value is a byte.
pub(in crate::web) fn take_last_event_id(headers: &Headers) -> Option<String> {
    let value = headers.get("last-event-id").ok()??;
    delete_header(headers, "last-event-id");
    let bytes: Vec<u8> = value.chars().filter_map(|byte| u8::try_from(byte).ok()).collect();
    Some(sys::decode(&bytes))
}

/// Checks that a header can carry a last event ID.
pub(in crate::web) fn check_last_event_id(last_event_id: &str) -> Result<(), Error> {
    let bytes: String = last_event_id.bytes().map(char::from).collect();
    let none = Headers::new().map_err(|source| refused("headers", source))?;
    set_header(&none, "last-event-id", &bytes)
}

pub(in crate::web) fn set_header(headers: &Headers, name: &str, value: &str) -> Result<(), Error> {
    headers.set(name, value).map_err(|source| Error::Header { name: name.to_owned(), source: source.into() })
}

/// Checks the other members of a RequestInit, and adds `duplex` if it is needed. Returns whether
/// the body is a stream.
pub(in crate::web) fn check(init: &Object) -> Result<bool, Error> {
    let checked = Object::assign(&Object::new(), init);
    // A stream can be consumed only once, by the real request.
    sys::set(&checked, "body", &JsValue::UNDEFINED);
    let method = match request(&checked) {
        Ok(request) => request.method(),
        Err(source) => return Err(refused(&culprit(&checked), source)),
    };
    let body = sys::get(init, "body");
    let has_body = !body.is_undefined() && !body.is_null();
    if has_body && (method == "GET" || method == "HEAD") {
        return Err(Error::Body { method });
    }
    let is_stream = has_body && is_stream(&body);
    if is_stream {
        check_streams()?;
        // Chromium requires `duplex` for a body that is a stream.
        sys::set(init, "duplex", &"half".into());
    }
    Ok(is_stream)
}

fn request(init: &Object) -> Result<Request, JsValue> {
    Request::new_with_str_and_init(UNUSED_URL, init.unchecked_ref::<RequestInit>())
}

/// Returns the first member that the platform refuses on its own, or "init" if it refuses only a
/// combination.
fn culprit(init: &Object) -> String {
    let alone = |member: &String| {
        let one = Object::new();
        sys::set(&one, member, &sys::get(init, member));
        request(&one).is_err()
    };
    let members: Array = Object::keys(init);
    let mut members = members.iter().filter_map(|member| member.as_string());
    members.find(alone).unwrap_or_else(|| "init".to_owned())
}

/// Recognizes streams of any realm, unlike `instanceof`.
fn is_stream(body: &JsValue) -> bool {
    sys::get(body, "getReader").is_function()
}

/// Checks that the browser can send streams. Other browsers would send the text "[object
/// ReadableStream]" instead, and give the request a content type.
fn check_streams() -> Result<(), Error> {
    let sent = || {
        let init = Object::new();
        sys::set(&init, "method", &"POST".into());
        sys::set(&init, "duplex", &"half".into());
        sys::set(&init, "body", ReadableStream::new()?.as_ref());
        request(&init)?.headers().has("content-type")
    };
    match sent() {
        Ok(false) => Ok(()),
        Ok(true) => Err(refused("body", TypeError::new("this browser cannot send a ReadableStream").into())),
        Err(source) => Err(refused("body", source)),
    }
}

fn refused(member: &str, source: JsValue) -> Error {
    Error::Init { member: member.to_owned(), source: Thrown::from(source) }
}
