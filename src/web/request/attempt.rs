//! The input and the output of [`Builder::request`](crate::web::Builder::request).

use alloc::{borrow::ToOwned, string::String};

use wasm_bindgen::JsValue;

use super::init::Members;
#[cfg(feature = "serde")]
use crate::web::Error;

/// The attempt that [`Builder::request`](crate::web::Builder::request) is called for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The number of the request, counted from 1.
    pub number: u32,
    /// The last event ID string, which is sent with the request. Empty if no ID was set.
    pub last_event_id: String,
}

/// Holds the changes that one attempt makes to the source's request.
///
/// ```
/// # use headwater::web::AttemptRequest;
/// let unchanged = AttemptRequest::new();
/// let authorized = AttemptRequest::new().header("authorization", "Bearer …");
/// let resumed = AttemptRequest::new().method("GET").url("/api/answers/7");
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct AttemptRequest {
    pub(in crate::web) url: Option<String>,
    pub(in crate::web) members: Members,
}

impl AttemptRequest {
    /// Creates a value without changes: the attempt makes the source's own request.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces the URL. It is resolved against the base URL of the page or worker.
    pub fn url(mut self, url: &str) -> Self {
        self.url = Some(url.to_owned());
        self
    }

    /// Replaces the method. With GET or HEAD the body of the source's request is omitted.
    pub fn method(self, method: &str) -> Self {
        self.init("method", &method.into())
    }

    /// Sets a header. It replaces any header of the same name. `Last-Event-ID` is ignored, because
    /// the source sends its own.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.members.header(name, value);
        self
    }

    /// Replaces the body. If the body is a stream, supply a new stream for each attempt.
    pub fn body(self, body: impl Into<JsValue>) -> Self {
        self.init("body", &body.into())
    }

    /// Replaces the body with JSON, as [`Builder::json`](crate::web::Builder::json) does.
    ///
    /// # Errors
    /// [`Error::Serialize`](crate::web::Error::Serialize) if the value cannot be serialized.
    #[cfg(feature = "serde")]
    pub fn json<T: serde::Serialize + ?Sized>(mut self, value: &T) -> Result<Self, Error> {
        self.members.json(value)?;
        Ok(self)
    }

    /// Replaces any other member of the `RequestInit`, such as `credentials`. `signal` is ignored,
    /// because the source uses its own.
    pub fn init(mut self, member: &str, value: &JsValue) -> Self {
        self.members.set(member, value);
        self
    }
}
