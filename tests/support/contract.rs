//! Owns a second reading of the contract for a connection's life: what can happen, and what then is to follow (HTML
//! Standard 9.2.3, and section 4 of the design, word by word). Must not know how the machine works.

use headwater::{
    Action, Connection, EndOfBody, Options, ReadyState, Reason, Reconnect, ResponseHead, reconnection::Backoff,
};
use proptest::{option, prelude::*, sample::select};

use crate::standard::{self, Row, draw};

/// The longest wait that `setTimeout` can hold.
pub const LONGEST: u64 = 2_147_483_647;

/// What can happen to a connection.
#[derive(Clone, Debug)]
pub enum Happening {
    Response { status: u16, content_type: Option<&'static str>, retry_after: Option<u64> },
    Chunk(&'static str),
    EndOfBody,
    NetworkError,
    RequestError,
    WaitIsOver,
    Close,
}

pub fn happening() -> impl Strategy<Value = Happening> {
    const STATUSES: &[u16] = &[200, 200, 200, 200, 200, 200, 200, 200, 201, 204, 301, 404, 408, 425, 429, 500, 503];
    const CONTENT_TYPES: &[Option<&str>] =
        &[Some("text/event-stream"), Some("text/event-stream"), Some("text/event-stream"), Some("text/html"), None];
    const TIMES: &[u64] = &[0, 1000, 60_000, LONGEST, u64::MAX];
    const CHUNKS: &[&str] = &[
        "data: x\n\n",
        "id: 1\ndata: x\n\n",
        "id: 2\n\n",
        "id\n\n",
        ": c\n\n",
        "retry: 0\n",
        "retry: 1500\n",
        "retry: 70000\n",
        "retry: 99999999999999999999\n",
        "event: e\n",
        "data: cut",
        "id: cut",
        "\n\n",
        "\r",
        "data\n\ndata\n\n",
        "",
    ];
    let response = (select(STATUSES), select(CONTENT_TYPES), option::of(select(TIMES)))
        .prop_map(|(status, content_type, retry_after)| Happening::Response { status, content_type, retry_after });
    prop_oneof![
        12 => response,
        12 => select(CHUNKS).prop_map(Happening::Chunk),
        6 => Just(Happening::EndOfBody),
        6 => Just(Happening::NetworkError),
        16 => Just(Happening::WaitIsOver),
        1 => select(&[Happening::RequestError, Happening::Close][..]),
    ]
}

pub fn any_options() -> impl Strategy<Value = Options> {
    let backoff = (
        select(&[0, 100, 3000, 3000, 45_000, u64::MAX][..]),
        select(&[0, 30_000, 30_000, u64::MAX][..]),
        select(&[None, None, Some(0), Some(1), Some(3)][..]),
    )
        .prop_map(|(delay, max_delay, max_attempts)| Backoff { delay, max_delay, max_attempts });
    (
        any::<bool>(),
        select(&[Reconnect::Standard, Reconnect::Allowed, Reconnect::Never][..]),
        backoff,
        select(&[None, Some(EndOfBody::Reconnect), Some(EndOfBody::Close)][..]),
        select(&["", "0"][..]),
    )
        .prop_map(|(is_get, reconnect, backoff, end, last_event_id)| Options {
            is_get,
            reconnect,
            backoff,
            end,
            last_event_id: last_event_id.to_owned(),
            ..Options::default()
        })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Fetching,
    Streaming,
    Waiting,
    Closed,
}

/// What the contract expects.
#[derive(Debug)]
pub enum Expected {
    Announce,
    /// With the bounds of the wait.
    Reestablish(Reason, Option<u16>, u64, u64),
    Fail(Reason, Option<u16>),
    Close,
    /// Closed, whether or not an error is fired: the contract does not say.
    CloseOrFail,
}

/// Where a connection is, by the contract.
pub struct Model {
    options: Options,
    pub phase: Phase,
    attempt: u32,
    /// Tries since the last message.
    tries: u32,
    message_since_last_try: bool,
    pub reconnection_time: Option<u64>,
    pub last_event_id: String,
    /// The last event ID string and the bytes of the stream so far.
    stream: (String, Vec<u8>),
}

impl Model {
    pub fn new(options: Options) -> Self {
        Self {
            phase: Phase::Fetching,
            attempt: 1,
            tries: 0,
            message_since_last_try: false,
            reconnection_time: None,
            last_event_id: options.last_event_id.clone(),
            stream: (String::new(), vec![]),
            options,
        }
    }

    pub fn ready_state(&self) -> ReadyState {
        match self.phase {
            Phase::Fetching | Phase::Waiting => ReadyState::Connecting,
            Phase::Streaming => ReadyState::Open,
            Phase::Closed => ReadyState::Closed,
        }
    }

    fn can_happen(&self, happening: &Happening) -> bool {
        match happening {
            Happening::Response { .. } | Happening::RequestError => self.phase == Phase::Fetching,
            Happening::Chunk(_) | Happening::EndOfBody => self.phase == Phase::Streaming,
            Happening::NetworkError => matches!(self.phase, Phase::Fetching | Phase::Streaming),
            Happening::WaitIsOver => self.phase == Phase::Waiting,
            Happening::Close => self.phase != Phase::Closed,
        }
    }

    fn fail(&mut self, reason: Reason, status: Option<u16>) -> Expected {
        self.phase = Phase::Closed;
        Expected::Fail(reason, status)
    }

    fn reestablish(&mut self, reason: Reason, status: Option<u16>, retry_after: u64) -> Expected {
        if self.message_since_last_try {
            self.tries = 0;
        }
        let Backoff { delay, max_delay, max_attempts } = self.options.backoff;
        if max_attempts.is_some_and(|most| self.tries >= most) {
            return self.fail(Reason::Attempts, status);
        }
        self.tries += 1;
        // Section 4 of the design, word by word, in numbers that cannot overflow.
        let [delay, max_delay, longest] = [delay, max_delay, LONGEST].map(u128::from);
        let r = self.reconnection_time.map_or(delay, |retry| u128::from(retry).max(delay.min(500))).min(longest);
        let spread = if self.message_since_last_try {
            r / 10
        } else {
            max_delay.min(r * 2_u128.pow(self.tries.min(90))).saturating_sub(r)
        };
        let bounded = |wait: u128| u64::try_from(wait.max(u128::from(retry_after)).min(longest)).unwrap();
        self.message_since_last_try = false;
        self.phase = Phase::Waiting;
        Expected::Reestablish(reason, status, bounded(r), bounded(r + spread))
    }

    /// What is to follow, for all that can happen but chunks, the end of a wait and `close()`.
    fn expect(&mut self, happening: &Happening) -> Expected {
        let Options { is_get, reconnect, end, .. } = self.options;
        match *happening {
            Happening::Response { status: 200, content_type: Some("text/event-stream"), .. } => {
                self.phase = Phase::Streaming;
                self.stream = (self.last_event_id.clone(), vec![]);
                Expected::Announce
            }
            Happening::Response { status: 200, .. } => self.fail(Reason::ContentType, Some(200)),
            Happening::Response { status, retry_after, .. } => {
                if reconnect == Reconnect::Allowed && (matches!(status, 408 | 425 | 429) || status >= 500) {
                    self.reestablish(Reason::Status, Some(status), retry_after.unwrap_or(0))
                } else {
                    self.fail(Reason::Status, Some(status))
                }
            }
            Happening::EndOfBody => {
                let reconnects = end.map_or(is_get, |end| end == EndOfBody::Reconnect);
                if !reconnects {
                    self.phase = Phase::Closed;
                    Expected::Close
                } else if reconnect == Reconnect::Never {
                    self.phase = Phase::Closed;
                    Expected::CloseOrFail
                } else {
                    self.reestablish(Reason::End, None, 0)
                }
            }
            Happening::NetworkError => {
                let reason = if self.phase == Phase::Streaming { Reason::Interrupted } else { Reason::Network };
                if reconnect == Reconnect::Allowed || (reconnect == Reconnect::Standard && is_get) {
                    self.reestablish(reason, None, 0)
                } else {
                    self.fail(reason, None)
                }
            }
            Happening::RequestError => self.fail(Reason::Request, None),
            Happening::Chunk(_) | Happening::WaitIsOver | Happening::Close => unreachable!("{happening:?}"),
        }
    }

    fn expect_rows(&mut self, chunk: &str) -> Vec<Row> {
        let (id, bytes) = &mut self.stream;
        let before = standard::read(bytes, id).rows.len();
        bytes.extend_from_slice(chunk.as_bytes());
        let outcome = standard::read(bytes, id);
        self.last_event_id = outcome.last_event_id;
        self.reconnection_time = outcome.reconnection_time.or(self.reconnection_time);
        let rows = outcome.rows[before..].to_vec();
        self.message_since_last_try |= rows.iter().any(|row| matches!(row, Row::Message { .. }));
        rows
    }

    /// Lets it happen to the connection, if it can happen now, and compares what follows.
    pub fn step(
        &mut self,
        connection: &mut Connection,
        happening: &Happening,
        random: f64,
    ) -> Result<(), TestCaseError> {
        if self.phase == Phase::Closed {
            // Late news, in any order.
            prop_assert_eq!(happening.perform(connection, random), Action::Nothing);
        } else if self.can_happen(happening) {
            match happening {
                Happening::Chunk(chunk) => {
                    prop_assert_eq!(draw(connection.handle_chunk(chunk.as_bytes())), self.expect_rows(chunk));
                    prop_assert_eq!(connection.check_limit(), None);
                }
                Happening::WaitIsOver => {
                    prop_assert_eq!(connection.handle_timeout(), Action::Fetch);
                    self.phase = Phase::Fetching;
                    self.attempt += 1;
                }
                Happening::Close => {
                    connection.close();
                    self.phase = Phase::Closed;
                }
                _ => {
                    let expected = self.expect(happening);
                    let action = happening.perform(connection, random);
                    expected.check(action, self.attempt, random)?;
                }
            }
        }
        Ok(())
    }
}

impl Happening {
    /// Tells the connection.
    pub fn perform(&self, connection: &mut Connection, random: f64) -> Action {
        match *self {
            Happening::Response { status, content_type, retry_after } => {
                connection.handle_response(ResponseHead { status, content_type, retry_after }, random)
            }
            Happening::EndOfBody => connection.handle_end_of_body(random),
            Happening::NetworkError => connection.handle_network_error(random),
            Happening::RequestError => connection.handle_request_error(),
            Happening::WaitIsOver => connection.handle_timeout(),
            Happening::Chunk(chunk) => {
                draw(connection.handle_chunk(chunk.as_bytes()));
                connection.check_limit().unwrap_or(Action::Nothing)
            }
            Happening::Close => {
                connection.close();
                Action::Nothing
            }
        }
    }
}

impl Expected {
    fn check(&self, action: Action, attempt: u32, random: f64) -> Result<(), TestCaseError> {
        match (self, action) {
            (Expected::Announce, Action::AnnounceConnection)
            | (Expected::Close | Expected::CloseOrFail, Action::CloseConnection) => {}
            (Expected::CloseOrFail, Action::FailConnection(failure)) => prop_assert_eq!(failure.delay, None),
            (&Expected::Fail(reason, status), Action::FailConnection(failure)) => {
                prop_assert_eq!(failure.delay, None);
                prop_assert_eq!((failure.reason, failure.attempt), (reason, attempt));
                // Whether giving up tells the status of the last answer, the contract does not say.
                prop_assert!(failure.status == status || reason == Reason::Attempts);
            }
            (&Expected::Reestablish(reason, status, shortest, longest), Action::ReestablishConnection(failure)) => {
                prop_assert_eq!((failure.reason, failure.status, failure.attempt), (reason, status, attempt));
                let delay = failure.delay.unwrap();
                prop_assert!((shortest..=longest).contains(&delay), "{delay} is not in {shortest}..={longest}");
                if random == 0.0 {
                    prop_assert_eq!(delay, shortest);
                } else if random > 0.99 {
                    let near = shortest + (longest - shortest) / 10 * 9;
                    prop_assert!(delay >= near, "{delay} is not near {longest}");
                }
            }
            _ => prop_assert!(false, "{action:?} and not {self:?}"),
        }
        Ok(())
    }
}

/// For the spread of waits: its ends, and anything between.
pub fn random() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(0.999_999), 0.0..1.0]
}
