//! A second implementation of the life of a connection: HTML Standard, 9.2.3, and sections 4 to 9
//! of docs/behavior.md, which is the contract.

use headwater::{Action, Backoff, Connection, EndOfBody, Failure, Note, Options, Reason, Reconnect, RequestHead};

use crate::{
    expected::{Expected, Wait},
    happening::Happening,
    phase::Phase,
    standard::{self, Row, draw, in_ms},
    times::ms,
};

/// The longest wait that `setTimeout` can hold.
pub const LONGEST: u64 = 2_147_483_647;

/// The state of a connection, by the contract.
pub struct Model {
    options: Options,
    pub phase: Phase,
    /// The last request. `is_requested` tells whether it belongs to this attempt.
    request: RequestHead,
    is_requested: bool,
    attempt: u32,
    /// The number of tries since the last progress.
    tries: u32,
    /// A message arrived since the last failure.
    has_message: bool,
    /// The last event ID that was progress.
    furthest_id: String,
    pub reconnection_time: Option<u64>,
    pub last_event_id: String,
    /// The last event ID string and the bytes of the stream so far.
    stream: (String, Vec<u8>),
    opened: bool,
    /// Whether the server allows `Last-Event-ID`, if known.
    allows_header: Option<bool>,
    /// The request is a repetition that follows a probe with a response.
    is_suspected: bool,
    /// The failure that the caller decides about, and the time to which the wait can be shortened
    /// if the caller keeps the default.
    undecided: Option<(Failure, u64)>,
    /// The rest of the wait without the part that backing off added.
    shortest_wait: Option<u64>,
    is_paused: bool,
}

impl Model {
    pub fn new(options: Options) -> Self {
        Self {
            phase: Phase::Fetching,
            request: RequestHead { is_get: options.is_get, preflights_last_event_id: false },
            is_requested: false,
            attempt: 1,
            tries: 0,
            has_message: false,
            furthest_id: String::new(),
            reconnection_time: None,
            last_event_id: options.last_event_id.clone(),
            stream: (String::new(), vec![]),
            opened: false,
            allows_header: None,
            is_suspected: false,
            undecided: None,
            shortest_wait: None,
            is_paused: false,
            options,
        }
    }

    fn can_happen(&self, happening: &Happening) -> bool {
        use Phase::{Closed, Fetching, Probing, Streaming, Waiting};
        match happening {
            Happening::Request(_) | Happening::UnknownRequest => self.phase == Fetching && !self.is_requested,
            Happening::Response { .. } | Happening::RequestError => self.phase == Fetching,
            Happening::Chunk(_) | Happening::EndOfBody => self.phase == Streaming,
            Happening::NetworkError | Happening::Silence => matches!(self.phase, Fetching | Streaming),
            Happening::Interruption | Happening::Pause => matches!(self.phase, Fetching | Probing | Streaming),
            Happening::Probe { .. } => self.phase == Probing,
            Happening::WaitIsOver => self.phase == Waiting,
            Happening::ShortenWait | Happening::Decide(_) => self.phase != Closed,
            Happening::Close => true,
        }
    }

    /// Uses the method of this attempt, not that of the first one.
    fn may_repeat(&self) -> bool {
        match self.options.reconnect {
            Reconnect::Allowed => true,
            Reconnect::Standard | Reconnect::Decided => self.request.is_get,
            Reconnect::Never => false,
            other => panic!("the contract does not cover {other:?}"),
        }
    }

    /// Returns the note for a header that went to another origin without a response.
    fn note(&self, reason: Reason) -> Note {
        let nothing_came_back = matches!(reason, Reason::Network | Reason::Cors);
        if nothing_came_back && self.request.preflights_last_event_id { Note::LastEventIdPreflight } else { Note::None }
    }

    fn fail(&mut self, reason: Reason, status: Option<u16>) -> Expected {
        self.fail_after(reason, status, 0)
    }

    fn fail_after(&mut self, reason: Reason, status: Option<u16>, retry_after: u64) -> Expected {
        let note = self.note(reason);
        let wait = self.wait(retry_after);
        self.fail_with(reason, status, note, wait)
    }

    fn fail_with(&mut self, reason: Reason, status: Option<u16>, note: Note, wait: Wait) -> Expected {
        let shortest = wait.shortest;
        let expected = Expected::Fail { reason, status, note, wait };
        if self.options.reconnect == Reconnect::Decided && status != Some(204) {
            return self.await_decision(expected, shortest);
        }
        self.phase = Phase::Closed;
        expected
    }

    /// The caller decides before anything else follows.
    fn await_decision(&mut self, expected: Expected, shortest: u64) -> Expected {
        self.phase = Phase::Undecided;
        self.shortest_wait = Some(shortest);
        Expected::AwaitDecision(Box::new(expected))
    }

    fn reestablish_if(&mut self, may_repeat: bool, reason: Reason) -> Expected {
        if may_repeat { self.reestablish(reason, None, 0) } else { self.fail(reason, None) }
    }

    /// Returns whether the connection has made progress. For a GET, a message is progress. For
    /// other methods and their continuations, only a new last event ID is; if two IDs differ only
    /// in the number at their end, it must be larger.
    fn progress(&mut self) -> bool {
        let has_message = core::mem::take(&mut self.has_message);
        let parts = |id: &str| {
            let text = id.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
            (id[text.len()..].parse::<u128>().ok(), text)
        };
        let ((number, text), (number_before, text_before)) = (parts(&self.last_event_id), parts(&self.furthest_id));
        let has_advanced = !self.last_event_id.is_empty() && (text != text_before || number > number_before);
        if has_advanced {
            self.furthest_id.clone_from(&self.last_event_id);
        }
        let has_progressed = if self.is_feed() { has_message } else { has_advanced };
        if has_progressed {
            self.tries = 0;
        }
        has_progressed
    }

    fn is_feed(&self) -> bool {
        self.options.is_get && self.request.is_get
    }

    fn is_exhausted(&self) -> bool {
        self.options.backoff.max_retries.is_some_and(|most| self.tries >= most)
    }

    /// Returns the bounds of the wait after a failure (behavior 5.1, 5.2, 5.3, 5.4, 5.5),
    /// calculated in numbers that cannot overflow.
    fn wait(&mut self, retry_after: u64) -> Wait {
        let has_progressed = self.progress();
        let Backoff { delay, max_delay, .. } = self.options.backoff;
        let [delay, max_delay, longest] = [in_ms(delay), in_ms(max_delay), LONGEST].map(u128::from);
        let r = self.reconnection_time.map_or(delay, |retry| u128::from(retry).max(delay.min(500))).min(longest);
        let backing_off = max_delay.min(r * 2_u128.pow((self.tries + 1).min(90))).saturating_sub(r);
        let spread = if has_progressed { r / 10 } else { backing_off };
        let bounded = |wait: u128| u64::try_from(wait.max(u128::from(retry_after)).min(longest)).unwrap();
        Wait { shortest: bounded(r), longest: bounded(r + spread) }
    }

    fn reestablish(&mut self, reason: Reason, status: Option<u16>, retry_after: u64) -> Expected {
        let note = self.note(reason);
        let wait = self.wait(retry_after);
        if self.is_exhausted() {
            return self.fail_with(Reason::Attempts, status, note, wait);
        }
        let shortest = wait.shortest;
        let expected = Expected::Reestablish { reason, status, note, wait };
        if self.options.reconnect == Reconnect::Decided {
            return self.await_decision(expected, shortest);
        }
        self.tries += 1;
        self.phase = Phase::Waiting;
        self.shortest_wait = Some(shortest);
        expected
    }

    /// Returns the expected action, for everything except the pause.
    fn expect(&mut self, happening: &Happening) -> Expected {
        let Options { reconnect, .. } = self.options;
        match *happening {
            Happening::Response { status, content_type, retry_after } => {
                self.is_suspected = false;
                if self.request.preflights_last_event_id {
                    self.allows_header = Some(true);
                }
                if status != 200 {
                    if reconnect == Reconnect::Allowed && (matches!(status, 408 | 425 | 429) || status / 100 == 5) {
                        return self.reestablish(Reason::Status, Some(status), retry_after.unwrap_or(0));
                    }
                    return self.fail_after(Reason::Status, Some(status), retry_after.unwrap_or(0));
                }
                if content_type != Some("text/event-stream") {
                    return self.fail(Reason::ContentType, Some(200));
                }
                self.opened = true;
                self.phase = Phase::Streaming;
                self.stream = (self.last_event_id.clone(), vec![]);
                Expected::Announce
            }
            Happening::EndOfBody => self.expect_after_end(),
            Happening::NetworkError if self.phase == Phase::Fetching => self.expect_without_answer(),
            Happening::NetworkError | Happening::Interruption => {
                self.is_suspected = false;
                let reason = if self.phase == Phase::Streaming { Reason::Interrupted } else { Reason::Network };
                self.reestablish_if(self.may_repeat(), reason)
            }
            Happening::Silence => {
                let reason = if self.phase == Phase::Streaming { Reason::Silence } else { Reason::Timeout };
                self.reestablish_if(self.may_repeat(), reason)
            }
            Happening::Probe { answered: false } => self.reestablish_if(self.may_repeat(), Reason::Network),
            Happening::Probe { answered: true } => {
                let expected = self.begin_attempt();
                self.is_suspected = true;
                expected
            }
            Happening::UnknownRequest => self.reestablish_if(self.may_repeat(), Reason::Request),
            Happening::RequestError => self.fail(Reason::Request, None),
            Happening::WaitIsOver => self.begin_attempt(),
            _ => unreachable!("{happening:?}"),
        }
    }

    fn begin_attempt(&mut self) -> Expected {
        self.phase = Phase::Fetching;
        self.is_requested = false;
        self.is_suspected = false;
        self.attempt += 1;
        self.shortest_wait = None;
        self.is_paused = false;
        Expected::Fetch
    }

    fn expect_after_end(&mut self) -> Expected {
        // A GET that continues the response to a POST ends like the POST, and the other way around.
        let end = self.options.end.unwrap_or(if self.is_feed() { EndOfBody::Reconnect } else { EndOfBody::Close });
        match end {
            EndOfBody::Interrupted => self.reestablish_if(self.may_repeat(), Reason::Interrupted),
            EndOfBody::Fail => self.fail(Reason::End, None),
            EndOfBody::Reconnect if self.options.reconnect != Reconnect::Never => {
                self.reestablish(Reason::End, None, 0)
            }
            EndOfBody::Reconnect => {
                self.phase = Phase::Closed;
                Expected::CloseOrFail
            }
            EndOfBody::Close => {
                self.phase = Phase::Closed;
                Expected::Close
            }
            other => panic!("the contract does not cover {other:?}"),
        }
    }

    /// Decides, after a request that failed without a response, whether CORS refused the origin or
    /// `Last-Event-ID`.
    fn expect_without_answer(&mut self) -> Expected {
        let Options { is_get, reconnect, can_probe, .. } = self.options;
        let has_header = self.request.preflights_last_event_id;
        let was_suspected = core::mem::take(&mut self.is_suspected);
        if !(can_probe && is_get && self.request.is_get && reconnect == Reconnect::Standard) {
            return self.reestablish_if(self.may_repeat(), Reason::Network);
        }
        if has_header && self.allows_header == Some(false) {
            return self.reestablish(Reason::Cors, None, 0);
        }
        if self.opened && !(has_header && self.allows_header.is_none()) {
            return self.reestablish(Reason::Network, None, 0);
        }
        if !was_suspected {
            self.phase = Phase::Probing;
            return Expected::Probe;
        }
        if !self.opened {
            return self.fail(Reason::Cors, None);
        }
        self.allows_header = Some(false);
        self.reestablish(Reason::Cors, None, 0)
    }

    fn expect_pause(&mut self) -> Option<Expected> {
        if !self.may_repeat() {
            return None;
        }
        if !self.is_feed() {
            self.progress();
            if self.is_exhausted() {
                return None;
            }
            self.tries += 1;
        }
        if self.phase != Phase::Streaming {
            return Some(self.begin_attempt());
        }
        self.phase = Phase::Waiting;
        self.shortest_wait = None;
        self.is_paused = true;
        let wait = Wait { shortest: 0, longest: 0 };
        Some(Expected::Reestablish { reason: Reason::Interrupted, status: None, note: Note::Paused, wait })
    }

    fn expect_rows(&mut self, chunk: &[u8]) -> Vec<Row> {
        let (id, bytes) = &mut self.stream;
        let before = standard::read(bytes, id).rows.len();
        bytes.extend_from_slice(chunk);
        let outcome = standard::read(bytes, id);
        self.last_event_id = outcome.last_event_id;
        self.reconnection_time = outcome.reconnection_time.or(self.reconnection_time);
        let rows = outcome.rows[before..].to_vec();
        self.has_message |= rows.iter().any(|row| matches!(row, Row::Message { .. }));
        rows
    }

    /// Applies the caller's decision. The other fields of the failure do not change.
    fn expect_decision(&mut self, delay: Option<u64>) -> Action {
        let Some((mut failure, shortest)) = self.undecided.take() else { return Action::Nothing };
        self.shortest_wait = (failure.delay == delay.map(ms)).then_some(shortest);
        failure.delay = delay.map(|delay| ms(delay.min(LONGEST)));
        if delay.is_none() {
            self.phase = Phase::Closed;
            return Action::FailConnection(failure);
        }
        self.tries += 1;
        self.phase = Phase::Waiting;
        Action::ReestablishConnection(failure)
    }

    /// Applies the event to the connection, if it is possible now, and compares the result.
    pub fn step(&mut self, connection: &mut Connection, happening: &Happening, random: f64) {
        if let Happening::Decide(delay) = *happening {
            assert_eq!(connection.decide(delay.map(ms)), self.expect_decision(delay), "{delay:?}");
        } else if matches!(self.phase, Phase::Closed | Phase::Undecided) && !matches!(happening, Happening::Close) {
            // Late events, in any order.
            assert_eq!(happening.perform(connection, random), Action::Nothing, "{happening:?}");
        } else if self.can_happen(happening) {
            match happening {
                Happening::Request(request) => {
                    connection.handle_request(*request);
                    self.request = *request;
                    self.is_requested = true;
                }
                Happening::Chunk(chunk) => {
                    assert_eq!(draw(connection.handle_chunk(chunk)), self.expect_rows(chunk));
                    assert_eq!(connection.check_limit(), None);
                }
                Happening::ShortenWait => {
                    assert_eq!(connection.shorten_wait(), self.shortest_wait.take().map(ms), "the rest of the wait");
                }
                Happening::Pause => {
                    let attempt = self.attempt;
                    match (self.expect_pause(), connection.handle_pause()) {
                        (Some(expected), Some(action)) => expected.check(action, attempt, random),
                        (expected, action) => {
                            assert!(expected.is_none() && action.is_none(), "{expected:?}: {action:?}")
                        }
                    }
                }
                Happening::Close => {
                    connection.close();
                    self.phase = Phase::Closed;
                    self.undecided = None;
                }
                _ => {
                    let attempt = self.attempt;
                    let expected = self.expect(happening);
                    let action = happening.perform(connection, random);
                    if let Action::AwaitDecision(failure) = action {
                        self.undecided = self.shortest_wait.take().map(|shortest| (failure, shortest));
                    }
                    expected.check(action, attempt, random);
                }
            }
        }
        assert_eq!(connection.ready_state(), self.phase.ready_state(), "{happening:?}");
        assert_eq!(connection.is_undecided(), self.phase == Phase::Undecided, "{happening:?}");
        assert_eq!(connection.attempt(), self.attempt, "{happening:?}");
        assert_eq!(connection.may_repeat(), self.may_repeat(), "{happening:?}");
        assert_eq!(connection.last_event_id(), self.last_event_id);
        assert_eq!(connection.reconnection_time(), self.reconnection_time.map(ms));
    }
}
