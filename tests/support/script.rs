//! Turns a fuzzer's input into the life of a connection: options, then events, byte by byte.

use std::time::Duration;

use headwater::{
    Action, Backoff, Connection, EndOfBody, Failure, Note, Options, ReadyState, Reason, Reconnect, RequestHead,
};

use crate::{
    contract::{LONGEST, Model},
    happening::Happening,
    randomness::drawn,
    standard::draw,
    times::ms,
};

const TIMES: [u64; 8] = [0, 5, 1000, 45_000, 60_000, LONGEST, LONGEST + 1, u64::MAX];
const STATUSES: [u16; 16] = [200, 200, 200, 201, 204, 301, 404, 408, 425, 429, 499, 500, 503, 599, 600, 0];
const CONTENT_TYPES: [Option<&str>; 4] = [Some("text/event-stream"), None, Some("text/html"), Some("")];
const RANDOM: [f64; 12] =
    [0.0, 0.25, 0.5, 0.999, 0.999_999, 1.0, -1.0, 2.0, 1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
const CHUNKS: [&[u8]; 16] = [
    b"data: x\n\n",
    b"id: 1\ndata: x\n\n",
    b"id: 2\n\n",
    b"id\n\n",
    b":\n",
    b"retry: 0\n",
    b"retry: 1500\n",
    b"retry: 3000000000\n",
    b"retry: 99999999999999999999\n",
    b"event: e\n",
    b"data: cut",
    b"id: cut",
    b"\n\n",
    b"\r",
    b"data\n\ndata\n\n",
    b"",
];

/// Panics if a connection violates the rules during the events of this input. With the first bit
/// set, the events come in a possible order and the contract defines each result; otherwise they
/// come in any order.
pub fn play(input: &[u8]) {
    let mut script = Script(input.iter());
    let Some(options) = script.options() else { return };
    let mut connection = Connection::new(options.clone(), drawn);
    if input[0] & 1 == 1 {
        let mut model = Model::new(Options { max_event_size: Options::default().max_event_size, ..options });
        while let Some((happening, random)) = script.happening() {
            model.step(&mut connection, &happening, random);
        }
    } else {
        while let Some((happening, random)) = script.happening() {
            happen(&mut connection, &happening, random);
        }
    }
}

/// Checks the rules that hold in every order of events.
fn happen(connection: &mut Connection, happening: &Happening, random: f64) {
    let (before, id, attempt) = (connection.ready_state(), connection.last_event_id().to_owned(), connection.attempt());
    if before == ReadyState::Closed {
        if let Happening::Chunk(chunk) = happening {
            assert!(draw(connection.handle_chunk(chunk)).is_empty(), "a closed connection has no messages");
        }
        assert_eq!(happening.perform(connection, random), Action::Nothing, "{happening:?}");
        assert_eq!(connection.ready_state(), ReadyState::Closed, "a closed connection stays closed: {happening:?}");
        assert_eq!(connection.last_event_id(), id, "{happening:?}");
        assert_eq!(connection.attempt(), attempt, "{happening:?}");
        return;
    }
    let undecided = connection.failure().filter(|_| connection.is_undecided());
    let action = happening.perform(connection, random);
    let after = connection.ready_state();
    match action {
        Action::AnnounceConnection => assert_eq!(after, ReadyState::Open),
        Action::ReestablishConnection(failure) => {
            assert_eq!(after, ReadyState::Connecting);
            match (undecided, happening) {
                (Some(undecided), &Happening::Decide(delay)) => {
                    assert_eq!(failure.delay, delay.map(|delay| ms(delay.min(LONGEST))));
                    assert_eq!(failure.backoff, undecided.backoff);
                }
                _ => check(&failure, attempt, connection.reconnection_time()),
            }
        }
        Action::AwaitDecision(failure) => {
            assert_eq!((after, connection.failure()), (ReadyState::Connecting, Some(failure)));
            assert!(failure.delay.is_none_or(|delay| delay == failure.backoff));
            check_backoff(&failure, connection.reconnection_time());
        }
        Action::FailConnection(failure) => {
            assert_eq!(after, ReadyState::Closed);
            assert_eq!((failure.delay, failure.attempt), (None, attempt));
            check_backoff(&failure, connection.reconnection_time());
        }
        Action::CloseConnection => assert_eq!(after, ReadyState::Closed),
        Action::Fetch => assert_eq!(connection.attempt(), attempt.saturating_add(1)),
        Action::Probe => assert_eq!(before, ReadyState::Connecting),
        Action::Nothing => assert!(after == before || matches!(happening, Happening::Close)),
    }
    if undecided.is_some() && !matches!(happening, Happening::Decide(_) | Happening::Close) {
        assert_eq!(
            (action, connection.failure()),
            (Action::Nothing, undecided),
            "the failure is still undecided: {happening:?}"
        );
        assert!(connection.is_undecided(), "the failure is still undecided: {happening:?}");
    }
    assert!(after == ReadyState::Closed || !matches!(happening, Happening::Close), "close() closes the connection");
}

fn check(failure: &Failure, attempt: u32, reconnection_time: Option<Duration>) {
    assert_eq!(failure.attempt, attempt);
    assert!(!failure.message().is_empty());
    let delay = failure.delay.unwrap();
    if failure.note == Note::Paused {
        assert_eq!((delay, failure.reason), (ms(0), Reason::Interrupted));
    } else {
        assert_eq!(delay, failure.backoff);
        check_backoff(failure, reconnection_time);
    }
}

fn check_backoff(failure: &Failure, reconnection_time: Option<Duration>) {
    let wait = failure.backoff;
    assert!(wait <= ms(LONGEST), "{wait:?} overflows a timer");
    let least = reconnection_time.unwrap_or_default().min(ms(LONGEST));
    assert!(wait >= least, "{wait:?} is below the server's {reconnection_time:?}");
}

struct Script<'i>(core::slice::Iter<'i, u8>);

impl Script<'_> {
    fn byte(&mut self) -> Option<u8> {
        self.0.next().copied()
    }

    /// Returns the value that the next byte selects.
    fn one_of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let index = usize::from(self.byte()?) % all.len();
        Some(all[index])
    }

    fn options(&mut self) -> Option<Options> {
        let bits = self.byte()?;
        let is_wild = bits & 1 == 0;
        let reconnect =
            self.one_of(&[Reconnect::Standard, Reconnect::Allowed, Reconnect::Decided, Reconnect::Never])?;
        let end = self.one_of(&[
            None,
            Some(EndOfBody::Reconnect),
            Some(EndOfBody::Close),
            Some(EndOfBody::Interrupted),
            Some(EndOfBody::Fail),
        ])?;
        let backoff = match bits >> 4 & 3 {
            0 => Backoff::default(),
            _ => Backoff {
                delay: ms(self.one_of(&TIMES)?),
                max_delay: ms(self.one_of(&TIMES)?),
                // A caller that decides needs no limit.
                max_retries: self.one_of(&[None, Some(0), Some(2)])?.filter(|_| reconnect != Reconnect::Decided),
            },
        };
        let default = Options::default();
        Some(Options {
            is_get: bits & 2 == 0,
            can_probe: bits & 4 == 0,
            last_event_id: if bits & 8 == 0 { String::new() } else { "0".to_owned() },
            max_event_size: if is_wild && bits & 64 != 0 { 16 } else { default.max_event_size },
            reconnect,
            end,
            backoff,
        })
    }

    fn happening(&mut self) -> Option<(Happening, f64)> {
        let kind = self.byte()?;
        let happening = match kind % 16 {
            0 => Happening::Response { status: 200, content_type: Some("text/event-stream"), retry_after: None },
            1 => Happening::Request(RequestHead { is_get: true, preflights_last_event_id: kind & 16 != 0 }),
            2 => Happening::Request(RequestHead { is_get: kind & 32 != 0, preflights_last_event_id: kind & 16 != 0 }),
            3 => Happening::UnknownRequest,
            4 => Happening::Response {
                status: self.one_of(&STATUSES)?,
                content_type: self.one_of(&CONTENT_TYPES)?,
                retry_after: self.one_of(&TIMES).filter(|_| kind & 16 != 0),
            },
            5 => Happening::Chunk(self.one_of(&CHUNKS)?.to_vec()),
            // Any bytes, up to one that is invalid in UTF-8.
            6 => Happening::Chunk(self.0.by_ref().take_while(|&&byte| byte != 0xFE).copied().collect()),
            7 => Happening::EndOfBody,
            8 => Happening::NetworkError,
            9 => Happening::Probe { answered: kind & 16 != 0 },
            10 => Happening::WaitIsOver,
            11 => Happening::Silence,
            12 => match kind >> 4 & 3 {
                0 => Happening::Interruption,
                1 => Happening::Close,
                _ => Happening::RequestError,
            },
            13 => Happening::Pause,
            14 => Happening::ShortenWait,
            _ => Happening::Decide(self.one_of(&TIMES).filter(|_| kind & 16 != 0)),
        };
        let random = if kind & 128 == 0 { 0.0 } else { self.one_of(&RANDOM)? };
        Some((happening, random))
    }
}
