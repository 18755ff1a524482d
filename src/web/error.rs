//! The errors of the Rust API and their messages.

use alloc::{borrow::Cow, string::String, vec::Vec};
use core::{error, fmt};

use wasm_bindgen::JsValue;

use super::sys;
use crate::core::error::Failure;

/// An error of the browser layer: from building an [`EventSource`](super::EventSource), from
/// receiving its events, or from converting JSON.
///
/// An error may contain JavaScript values, so it is neither [`Send`] nor [`Sync`]. Where these
/// traits are required, use the text of the error.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The URL is invalid, or cannot be resolved against the URL of the page.
    #[non_exhaustive]
    Url {
        /// The URL as given.
        url: String,
    },
    /// The name or the value of a header is invalid. The error does not contain the value, which
    /// may be a secret.
    #[non_exhaustive]
    Header {
        /// The name of the rejected header.
        name: String,
        /// The error that the platform threw.
        source: Thrown,
    },
    /// The method, or another member of the `RequestInit`, is invalid.
    #[non_exhaustive]
    Init {
        /// The name of the rejected member.
        member: String,
        /// The error that the platform threw.
        source: Thrown,
    },
    /// The request has a body, but its method does not allow a body.
    #[non_exhaustive]
    Body {
        /// The method that allows no body: GET or HEAD.
        method: String,
    },
    /// The stream cannot be read, because it is locked.
    #[non_exhaustive]
    Stream {
        /// The error that the stream threw.
        source: Thrown,
    },
    /// The value cannot be serialized as JSON.
    #[cfg(feature = "serde")]
    #[non_exhaustive]
    Serialize {
        /// The error that JavaScript threw.
        source: Thrown,
    },
    /// The event's data is not JSON, or does not match the type.
    #[cfg(feature = "serde")]
    #[non_exhaustive]
    Deserialize {
        /// The type of the event that was received.
        event_type: String,
        /// The last event ID string that the event had.
        last_event_id: String,
        /// The first 80 characters of the data, followed by "…" if there are more.
        data: String,
        /// The error that JavaScript threw.
        source: Thrown,
    },
    /// An attempt has failed, and no other attempt follows. With
    /// [`Reconnect::Decided`](crate::Reconnect::Decided), you can still start another attempt with
    /// [`EventSource::decide`](super::EventSource::decide).
    Failed(FailedAttempt),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url { url } => write!(formatter, "{url:?} is not a valid URL"),
            Self::Header { name, .. } => write!(formatter, "the header {name:?} cannot be sent"),
            Self::Init { member, .. } => write!(formatter, "invalid `{member}`"),
            Self::Body { method } => write!(formatter, "a body cannot be sent with {method}"),
            Self::Stream { .. } => formatter.write_str("the stream cannot be read"),
            #[cfg(feature = "serde")]
            Self::Serialize { .. } => formatter.write_str("the value cannot be serialized as JSON"),
            #[cfg(feature = "serde")]
            Self::Deserialize { event_type, last_event_id, data, .. } => write!(
                formatter,
                "the data of the event {event_type:?} with the id {last_event_id:?} is not JSON of the expected type: `{data}`"
            ),
            Self::Failed(attempt) => attempt.fmt(formatter),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Url { .. } | Self::Body { .. } => None,
            Self::Header { source, .. } | Self::Init { source, .. } | Self::Stream { source } => Some(source),
            #[cfg(feature = "serde")]
            Self::Serialize { source } | Self::Deserialize { source, .. } => Some(source),
            Self::Failed(attempt) => attempt.source(),
        }
    }
}

/// A failed attempt, with everything that the browser knows about it.
#[derive(Debug)]
#[non_exhaustive]
pub struct FailedAttempt {
    /// Describes the failure. Another attempt follows if `failure.delay` is set.
    pub failure: Failure,
    /// The rejected response, if there was a response.
    pub response: Option<web_sys::Response>,
    /// The first bytes of the rejected response's body: at most 64 KiB, received within one second.
    pub body: Vec<u8>,
    /// The value that `fetch` or the stream threw.
    pub cause: Option<Thrown>,
}

impl FailedAttempt {
    /// Returns the body as text. Invalid UTF-8 becomes U+FFFD.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}

impl fmt::Display for FailedAttempt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failure.fmt(formatter)
    }
}

impl error::Error for FailedAttempt {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as &dyn error::Error)
    }
}

/// A value that JavaScript threw: usually an `Error`, but it can be anything. Its text is the
/// result of `String(value)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Thrown(JsValue);

impl Thrown {
    /// Returns the value itself.
    #[must_use]
    pub fn value(&self) -> &JsValue {
        &self.0
    }
}

impl From<JsValue> for Thrown {
    fn from(value: JsValue) -> Self {
        Self(value)
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        thrown.0
    }
}

impl fmt::Display for Thrown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = sys::text_of(&self.0).ok().and_then(|text| text.as_string());
        formatter.write_str(text.as_deref().unwrap_or("a value that cannot be converted to a string was thrown"))
    }
}

impl error::Error for Thrown {}
