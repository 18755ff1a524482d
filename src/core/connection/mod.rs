//! The life of a connection: announce, reestablish, fail, close (HTML Standard, 9.2.3), and for
//! which requests and answers each happens.

mod retry;

use alloc::string::String;
use core::time::Duration;

use self::retry::Progress;
use crate::core::{
    action::{Action, ReadyState},
    content_type::is_event_stream,
    cors::{Refusal, Verdict},
    error::{Failure, Note, Reason},
    heads::{RequestHead, ResponseHead},
    millis::millis,
    options::{EndOfBody, Options, Reconnect},
    parser::{
        Blocks, Parser,
        text::{Decode, decode_lossy},
    },
};

/// The life of a connection, without its I/O. The caller makes the requests, waits, and reports
/// what happens; each report returns the [`Action`] that comes next. The example of the [crate]
/// shows one life.
#[derive(Debug)]
pub struct Connection {
    random: fn() -> f64,
    parser: Parser,
    options: Options,
    state: State,
    /// The last request that was made.
    request: RequestHead,
    attempt: u32,
    /// Tries since the last progress.
    tries: u32,
    progress: Progress,
    refusal: Refusal,
    /// The last one.
    failure: Option<Failure>,
    /// The shortest that the wait may become, once. In milliseconds.
    shortest_wait: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A request or a probe is under way, or is about to be made.
    Requesting,
    /// A response was accepted, and its body is being read.
    Streaming,
    /// Between two attempts. A timer that fires in any other state is a stray one, and must not
    /// repeat a request.
    Waiting,
    /// The caller is to decide about a failure.
    Undecided,
    /// For good.
    Closed,
}

impl Connection {
    /// A connection that has not begun: the first action is [`Action::Fetch`].
    ///
    /// `random` returns a number from 0 to 1, another one each time. It spreads the clients of a
    /// server that has restarted. A number out of this range, or NaN, makes a wait as long as
    /// an end of the range would.
    #[must_use]
    pub fn new(options: Options, random: fn() -> f64) -> Self {
        Self::decoding_with(decode_lossy, options, random)
    }

    /// As [`Connection::new`], with another decoder of UTF-8: a platform that has one needs no
    /// second one in the program.
    pub(crate) fn decoding_with(decode: Decode, mut options: Options, random: fn() -> f64) -> Self {
        let last_event_id = core::mem::take(&mut options.last_event_id);
        let can_be_refused = options.can_probe && options.is_get && options.reconnect == Reconnect::Standard;
        Self {
            random,
            progress: Progress::default(),
            parser: Parser::decoding_with(decode, last_event_id, options.max_event_size),
            refusal: Refusal::new(can_be_refused),
            request: RequestHead { is_get: options.is_get, preflights_last_event_id: false },
            options,
            state: State::Requesting,
            attempt: 1,
            tries: 0,
            failure: None,
            shortest_wait: None,
        }
    }

    /// The state while the last action is performed.
    #[must_use]
    pub fn ready_state(&self) -> ReadyState {
        match self.state {
            State::Requesting | State::Waiting | State::Undecided => ReadyState::Connecting,
            State::Streaming => ReadyState::Open,
            State::Closed => ReadyState::Closed,
        }
    }

    /// Whether news changes nothing: the connection is closed, or awaits a decision.
    fn is_at_rest(&self) -> bool {
        matches!(self.state, State::Closed | State::Undecided)
    }

    fn is_open(&self) -> bool {
        self.state == State::Streaming
    }

    /// The last event ID string: that of the last block handed out.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.parser.last_event_id()
    }

    /// Goes back to the block with that last event ID string: later blocks were drawn, and not
    /// delivered.
    pub fn rewind(&mut self, last_event_id: String) {
        self.parser.set_last_event_id(last_event_id);
    }

    /// The server's reconnection time, as it sent it.
    #[must_use]
    pub fn reconnection_time(&self) -> Option<Duration> {
        self.parser.reconnection_time()
    }

    /// As [`Connection::reconnection_time`], in milliseconds.
    #[cfg(headwater_npm)]
    pub(crate) fn reconnection_millis(&self) -> Option<u64> {
        self.parser.reconnection_millis()
    }

    /// Which request it is, or which the next one will be, counted from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// A request is about to be made that may be another one than the options say.
    pub fn handle_request(&mut self, request: RequestHead) {
        if !self.is_at_rest() {
            self.request = request;
        }
    }

    /// HTML Standard, 9.2.2, constructor step 15: what a response or its absence means.
    pub fn handle_response(&mut self, response: ResponseHead<'_>) -> Action {
        if self.is_at_rest() {
            return Action::Nothing;
        }
        self.refusal.handle_answer(self.request.preflights_last_event_id);
        if response.status != 200 {
            let may_repeat = self.may_repeat_after(response.status);
            let retry_after = response.retry_after.map_or(0, millis);
            return self.end_attempt(Reason::Status, Some(response.status), may_repeat, retry_after);
        }
        if !response.content_type.is_some_and(is_event_stream) {
            return self.end_attempt(Reason::ContentType, Some(response.status), false, 0);
        }
        self.handle_stream()
    }

    /// A stream is there, requested by somebody else or accepted by
    /// [`Connection::handle_response`].
    pub fn handle_stream(&mut self) -> Action {
        if self.is_at_rest() {
            return Action::Nothing;
        }
        self.state = State::Streaming;
        self.parser.start_stream();
        Action::AnnounceConnection
    }

    /// Takes bytes of the body. Deliver the blocks, then call [`Connection::check_limit`]. A
    /// connection that is closed or awaits a decision has no blocks.
    #[must_use = "blocks are parsed as they are drawn"]
    pub fn handle_chunk<'c>(&'c mut self, chunk: &'c [u8]) -> Blocks<'c> {
        let chunk = if self.is_at_rest() { &[] } else { chunk };
        self.parser.handle_chunk(chunk)
    }

    /// Fails the connection if the stream holds an event beyond the limit. The same event would
    /// come again after each reconnection, so this is final for every method.
    pub fn check_limit(&mut self) -> Option<Action> {
        self.parser.is_too_large().then(|| self.end_attempt(Reason::TooLarge, None, false, 0))
    }

    /// The body has ended cleanly. HTML Standard, 9.2.2, constructor step 14.
    pub fn handle_end_of_body(&mut self) -> Action {
        let end = self.options.end.unwrap_or(if self.is_feed() { EndOfBody::Reconnect } else { EndOfBody::Close });
        if self.is_at_rest() {
            Action::Nothing
        } else if end == EndOfBody::Interrupted {
            self.reestablish(Reason::Interrupted)
        } else if end == EndOfBody::Fail {
            self.end_attempt(Reason::End, None, false, 0)
        } else if end == EndOfBody::Close || self.options.reconnect == Reconnect::Never {
            self.state = State::Closed;
            Action::CloseConnection
        } else {
            self.end_attempt(Reason::End, None, true, 0)
        }
    }

    /// The request failed, or the body broke off. HTML Standard, 9.2.2, constructor step 15.2: the
    /// connection is reestablished.
    ///
    /// A refused origin looks the same from outside, and is to fail the connection: before the
    /// first stream the server is asked whether it answers at all. So it is before the first
    /// answer to a request with `Last-Event-ID`, which may be refused for the header alone; but
    /// an origin that was served once is not given up.
    pub fn handle_network_error(&mut self) -> Action {
        if self.is_at_rest() {
            return Action::Nothing;
        }
        if self.is_open() || !self.request.is_get {
            return self.handle_interruption();
        }
        match self.refusal.handle_network_error(self.request.preflights_last_event_id) {
            Verdict::Probe => Action::Probe,
            Verdict::HeaderRefused => self.reestablish(Reason::Cors),
            Verdict::Refused => self.end_attempt(Reason::Cors, None, false, 0),
            Verdict::Broken => self.reestablish(Reason::Network),
        }
    }

    /// The answer to [`Action::Probe`]: whether there was one that is kept from us. Then the
    /// request is made once more, since a server that answers may also have broken one
    /// connection.
    pub fn handle_probe(&mut self, answered: bool) -> Action {
        if self.is_at_rest() {
            Action::Nothing
        } else if answered {
            self.refusal.suspect();
            self.attempt = self.attempt.saturating_add(1);
            Action::Fetch
        } else {
            self.reestablish(Reason::Network)
        }
    }

    /// The time is over that the caller gives for an answer, or for the next bytes of the body.
    pub fn handle_timeout(&mut self) -> Action {
        let reason = if self.is_open() { Reason::Silence } else { Reason::Timeout };
        self.reestablish(reason)
    }

    /// The caller has given the request up itself, for a reason that says nothing of the server:
    /// the page was put away.
    pub fn handle_interruption(&mut self) -> Action {
        let reason = if self.is_open() { Reason::Interrupted } else { Reason::Network };
        self.reestablish(reason)
    }

    /// The caller wants to give the request up until it performs the next [`Action::Fetch`].
    /// Returns `None` if there is no request, or if it may not be repeated, or not once more:
    /// then the request is to go on.
    pub fn handle_pause(&mut self) -> Option<Action> {
        if !matches!(self.state, State::Requesting | State::Streaming) || !self.may_repeat_once_more() {
            return None;
        }
        if !self.is_feed() {
            // A request that may cost something is repeated, whatever the reason.
            self.tries = self.tries.saturating_add(1);
        }
        self.refusal.forget();
        if !self.is_open() {
            self.attempt = self.attempt.saturating_add(1);
            return Some(Action::Fetch);
        }
        let failure = Failure {
            reason: Reason::Interrupted,
            status: None,
            attempt: self.attempt,
            delay: Some(Duration::ZERO),
            backoff: Duration::ZERO,
            note: Note::Paused,
        };
        self.state = State::Waiting;
        self.shortest_wait = None;
        self.failure = Some(failure);
        Some(Action::ReestablishConnection(failure))
    }

    /// What the request is to be could not be found out, this time. Nothing was sent.
    pub fn handle_unknown_request(&mut self) -> Action {
        self.reestablish(Reason::Request)
    }

    /// The request cannot be made: `fetch` would refuse it each time.
    pub fn handle_request_error(&mut self) -> Action {
        self.end_attempt(Reason::Request, None, false, 0)
    }

    /// The wait is over.
    pub fn handle_wait_over(&mut self) -> Action {
        if self.state != State::Waiting {
            return Action::Nothing;
        }
        self.state = State::Requesting;
        self.attempt = self.attempt.saturating_add(1);
        Action::Fetch
    }

    /// The network is back, or somebody looks at the page: there is no reason to back off any
    /// longer. Returns how long, from its beginning, the wait still has to be; `None` between
    /// two waits, and after the first time in one.
    pub fn shorten_wait(&mut self) -> Option<Duration> {
        self.shorten_wait_millis().map(Duration::from_millis)
    }

    /// As [`Connection::shorten_wait`], in milliseconds.
    pub(crate) fn shorten_wait_millis(&mut self) -> Option<u64> {
        if self.state == State::Waiting { self.shortest_wait.take() } else { None }
    }

    /// Whether a failure awaits a decision.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        self.state == State::Undecided
    }

    /// The last failure.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        self.failure
    }

    /// HTML Standard, 9.2.2 `close()`.
    pub fn close(&mut self) {
        self.state = State::Closed;
    }
}
