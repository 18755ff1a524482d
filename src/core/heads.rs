//! The parts of a request and of a response that a connection uses.

use core::time::Duration;

/// The facts about a request that a connection needs.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead {
    /// Whether the method is GET.
    pub is_get: bool,
    /// Whether the request has the header `Last-Event-ID` and goes to another origin, which has to
    /// allow the header (CORS).
    pub preflights_last_event_id: bool,
}

/// The facts about a response that a connection needs.
#[derive(Clone, Copy, Debug)]
pub struct ResponseHead<'r> {
    /// The status code that the server sent.
    pub status: u16,
    /// The value of the `Content-Type` headers, joined with commas.
    pub content_type: Option<&'r str>,
    /// The wait that the header `Retry-After` requests, counted from now.
    pub retry_after: Option<Duration>,
}
