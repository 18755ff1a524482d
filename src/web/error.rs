//! The errors of the Rust API, and their texts.

use alloc::{borrow::Cow, string::String, vec::Vec};
use core::{error, fmt};

use wasm_bindgen::JsValue;

use super::sys;
use crate::core::error::Failure;

/// What can go wrong with an [`EventSource`](super::EventSource), before it begins or when it ends.
///
/// It may hold values of JavaScript's, so that it is neither [`Send`] nor [`Sync`]; its text is for whoever needs that.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// It is no URL, or cannot be resolved against that of the page.
    #[non_exhaustive]
    Url {
        /// What was given.
        url: String,
    },
    /// Name or value are not those of a header. The value may be a secret, and is not told.
    #[non_exhaustive]
    Header {
        /// The header's name.
        name: String,
        /// What the platform threw.
        source: Thrown,
    },
    /// The method, or another member of the `RequestInit`, is none.
    #[non_exhaustive]
    Init {
        /// The member's name.
        member: String,
        /// What the platform threw.
        source: Thrown,
    },
    /// There is a body, and the method has none.
    #[non_exhaustive]
    Body {
        /// The method, GET or HEAD.
        method: String,
    },
    /// The stream cannot be read: it is locked.
    #[non_exhaustive]
    Stream {
        /// What the stream threw.
        source: Thrown,
    },
    /// A value has no JSON form.
    #[cfg(feature = "serde")]
    #[non_exhaustive]
    Serialize {
        /// Why.
        source: Thrown,
    },
    /// An event's data is not JSON, or not of the type.
    #[cfg(feature = "serde")]
    #[non_exhaustive]
    Deserialize {
        /// The event's type.
        event_type: String,
        /// The last event ID string at the event.
        last_event_id: String,
        /// The first 80 characters of the data; one more, "…", where there are more.
        data: String,
        /// Why.
        source: Thrown,
    },
    /// The connection has failed: there will be no further attempt.
    Failed(FailedAttempt),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url { url } => write!(formatter, "{url:?} is not a valid URL"),
            Self::Header { name, .. } => write!(formatter, "the header {name:?} cannot be sent"),
            Self::Init { member, .. } => write!(formatter, "the request's {member:?} is not possible"),
            Self::Body { method } => write!(formatter, "a body cannot be sent with {method}"),
            Self::Stream { .. } => formatter.write_str("the stream cannot be read"),
            #[cfg(feature = "serde")]
            Self::Serialize { .. } => formatter.write_str("the value has no JSON form"),
            #[cfg(feature = "serde")]
            Self::Deserialize { event_type, last_event_id, data, .. } => write!(
                formatter,
                "the data of the event {event_type:?} with the id {last_event_id:?} is not as expected: `{data}`"
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

/// An attempt that failed, with what the browser knows of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct FailedAttempt {
    /// What happened and what follows.
    pub failure: Failure,
    /// The response that was refused.
    pub response: Option<web_sys::Response>,
    /// Its body, at most 64 KiB of it, as far as it came within a second.
    pub body: Vec<u8>,
    /// What `fetch` or the stream threw.
    pub cause: Option<Thrown>,
}

impl FailedAttempt {
    /// The body's text.
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

/// What JavaScript threw: mostly an `Error`, but it can be anything. Its text is what `String()` makes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Thrown(JsValue);

impl Thrown {
    /// The value itself.
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
        formatter.write_str(text.as_deref().unwrap_or("something without a text was thrown"))
    }
}

impl error::Error for Thrown {}
