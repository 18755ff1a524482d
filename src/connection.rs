//! Owns the life of a connection: announce, reestablish, fail, close (HTML Standard, 9.2.3), and for which requests and
//! answers each happens. Must not know how requests are made, what time it is or who listens: it is told what happened
//! and answers with what to do.

use alloc::string::String;

use crate::{
    content_type::is_event_stream,
    error::{Failure, Reason},
    parser::{Blocks, DEFAULT_MAX_EVENT_SIZE, Parser},
    reconnection::Backoff,
};

/// Spec 9.2.2 `readyState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadyState {
    /// No connection yet, or none at the moment.
    Connecting,
    /// A response was accepted.
    Open,
    /// For good.
    Closed,
}

/// Whether a request may be repeated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reconnect {
    /// As the standard says for GET; never for another method.
    #[default]
    Standard,
    /// The caller allows it, whatever the method, and also after 408, 425, 429 and 5xx.
    Allowed,
    /// Never.
    Never,
}

/// What a clean end of the body means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndOfBody {
    /// The connection is to be reestablished.
    Reconnect,
    /// The stream is over.
    Close,
    /// The connection fails: the stream should have gone on.
    Fail,
}

/// What the caller wants of a connection.
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
    /// Whether an answer of another origin can be kept from the caller, so that it looks like a broken network, and
    /// [`Action::Probe`] can be performed.
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

/// What a connection needs to know of a response.
#[derive(Clone, Copy, Debug)]
pub struct ResponseHead<'r> {
    /// The status code.
    pub status: u16,
    /// The value of the `Content-Type` headers, joined with commas.
    pub content_type: Option<&'r str>,
    /// What the header `Retry-After` says, in milliseconds from now.
    pub retry_after: Option<u64>,
}

/// What the caller must do.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make the request, with [`Connection::last_event_id`] if it is not empty; then tell the response or the error.
    Fetch,
    /// Make a GET whose answer may be kept from the caller (`no-cors`), and abort it at its headers. Then tell
    /// [`Connection::handle_probe`].
    Probe,
    /// Fire `open`, then read the body and tell its chunks and its end.
    AnnounceConnection,
    /// Drop the response, fire `error`, wait for the failure's `delay`, then tell [`Connection::handle_timeout`].
    ReestablishConnection(Failure),
    /// Drop the response and fire `error`. It is the last action.
    FailConnection(Failure),
    /// Drop the response. The stream has ended as it should, and nothing is fired. It is the last action.
    CloseConnection,
    /// Nothing: the connection is closed.
    Nothing,
}

/// Whether a failed request may have been a refusal to answer this origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Possible,
    /// The server answers, though perhaps not us: the next failure is a refusal.
    Suspected,
    RuledOut,
}

/// A connection, without its I/O.
#[derive(Debug)]
pub struct Connection {
    parser: Parser,
    options: Options,
    ready_state: ReadyState,
    attempt: u32,
    /// Between two attempts. A timer that fires at any other time is a stray one, and must not repeat a request.
    waiting: bool,
    /// Tries since the last message.
    tries: u32,
    /// What the parser had dispatched when `tries` was last brought up to date.
    dispatched: u64,
    refusal: Refusal,
}

impl Connection {
    /// A connection that has not begun: the first action is [`Action::Fetch`].
    pub fn new(mut options: Options) -> Self {
        let last_event_id = core::mem::take(&mut options.last_event_id);
        let can_be_refused = options.can_probe && options.is_get && options.reconnect == Reconnect::Standard;
        Self {
            parser: Parser::with_last_event_id(last_event_id, options.max_event_size),
            refusal: if can_be_refused { Refusal::Possible } else { Refusal::RuledOut },
            options,
            ready_state: ReadyState::Connecting,
            attempt: 1,
            waiting: false,
            tries: 0,
            dispatched: 0,
        }
    }

    /// The state, as it is when the action just answered is to be performed.
    #[must_use]
    pub fn ready_state(&self) -> ReadyState {
        self.ready_state
    }

    /// The last event ID string: that of the last block handed out.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.parser.last_event_id()
    }

    /// The server's reconnection time in milliseconds, as it sent it.
    #[must_use]
    pub fn reconnection_time(&self) -> Option<u64> {
        self.parser.reconnection_time()
    }

    /// Spec 9.2.2, constructor step 15: what a response or its absence means.
    pub fn handle_response(&mut self, response: ResponseHead<'_>, random: f64) -> Action {
        if self.ready_state == ReadyState::Closed {
            return Action::Nothing;
        }
        if response.status != 200 {
            let may_repeat = is_temporary(response.status) && self.options.reconnect == Reconnect::Allowed;
            let wait = may_repeat.then_some(response.retry_after.unwrap_or(0));
            return self.end_attempt(Reason::Status, Some(response.status), wait, random);
        }
        if !response.content_type.is_some_and(is_event_stream) {
            return self.end_attempt(Reason::ContentType, Some(response.status), None, random);
        }
        self.handle_stream()
    }

    /// A stream is there, requested by somebody else or accepted by [`Connection::handle_response`].
    pub fn handle_stream(&mut self) -> Action {
        if self.ready_state == ReadyState::Closed {
            return Action::Nothing;
        }
        self.ready_state = ReadyState::Open;
        self.refusal = Refusal::RuledOut;
        self.parser.start_stream();
        Action::AnnounceConnection
    }

    /// Takes bytes of the body. Deliver the blocks, then ask [`Connection::check_limit`]. A closed connection has none.
    #[must_use = "blocks are parsed as they are drawn"]
    pub fn handle_chunk<'c>(&'c mut self, chunk: &'c [u8]) -> Blocks<'c> {
        let chunk = if self.ready_state == ReadyState::Closed { &[] } else { chunk };
        self.parser.handle_chunk(chunk)
    }

    /// Fails the connection if the stream holds an event beyond the limit. Without it the same event would come again
    /// after each reconnection, so it is final whatever the method.
    pub fn check_limit(&mut self) -> Option<Action> {
        self.parser.is_too_large().then(|| self.end_attempt(Reason::TooLarge, None, None, 0.0))
    }

    /// The body has ended cleanly. Spec 9.2.2, constructor step 14.
    pub fn handle_end_of_body(&mut self, random: f64) -> Action {
        let default = if self.options.is_get { EndOfBody::Reconnect } else { EndOfBody::Close };
        let end = self.options.end.unwrap_or(default);
        if self.ready_state == ReadyState::Closed {
            Action::Nothing
        } else if end == EndOfBody::Fail {
            self.end_attempt(Reason::End, None, None, random)
        } else if end == EndOfBody::Close || self.options.reconnect == Reconnect::Never {
            self.ready_state = ReadyState::Closed;
            Action::CloseConnection
        } else {
            self.end_attempt(Reason::End, None, Some(0), random)
        }
    }

    /// The request failed, or the body broke off. Spec 9.2.2, constructor step 15.2: the connection is reestablished.
    ///
    /// A refused origin looks the same from outside, and is to fail the connection: before the first stream the server
    /// is asked whether it answers at all.
    pub fn handle_network_error(&mut self, random: f64) -> Action {
        match self.refusal {
            _ if self.ready_state == ReadyState::Closed => Action::Nothing,
            Refusal::Possible => Action::Probe,
            Refusal::Suspected => self.end_attempt(Reason::Cors, None, None, random),
            Refusal::RuledOut => self.reestablish(random),
        }
    }

    /// The answer to [`Action::Probe`]: whether there was one that is kept from us. Then the request is made once more,
    /// since a server that answers may also have broken one connection.
    pub fn handle_probe(&mut self, answered: bool, random: f64) -> Action {
        if self.ready_state == ReadyState::Closed {
            Action::Nothing
        } else if answered {
            self.refusal = Refusal::Suspected;
            self.attempt = self.attempt.saturating_add(1);
            Action::Fetch
        } else {
            self.reestablish(random)
        }
    }

    /// The caller has given the request up itself, for a reason that says nothing of the server: the page was put away.
    pub fn handle_interruption(&mut self, random: f64) -> Action {
        if self.refusal == Refusal::Suspected {
            self.refusal = Refusal::Possible;
        }
        self.reestablish(random)
    }

    fn reestablish(&mut self, random: f64) -> Action {
        let reason = if self.ready_state == ReadyState::Open { Reason::Interrupted } else { Reason::Network };
        let may_repeat = match self.options.reconnect {
            Reconnect::Standard => self.options.is_get,
            Reconnect::Allowed => true,
            Reconnect::Never => false,
        };
        self.end_attempt(reason, None, may_repeat.then_some(0), random)
    }

    /// The request cannot be made: `fetch` would refuse it each time.
    pub fn handle_request_error(&mut self) -> Action {
        self.end_attempt(Reason::Request, None, None, 0.0)
    }

    /// The wait is over.
    pub fn handle_timeout(&mut self) -> Action {
        if self.ready_state == ReadyState::Closed || !self.waiting {
            return Action::Nothing;
        }
        self.waiting = false;
        self.attempt = self.attempt.saturating_add(1);
        Action::Fetch
    }

    /// Spec 9.2.2 `close()`.
    pub fn close(&mut self) {
        self.ready_state = ReadyState::Closed;
    }

    /// Ends an attempt: with another one after `shortest_wait` or more, or for good.
    fn end_attempt(&mut self, reason: Reason, status: Option<u16>, shortest_wait: Option<u64>, random: f64) -> Action {
        if self.ready_state == ReadyState::Closed {
            return Action::Nothing;
        }
        let failure = Failure { reason, status, attempt: self.attempt, delay: None };
        let Some(shortest_wait) = shortest_wait else {
            self.ready_state = ReadyState::Closed;
            return Action::FailConnection(failure);
        };
        if self.parser.dispatched() > self.dispatched {
            self.dispatched = self.parser.dispatched();
            self.tries = 0;
        }
        let backoff = self.options.backoff;
        if backoff.max_attempts.is_some_and(|most| self.tries >= most) {
            self.ready_state = ReadyState::Closed;
            return Action::FailConnection(Failure { reason: Reason::Attempts, ..failure });
        }
        let wait = backoff.wait(self.parser.reconnection_time(), self.tries, self.dispatched > 0, random);
        self.tries = self.tries.saturating_add(1);
        self.waiting = true;
        self.ready_state = ReadyState::Connecting;
        let delay = wait.max(shortest_wait).min(crate::reconnection::MAX_DELAY);
        Action::ReestablishConnection(Failure { delay: Some(delay), ..failure })
    }
}

/// The statuses that say "later": RFC 9110 (408, 5xx), RFC 8470 (425), RFC 6585 (429).
fn is_temporary(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..=599)
}
