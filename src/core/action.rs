//! The states of a connection that a caller sees, and the actions that it performs.

use crate::core::error::Failure;
#[cfg(doc)]
use crate::{Connection, Reconnect};

/// HTML Standard, 9.2.2 `readyState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadyState {
    /// No connection yet, or none at the moment. Also while a failure awaits the caller's decision.
    Connecting,
    /// A response was accepted.
    Open,
    /// For good: a closed connection never opens again.
    Closed,
}

/// The caller's next step. The enum is exhaustive on purpose: a connection whose caller leaves an
/// action out stands still, so that a further action is a breaking change.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make the request, with [`Connection::last_event_id`] if it is not empty. Then report the
    /// response or the error.
    Fetch,
    /// Make a GET whose answer may be kept from the caller (`no-cors`), and abort it at its
    /// headers. Then call [`Connection::handle_probe`].
    Probe,
    /// Fire `open`, then read the body and report its chunks and its end.
    AnnounceConnection,
    /// Drop the response, fire `error`, wait for the failure's `delay`, then call
    /// [`Connection::handle_wait_over`].
    ReestablishConnection(Failure),
    /// Drop the response and fire `error`, then call [`Connection::decide`] and perform the action
    /// that it returns, without another `error`. The failure's `delay` is what follows by the
    /// standard. Only with [`Reconnect::Decided`]; until the decision, or
    /// [`Connection::close`], nothing else moves the connection.
    AwaitDecision(Failure),
    /// Drop the response and fire `error`. It is the last action.
    FailConnection(Failure),
    /// Drop the response. The stream has ended as it should, and nothing is fired. It is the last
    /// action.
    CloseConnection,
    /// Nothing: the connection is closed, or awaits a decision.
    Nothing,
}
