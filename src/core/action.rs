//! The states of a connection that a caller sees, and the actions that the caller performs.

use crate::core::error::Failure;
#[cfg(doc)]
use crate::{Connection, Reconnect};

/// Indicates whether a connection is connecting, open or closed (HTML Standard, 9.2.2,
/// `readyState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadyState {
    /// There is no connection yet, or none at the moment. This includes the time in which a failure
    /// awaits the caller's decision.
    Connecting,
    /// A response was accepted.
    Open,
    /// The connection is closed and never opens again.
    Closed,
}

/// Names the step that the caller must perform next.
///
/// The enum is exhaustive on purpose: a connection stops if its caller ignores an action, so a new
/// action is a breaking change.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make the request, with [`Connection::last_event_id`] if it is not empty. Then report the
    /// response or the error.
    Fetch,
    /// Make a GET in the mode `no-cors`, in which the response may be hidden from the caller. Abort
    /// the request once the headers arrive. Then call [`Connection::handle_probe`].
    Probe,
    /// Fire `open`, then read the body and report its chunks and its end.
    AnnounceConnection,
    /// Drop the response, fire `error`, wait for the failure's `delay`, then call
    /// [`Connection::handle_wait_over`].
    ReestablishConnection(Failure),
    /// Drop the response and fire `error`. Then call [`Connection::decide`] and perform the action
    /// that it returns, without another `error`. The failure's `delay` is the default decision.
    /// This action is returned only with [`Reconnect::Decided`]. The connection ignores all other
    /// reports until you call `decide` or [`Connection::close`].
    AwaitDecision(Failure),
    /// Drop the response and fire `error`. This is the last action.
    FailConnection(Failure),
    /// Drop the response. The stream has ended as expected, and no event fires. This is the last
    /// action.
    CloseConnection,
    /// Do nothing: the connection is closed or awaits a decision.
    Nothing,
}
