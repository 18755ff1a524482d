//! Owns the description of a source before it begins: what to request, and how. Must not make the request.

use alloc::{borrow::ToOwned, string::String};

use js_sys::{Function, Object};
use wasm_bindgen::JsValue;
use web_sys::Headers;

use super::{driver::Driver, event_source::EventSource, request::Template};
use crate::{
    connection::{EndOfBody, Options, Reconnect},
    reconnection::Backoff,
};

/// What a source is to request, and how.
#[derive(Debug)]
#[must_use = "nothing is requested before `connect`"]
pub struct Builder {
    template: Template,
    options: Options,
}

impl Builder {
    pub(crate) fn new(url: String, init: Object, headers: Headers, fetch: Option<Function>, options: Options) -> Self {
        Self { template: Template { url, init, headers, fetch }, options }
    }

    /// The request's method. Default GET.
    pub fn method(mut self, method: &str) -> Self {
        self.options.is_get = method.eq_ignore_ascii_case("GET");
        self.init("method", &method.into())
    }

    /// A request header, in place of any of that name.
    ///
    /// # Errors
    /// If name or value are not those of a header.
    pub fn header(self, name: &str, value: &str) -> Result<Self, JsValue> {
        self.template.headers.set(name, value)?;
        Ok(self)
    }

    /// The request's body: anything that `fetch` takes.
    pub fn body(self, body: impl Into<JsValue>) -> Self {
        self.init("body", &body.into())
    }

    /// A JSON body: with it the method is POST and the content type `application/json`.
    ///
    /// # Errors
    /// If the value cannot be serialised.
    #[cfg(feature = "serde")]
    pub fn json<T: serde::Serialize>(self, value: &T) -> Result<Self, JsValue> {
        let body = super::json::stringify(value)?;
        self.method("POST").header("content-type", "application/json").map(|this| this.body(body))
    }

    /// Any other member of a `RequestInit`, such as `credentials`.
    pub fn init(self, member: &str, value: &JsValue) -> Self {
        // Setting a property of a plain object does not fail.
        let _ = js_sys::Reflect::set(&self.template.init, &member.into(), value);
        self
    }

    /// What is called instead of the global `fetch`, with a URL and a `RequestInit`.
    pub fn fetch(mut self, fetch: Function) -> Self {
        self.template.fetch = Some(fetch);
        self
    }

    /// The permission to repeat the request. Default: as the standard says for GET, never for another method.
    pub fn reconnect(mut self, reconnect: Reconnect) -> Self {
        self.options.reconnect = reconnect;
        self
    }

    /// How long to wait before repeating it.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.options.backoff = backoff;
        self
    }

    /// What a clean end of the body means. Default: reconnect for GET, close for another method.
    pub fn end(mut self, end: EndOfBody) -> Self {
        self.options.end = Some(end);
        self
    }

    /// The last event ID string to start from.
    pub fn last_event_id(mut self, last_event_id: &str) -> Self {
        last_event_id.clone_into(&mut self.options.last_event_id);
        self
    }

    /// The largest event in bytes. Default 64 MiB.
    pub fn max_event_size(mut self, bytes: usize) -> Self {
        self.options.max_event_size = bytes;
        self
    }

    /// The source. Its request is made when it is first asked.
    #[must_use]
    pub fn connect(self) -> EventSource {
        let Self { template, mut options } = self;
        options.can_probe = template.can_be_probed();
        EventSource::new(Driver::request(template, options))
    }
}
