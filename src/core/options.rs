//! The options of a connection, and their defaults.

use alloc::string::String;

use crate::core::{parser::DEFAULT_MAX_EVENT_SIZE, reconnection::Backoff};

/// Whether a request may be repeated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reconnect {
    /// As the standard says for GET; never for another method.
    #[default]
    Standard,
    /// The caller allows it, whatever the method, and also after 408, 425, 429 and 5xx.
    Allowed,
    /// Never.
    Never,
    /// The caller decides after each failure, by [`crate::Connection::decide`].
    Decided,
}

/// What a clean end of the body means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndOfBody {
    /// The connection is to be reestablished.
    Reconnect,
    /// The stream is over.
    Close,
    /// The stream was cut: what ends it is among its events.
    Interrupted,
    /// The connection fails: the stream should have gone on.
    Fail,
}

/// The options of a [`Connection`](crate::Connection). Write them with `..Options::default()`: a
/// later version may have more members.
///
/// ```
/// use headwater::{Connection, Options, Reconnect};
///
/// let options = Options { is_get: false, reconnect: Reconnect::Allowed, ..Options::default() };
/// let connection = Connection::new(options, || 0.5);
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// The request's method is GET, the only one that the standard repeats.
    pub is_get: bool,
    /// The permission to repeat the request.
    pub reconnect: Reconnect,
    /// How long to wait.
    pub backoff: Backoff,
    /// What a clean end of the body means. `None`: reconnect for GET, close for other methods.
    pub end: Option<EndOfBody>,
    /// The last event ID string to start from; empty for none.
    pub last_event_id: String,
    /// The largest event in bytes; a larger one fails the connection.
    pub max_event_size: usize,
    /// Whether an answer of another origin can be kept from the caller, so that it looks like a
    /// broken network, and [`crate::Action::Probe`] can be performed.
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
