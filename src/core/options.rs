//! The options of a connection, and their defaults.

use alloc::string::String;

use crate::core::{parser::DEFAULT_MAX_EVENT_SIZE, reconnection::Backoff};

/// Controls whether a request may be repeated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reconnect {
    /// A GET is repeated as the standard says. Other methods are never repeated.
    #[default]
    Standard,
    /// Any method may be repeated, even after the statuses 408, 425, 429 and 5xx.
    Allowed,
    /// The request is never repeated.
    Never,
    /// The caller decides after each failure, with [`crate::Connection::decide`].
    Decided,
}

/// Controls the reaction to a clean end of the response body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndOfBody {
    /// Reestablish the connection.
    Reconnect,
    /// Close the connection: the stream is complete.
    Close,
    /// Treat the end as an interruption, because a complete stream would have ended with a known
    /// last event.
    Interrupted,
    /// Fail the connection: the stream should have continued.
    Fail,
}

/// Holds the options of a [`Connection`](crate::Connection). Construct them with
/// `..Options::default()`, since a later version may add fields.
///
/// ```
/// use headwater::{Connection, Options, Reconnect};
///
/// let options = Options { is_get: false, reconnect: Reconnect::Allowed, ..Options::default() };
/// let connection = Connection::new(options, || 0.5);
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether the method of the request is GET, the only method that the standard repeats.
    /// Default: true.
    pub is_get: bool,
    /// Whether the request may be repeated. Default: [`Reconnect::Standard`].
    pub reconnect: Reconnect,
    /// Sets the waits between attempts.
    pub backoff: Backoff,
    /// The reaction to a clean end of the response body. `None` (the default): reconnect for GET,
    /// close for other methods.
    pub end: Option<EndOfBody>,
    /// The last event ID string of the first request. Default: empty, which sends no ID.
    pub last_event_id: String,
    /// Limits the size of an event, in bytes. A larger event fails the connection. Default:
    /// [`DEFAULT_MAX_EVENT_SIZE`].
    pub max_event_size: usize,
    /// Set this to true if both of these hold: CORS can hide a response from the caller, so that a
    /// refusal looks like a network error; and the caller can perform [`crate::Action::Probe`].
    /// Default: false.
    pub can_probe: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            is_get: true,
            reconnect: Reconnect::default(),
            backoff: Backoff::default(),
            end: None,
            last_event_id: String::new(),
            max_event_size: DEFAULT_MAX_EVENT_SIZE,
            can_probe: false,
        }
    }
}
