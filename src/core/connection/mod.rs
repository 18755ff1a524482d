//! Decides when a connection is announced, reestablished, failed or closed (HTML Standard, 9.2.3).

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

/// Implements the state machine of a connection, without I/O. The caller makes the requests, waits,
/// and reports each event. Each report returns the next [`Action`]. The documentation of the
/// [crate] has an example.
#[derive(Debug)]
pub struct Connection {
    random: fn() -> f64,
    parser: Parser,
    options: Options,
    state: State,
    /// The last request that was made.
    request: RequestHead,
    attempt: u32,
    /// The number of tries since the last progress.
    tries: u32,
    progress: Progress,
    refusal: Refusal,
    /// The last failure.
    failure: Option<Failure>,
    /// The shortest permitted length of the current wait, in milliseconds. `None` after the wait
    /// was shortened.
    shortest_wait: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A request or a probe is under way, or is about to be made.
    Requesting,
    /// A response was accepted, and its body is being read.
    Streaming,
    /// The connection waits between two attempts. A timer that fires in any other state is
    /// obsolete, and must be ignored.
    Waiting,
    /// A failure awaits the caller's decision.
    Undecided,
    /// The connection is closed permanently.
    Closed,
}

impl Connection {
    /// Creates a connection whose first action is [`Action::Fetch`].
    ///
    /// `random` returns a random number from 0 to 1. The numbers spread out the reconnections of
    /// many clients after a server has restarted. A number outside this range counts as the nearer
    /// bound, and NaN as 0.
    #[must_use]
    pub fn new(options: Options, random: fn() -> f64) -> Self {
        Self::decoding_with(decode_lossy, options, random)
    }

    /// Like [`Connection::new`], with another UTF-8 decoder. The browser has a decoder, so the
    /// module does not need its own.
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

    /// Returns the state of the connection. The state already has its new value while the caller
    /// performs an action.
    #[must_use]
    pub fn ready_state(&self) -> ReadyState {
        match self.state {
            State::Requesting | State::Waiting | State::Undecided => ReadyState::Connecting,
            State::Streaming => ReadyState::Open,
            State::Closed => ReadyState::Closed,
        }
    }

    /// Returns whether reports change nothing: the connection is closed or awaits a decision.
    fn is_at_rest(&self) -> bool {
        matches!(self.state, State::Closed | State::Undecided)
    }

    fn is_open(&self) -> bool {
        self.state == State::Streaming
    }

    /// Returns the last event ID string as of the last block that was yielded.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.parser.last_event_id()
    }

    /// Sets the last event ID string back to that of an earlier block. Call this method if blocks
    /// after that one were yielded but not delivered.
    pub fn rewind(&mut self, last_event_id: String) {
        self.parser.set_last_event_id(last_event_id);
    }

    /// Returns the reconnection time that the server sent, unchanged, or `None` if it has sent
    /// none.
    #[must_use]
    pub fn reconnection_time(&self) -> Option<Duration> {
        self.parser.reconnection_time()
    }

    /// Like [`Connection::reconnection_time`], in milliseconds.
    #[cfg(headwater_npm)]
    pub(crate) fn reconnection_millis(&self) -> Option<u64> {
        self.parser.reconnection_millis()
    }

    /// Returns the number of the current or next request, counted from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Reports the request that is about to be made. Call this method if the request can differ
    /// from the options.
    pub fn handle_request(&mut self, request: RequestHead) {
        if !self.is_at_rest() {
            self.request = request;
        }
    }

    /// Reports the head of a response. Status 200 with the type of an event stream opens the
    /// connection (HTML Standard, 9.2.2, constructor step 15).
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

    /// Reports a stream that needs no check: the caller has accepted the response, or the stream
    /// does not come from a request of this connection.
    pub fn handle_stream(&mut self) -> Action {
        if self.is_at_rest() {
            return Action::Nothing;
        }
        self.state = State::Streaming;
        self.parser.start_stream();
        Action::AnnounceConnection
    }

    /// Parses bytes of the body. Deliver the blocks, then call [`Connection::check_limit`]. A
    /// connection that is closed or awaits a decision yields no blocks.
    #[must_use = "a block is parsed when `next_block` is called"]
    pub fn handle_chunk<'c>(&'c mut self, chunk: &'c [u8]) -> Blocks<'c> {
        let chunk = if self.is_at_rest() { &[] } else { chunk };
        self.parser.handle_chunk(chunk)
    }

    /// Fails the connection if an event of the stream exceeds the size limit. The request is not
    /// repeated unless the caller decides to repeat it, because the same event would arrive after
    /// each reconnection.
    pub fn check_limit(&mut self) -> Option<Action> {
        self.parser.is_too_large().then(|| self.end_attempt(Reason::TooLarge, None, false, 0))
    }

    /// Reports that the body has ended cleanly (HTML Standard, 9.2.2, constructor step 14).
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

    /// Reports that the request failed without a response, or that the connection was lost while
    /// the body was read. The connection is reestablished (HTML Standard, 9.2.2, constructor step
    /// 15.2).
    ///
    /// If the server refuses this origin, the caller sees the same error, but the connection must
    /// fail. So until there has been a response, [`Action::Probe`] checks whether the server
    /// responds at all.
    ///
    /// A request that sends `Last-Event-ID` to another origin is checked in the same way until such
    /// a request has had a response, because the server may refuse only that header. If the server
    /// refuses only the header, the connection does not fail, because the server has already
    /// responded to this origin.
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

    /// Reports the result of [`Action::Probe`]: whether there was a response, which may be hidden
    /// from the caller. If there was a response, the request is made once more, because the failure
    /// may have affected only that one connection.
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

    /// Reports that the caller's time limit has passed without a response, or without further bytes
    /// of the body.
    pub fn handle_timeout(&mut self) -> Action {
        let reason = if self.is_open() { Reason::Silence } else { Reason::Timeout };
        self.reestablish(reason)
    }

    /// Reports that the caller aborted the request for a reason unrelated to the server, for
    /// example because the page moves into the back/forward cache.
    pub fn handle_interruption(&mut self) -> Action {
        let reason = if self.is_open() { Reason::Interrupted } else { Reason::Network };
        self.reestablish(reason)
    }

    /// Pauses the request until the caller performs the next [`Action::Fetch`]. Returns `None` if
    /// there is no request, if the request must not be repeated, or if it has no tries left. In
    /// these cases, the caller must let the request continue.
    pub fn handle_pause(&mut self) -> Option<Action> {
        if !matches!(self.state, State::Requesting | State::Streaming) || !self.may_repeat_once_more() {
            return None;
        }
        if !self.is_feed() {
            // The repetition may cost money or have side effects, so it counts as a try even though
            // the caller caused it.
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

    /// Reports that the caller could not prepare the request this time, for example because a token
    /// was not available. Nothing was sent.
    pub fn handle_unknown_request(&mut self) -> Action {
        self.reestablish(Reason::Request)
    }

    /// Reports that the request cannot be made, or that the body of its response cannot be read, so
    /// that another attempt would fail in the same way.
    pub fn handle_request_error(&mut self) -> Action {
        self.end_attempt(Reason::Request, None, false, 0)
    }

    /// Reports that the wait is over.
    pub fn handle_wait_over(&mut self) -> Action {
        if self.state != State::Waiting {
            return Action::Nothing;
        }
        self.state = State::Requesting;
        self.attempt = self.attempt.saturating_add(1);
        Action::Fetch
    }

    /// Reports that the network is back or the page is visible, so that the backoff can end.
    /// Returns the shortest permitted length of the wait, measured from the start of the wait.
    /// Returns `None` if the connection is not waiting, if the caller chose the wait, or if the
    /// wait was already shortened.
    pub fn shorten_wait(&mut self) -> Option<Duration> {
        self.shorten_wait_millis().map(Duration::from_millis)
    }

    /// Like [`Connection::shorten_wait`], in milliseconds.
    pub(crate) fn shorten_wait_millis(&mut self) -> Option<u64> {
        if self.state == State::Waiting { self.shortest_wait.take() } else { None }
    }

    /// Returns whether a failure awaits a decision.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        self.state == State::Undecided
    }

    /// Returns the last failure.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        self.failure
    }

    /// Closes the connection permanently (HTML Standard, 9.2.2, `close()`).
    pub fn close(&mut self) {
        self.state = State::Closed;
    }
}
