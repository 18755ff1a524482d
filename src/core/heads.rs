//! What a connection needs to know of a request and of a response.

use core::time::Duration;

/// The part of a request that a connection needs to know.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead {
    /// The method is GET.
    pub is_get: bool,
    /// It has the header `Last-Event-ID` and goes to another origin, whose permission for the
    /// header is asked before.
    pub preflights_last_event_id: bool,
}

/// The part of a response that a connection needs to know.
#[derive(Clone, Copy, Debug)]
pub struct ResponseHead<'r> {
    /// The status code.
    pub status: u16,
    /// The value of the `Content-Type` headers, joined with commas.
    pub content_type: Option<&'r str>,
    /// The time from now that the header `Retry-After` asks for.
    pub retry_after: Option<Duration>,
}
