//! The members of a `RequestInit` that a caller of the Rust API sets. An attempt's members replace
//! the source's.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;
use web_sys::Headers;

use super::checks;
#[cfg(feature = "serde")]
use crate::web::json;
use crate::web::{error::Error, sys};

/// The members that a caller sets.
#[derive(Debug, Default)]
pub(in crate::web) struct Members {
    init: Object,
    /// Headers in addition to those of `init`.
    headers: Vec<(String, String)>,
    is_json: bool,
}

impl Clone for Members {
    /// The clone has a `RequestInit` of its own.
    fn clone(&self) -> Self {
        let init = Object::assign(&Object::new(), &self.init);
        Self { init, headers: self.headers.clone(), is_json: self.is_json }
    }
}

impl Members {
    pub(in crate::web) fn set(&mut self, member: &str, value: &JsValue) {
        self.is_json &= member != "body";
        sys::set(&self.init, member, value);
    }

    pub(in crate::web) fn header(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    #[cfg(feature = "serde")]
    pub(in crate::web) fn json<T: serde::Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let body = json::stringify(value).map_err(|source| Error::Serialize { source: source.into() })?;
        self.set("body", &body.into());
        self.is_json = true;
        Ok(())
    }

    /// Returns a `RequestInit` with these members in place of those of `base`, checked by the
    /// platform.
    pub(in crate::web) fn over(&self, base: &OwnInit) -> Result<OwnInit, Error> {
        let own_headers = checks::headers(&self.init, &self.headers)?;
        let init = Object::assign(&Object::assign(&Object::new(), &base.init), &self.init);
        let headers = checks::headers(&base.init, &[])?;
        let mut is_json = base.is_json;
        let has_body = !is_missing(&sys::get(&self.init, "body"));
        let is_bodiless = is_bodiless(&sys::get(&self.init, "method"));
        if !has_body && is_bodiless {
            // A GET that resumes the response to a POST does not send the body again.
            sys::set(&init, "body", &JsValue::UNDEFINED);
        }
        if has_body && base.is_json || !has_body && is_bodiless {
            checks::delete_header(&headers, "content-type");
            is_json = false;
        }
        if self.is_json {
            if !checks::has_header(&own_headers, "content-type") {
                checks::set_header(&headers, "content-type", "application/json")?;
                is_json = true;
            }
            if is_missing(&sys::get(&init, "method")) {
                sys::set(&init, "method", &"POST".into());
            }
        }
        for entry in Array::from(&own_headers).iter() {
            let part = |index| sys::get(&entry, index).as_string().unwrap_or_default();
            checks::set_header(&headers, &part("0"), &part("1"))?;
        }
        sys::set(&init, "headers", &headers);
        let is_stream = checks::check(&init)?;
        Ok(OwnInit { init, headers, is_json, is_stream })
    }
}

/// Our own `RequestInit`, without `signal`. Its `headers` are a Headers object.
#[derive(Debug)]
pub(in crate::web) struct OwnInit {
    pub(in crate::web) init: Object,
    pub(in crate::web) headers: Headers,
    /// Whether the content type comes from a JSON body and is removed with it.
    is_json: bool,
    /// Whether the body is a stream, which can be sent only once.
    pub(in crate::web) is_stream: bool,
}

impl OwnInit {
    /// Returns a `RequestInit` without members.
    pub(in crate::web) fn new() -> Result<Self, Error> {
        let init = Object::new();
        let headers = checks::headers(&init, &[])?;
        Ok(Self { init, headers, is_json: false, is_stream: false })
    }
}

fn is_missing(value: &JsValue) -> bool {
    value.is_undefined() || value.is_null()
}

fn is_bodiless(method: &JsValue) -> bool {
    let is = |method: String| method.eq_ignore_ascii_case("get") || method.eq_ignore_ascii_case("head");
    method.as_string().is_some_and(is)
}
