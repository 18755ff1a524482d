//! Describes failures: their reasons, and a sentence for a person.

use alloc::string::String;
use core::{fmt, time::Duration};

/// Indicates why an attempt failed. The JavaScript API uses the same reasons, under the names that
/// [`Reason::as_str`] returns. The JavaScript API has a few more reasons, for failures that only
/// occur there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The response body ended cleanly.
    End,
    /// No response arrived.
    Network,
    /// The connection was lost after the response had been accepted, or the response body ended
    /// without its last event ([`EndOfBody::Interrupted`](crate::EndOfBody::Interrupted)).
    Interrupted,
    /// The server responded, but does not let this origin read the response.
    Cors,
    /// The status was not 200.
    Status,
    /// The status was 200, but the content type was not `text/event-stream`.
    ContentType,
    /// No response arrived within the caller's time limit.
    Timeout,
    /// The stream was silent for longer than the caller allows.
    Silence,
    /// An event was larger than the limit.
    TooLarge,
    /// The number of consecutive retries without progress has reached
    /// [`Backoff::max_retries`](crate::Backoff::max_retries).
    Attempts,
    /// The request could not be made, or a callback had already read or locked the body of the
    /// response.
    Request,
}

impl Reason {
    /// Returns the name of the reason in the JavaScript API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::End => "end",
            Self::Network => "network",
            Self::Interrupted => "interrupted",
            Self::Cors => "cors",
            Self::Status => "status",
            Self::ContentType => "content-type",
            Self::Timeout => "timeout",
            Self::Silence => "silence",
            Self::TooLarge => "too-large",
            Self::Attempts => "attempts",
            Self::Request => "request",
        }
    }
}

/// Describes an attempt that failed: the payload of an `error` event. Its text is
/// [`Failure::message`].
///
/// ```
/// use headwater::{Action, Connection, Options, Reason, ResponseHead};
///
/// let mut connection = Connection::new(Options::default(), || 0.5);
/// let head = ResponseHead { status: 404, content_type: None, retry_after: None };
/// let Action::FailConnection(failure) = connection.handle_response(head) else { unreachable!() };
/// assert_eq!((failure.reason, failure.status, failure.delay), (Reason::Status, Some(404), None));
/// assert_eq!(failure.to_string(), "the server responded with status 404");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// Says why the attempt failed.
    pub reason: Reason,
    /// The status of the response, if there was one.
    pub status: Option<u16>,
    /// The number of the request, counted from 1.
    pub attempt: u32,
    /// The wait until the next request, if another request follows.
    pub delay: Option<Duration>,
    /// The wait that results from backoff and `Retry-After`, even if no request follows. It is for
    /// callers that decide for themselves ([`Reconnect::Decided`](crate::Reconnect::Decided)).
    pub backoff: Duration,
    /// A circumstance that [`Failure::message`] mentions.
    pub note: Note,
}

/// Names a circumstance of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// There is nothing to add.
    None,
    /// The request is paused because the page is hidden. It is made again when the page is visible.
    Paused,
    /// The request went to another origin with the header `Last-Event-ID`, which that server has to
    /// allow.
    LastEventIdPreflight,
}

impl Failure {
    /// Returns whether the caller can decide about this failure. A 204 is final by the standard,
    /// and a pause is not a failure.
    #[must_use]
    pub fn is_decidable(&self) -> bool {
        self.status != Some(204) && self.note != Note::Paused
    }

    /// Returns an English sentence that describes the failure, without a period. It names the
    /// options and callbacks of the JavaScript API.
    #[must_use]
    pub fn message(&self) -> String {
        let mut message = String::from(match self.reason {
            Reason::End => "the server ended the stream",
            Reason::Network => "the server is unreachable or does not allow this origin",
            Reason::Cors => "the server does not let this origin read its response (CORS)",
            Reason::Interrupted if self.note == Note::Paused => "the page is hidden (pauseWhenHidden)",
            Reason::Interrupted => "the stream ended too early",
            Reason::Status => "the server responded with status ",
            Reason::ContentType => "the response's Content-Type is not text/event-stream",
            Reason::Timeout => "no response within connectTimeout",
            Reason::Silence => "the stream was silent for longer than silenceTimeout",
            Reason::TooLarge => "an event is larger than maxEventSize",
            Reason::Attempts => "no progress after maxRetries retries",
            Reason::Request => "the request failed",
        });
        if let (Reason::Status, Some(status)) = (self.reason, self.status) {
            for place in [100, 10, 1] {
                message.push(char::from(b'0' + (status / place % 10) as u8));
            }
        }
        message.push_str(match self.status {
            _ if self.note == Note::LastEventIdPreflight => {
                "; the server may refuse the header Last-Event-ID (use lastEventIdParam)"
            }
            // A 204 cannot be accepted.
            Some(201..=203 | 205..=299) => " (allow it in accept or onopen)",
            _ => "",
        });
        message
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message())
    }
}

impl core::error::Error for Failure {}
