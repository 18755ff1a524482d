//! The words for what went wrong: reasons, and one sentence for a person.

use alloc::string::String;
use core::{fmt, time::Duration};

/// Why an attempt failed. The JavaScript API has these reasons too, by the words of
/// [`Reason::as_str`], and some more for failures that only it can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The server ended the body cleanly.
    End,
    /// No response arrived.
    Network,
    /// The stream broke off after the response had been accepted.
    Interrupted,
    /// The server answered, and does not let this origin see the answer.
    Cors,
    /// The status was not 200.
    Status,
    /// The status was 200 and the type not `text/event-stream`.
    ContentType,
    /// No response arrived in the time that the caller gives.
    Timeout,
    /// The stream was silent for longer than the caller allows.
    Silence,
    /// An event was larger than the limit.
    TooLarge,
    /// As many repetitions in a row as [`Backoff::max_retries`](crate::Backoff::max_retries) allows
    /// brought no progress.
    Attempts,
    /// The request could not be made, or the body of its answer had been read or locked by a
    /// function of the caller's.
    Request,
}

impl Reason {
    /// The word of the JavaScript API.
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

/// An attempt that failed: the content of an `error` event. Its text is [`Failure::message`].
///
/// ```
/// use headwater::{Action, Connection, Options, Reason, ResponseHead};
///
/// let mut connection = Connection::new(Options::default(), || 0.5);
/// let head = ResponseHead { status: 404, content_type: None, retry_after: None };
/// let Action::FailConnection(failure) = connection.handle_response(head) else { unreachable!() };
/// assert_eq!((failure.reason, failure.status, failure.delay), (Reason::Status, Some(404), None));
/// assert_eq!(failure.to_string(), "the server answered with status 404");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// Why.
    pub reason: Reason,
    /// The status of the response, if there was one.
    pub status: Option<u16>,
    /// Which request it was, counted from 1.
    pub attempt: u32,
    /// The wait until the next request, if there will be one.
    pub delay: Option<Duration>,
    /// The wait before another request by backing off and `Retry-After`, whether or not there will
    /// be one: for the caller that decides.
    pub backoff: Duration,
    /// A circumstance that the message mentions.
    pub note: Note,
}

/// A circumstance of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// Nothing.
    None,
    /// The request was given up by the caller's wish while the page is hidden, and is made again
    /// when it is visible.
    Paused,
    /// The request had the header `Last-Event-ID`, for which the server was to give its permission.
    LastEventIdPreflight,
}

impl Failure {
    /// Whether the caller can decide what follows. A 204 is the server's last word by the standard,
    /// and a pause no failure.
    #[must_use]
    pub fn is_decidable(&self) -> bool {
        self.status != Some(204) && self.note != Note::Paused
    }

    /// One sentence for a person, without a full stop.
    #[must_use]
    pub fn message(&self) -> String {
        let mut message = String::from(match self.reason {
            Reason::End => "the server ended the stream",
            Reason::Network => "the server cannot be reached, refused, or does not allow this origin",
            Reason::Cors => "the server does not let this origin read its response (CORS)",
            Reason::Interrupted if self.note == Note::Paused => "paused while the page is hidden",
            Reason::Interrupted => "the stream broke off before its end",
            Reason::Status => "the server answered with status ",
            Reason::ContentType => "the response is not an event stream (Content-Type text/event-stream)",
            Reason::Timeout => "no answer within connectTimeout",
            Reason::Silence => "the stream was silent for longer than silenceTimeout",
            Reason::TooLarge => "an event is larger than maxEventSize",
            Reason::Attempts => "gave up after maxRetries retries without progress",
            Reason::Request => "the request cannot be made",
        });
        if let (Reason::Status, Some(status)) = (self.reason, self.status) {
            for place in [100, 10, 1] {
                message.push(char::from(b'0' + (status / place % 10) as u8));
            }
        }
        message.push_str(match self.status {
            _ if self.note == Note::LastEventIdPreflight => {
                "; the server may not allow the header Last-Event-ID (use lastEventIdParam)"
            }
            // There is no decision about a 204.
            Some(201..=203 | 205..=299) => " (use accept or onopen)",
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
