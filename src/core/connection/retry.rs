//! Decides whether another attempt follows a failed one: by the method, the status, the limit of
//! retries and the caller's decision.

use core::time::Duration;

use super::{Connection, State};
use crate::core::{
    action::Action,
    error::{Failure, Note, Reason},
    options::Reconnect,
    reconnection::MAX_DELAY,
};

impl Connection {
    /// Decides about the failure of [`Action::AwaitDecision`]: `delay` is the wait before the next
    /// attempt, and `None` gives up. [`Failure::delay`] is the default, and [`Failure::backoff`] is
    /// the wait with backoff. Returns the action that carries out the decision, with the updated
    /// failure. Returns [`Action::Nothing`] if no failure awaits a decision.
    ///
    /// ```
    /// use headwater::{Action, Connection, Options, ReadyState, Reconnect, ResponseHead};
    ///
    /// let mut connection = Connection::new(Options { reconnect: Reconnect::Decided, ..Options::default() }, || 0.5);
    /// let head = ResponseHead { status: 503, content_type: None, retry_after: None };
    /// let Action::AwaitDecision(failure) = connection.handle_response(head) else { unreachable!() };
    /// // The standard gives up after a 503. This caller waits with backoff and tries again.
    /// assert_eq!((failure.delay, connection.ready_state()), (None, ReadyState::Connecting));
    /// assert!(matches!(connection.decide(Some(failure.backoff)), Action::ReestablishConnection(_)));
    /// assert_eq!(connection.handle_wait_over(), Action::Fetch);
    /// ```
    pub fn decide(&mut self, delay: Option<Duration>) -> Action {
        let Some(mut failure) = self.failure.filter(|_| self.is_undecided()) else { return Action::Nothing };
        if delay != failure.delay {
            self.shortest_wait = None;
        }
        failure.delay = delay.map(|delay| delay.min(Duration::from_millis(MAX_DELAY)));
        self.carry_out(failure)
    }

    /// Returns whether the last request may be repeated.
    #[must_use]
    pub fn may_repeat(&self) -> bool {
        match self.options.reconnect {
            Reconnect::Standard | Reconnect::Decided => self.request.is_get,
            Reconnect::Allowed => true,
            Reconnect::Never => false,
        }
    }

    /// Returns whether the request may be repeated after a response with this status, which is not
    /// 200. It may be repeated if the caller allows repetitions and the status means "later": 408
    /// and 5xx ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-15)), 425 ([RFC
    /// 8470](https://www.rfc-editor.org/rfc/rfc8470#section-5.2)) and 429 ([RFC
    /// 6585](https://www.rfc-editor.org/rfc/rfc6585#section-4)).
    pub(super) fn may_repeat_after(&self, status: u16) -> bool {
        matches!(status, 408 | 425 | 429 | 500..=599) && self.options.reconnect == Reconnect::Allowed
    }

    /// Like [`Connection::may_repeat`], but also checks the limit of tries, except for a feed (see
    /// `is_feed`).
    pub(crate) fn may_repeat_once_more(&mut self) -> bool {
        if self.may_repeat() && !self.is_feed() {
            self.has_progressed();
            return !self.is_exhausted();
        }
        self.may_repeat()
    }

    /// Returns whether the stream is a feed: the response to a GET, which can be requested again
    /// without cost or side effects. A GET that resumes the response to another method does not
    /// count, because it is part of that response.
    pub(super) fn is_feed(&self) -> bool {
        self.options.is_get && self.request.is_get
    }

    pub(super) fn reestablish(&mut self, reason: Reason) -> Action {
        self.end_attempt(reason, None, self.may_repeat(), 0)
    }

    /// Ends an attempt. If another one follows, it waits for at least `retry_after` milliseconds.
    pub(super) fn end_attempt(
        &mut self,
        reason: Reason,
        status: Option<u16>,
        may_repeat: bool,
        retry_after: u64,
    ) -> Action {
        if self.is_at_rest() {
            return Action::Nothing;
        }
        let may_be_header = self.request.preflights_last_event_id && matches!(reason, Reason::Network | Reason::Cors);
        let note = if may_be_header { Note::LastEventIdPreflight } else { Note::None };
        self.refusal.forget();
        let has_progressed = self.has_progressed();
        let backoff = &self.options.backoff;
        let retry_after = retry_after.min(MAX_DELAY);
        let base = backoff.reconnection_time(self.parser.reconnection_millis());
        let wait = backoff.wait(base, self.tries, has_progressed, (self.random)()).max(retry_after);
        let wait = Duration::from_millis(wait);
        let mut failure = Failure { reason, status, attempt: self.attempt, delay: None, backoff: wait, note };
        if may_repeat && self.is_exhausted() {
            failure.reason = Reason::Attempts;
        } else if may_repeat {
            failure.delay = Some(wait);
        }
        self.shortest_wait = Some(base.max(retry_after));
        if self.options.reconnect == Reconnect::Decided && failure.is_decidable() {
            self.state = State::Undecided;
            self.failure = Some(failure);
            return Action::AwaitDecision(failure);
        }
        self.carry_out(failure)
    }

    /// Waits for the failure's delay. Without a delay, fails the connection.
    fn carry_out(&mut self, failure: Failure) -> Action {
        self.failure = Some(failure);
        if failure.delay.is_none() {
            self.state = State::Closed;
            return Action::FailConnection(failure);
        }
        self.state = State::Waiting;
        self.tries = self.tries.saturating_add(1);
        Action::ReestablishConnection(failure)
    }

    /// Returns whether there was progress since the last failed attempt. If there was, the tries
    /// are counted from 0 again.
    pub(super) fn has_progressed(&mut self) -> bool {
        let has_progressed =
            self.progress.has_advanced(self.parser.last_event_id(), self.parser.dispatched(), self.is_feed());
        if has_progressed {
            self.tries = 0;
        }
        has_progressed
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.options.backoff.max_retries.is_some_and(|most| self.tries >= most)
    }
}

/// The furthest point that the attempts have reached.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The [`position`] of the furthest last event ID string that a failed attempt has reached.
    furthest: (u64, u64),
    /// The number of messages at the last failed attempt.
    dispatched: u64,
}

impl Progress {
    /// Returns whether the failed attempt got further than earlier attempts. For a feed, any
    /// message shows that. Other requests may cost money or have side effects each time, and every
    /// response begins with some message. So for other requests, only a last event ID that has
    /// advanced shows that the server continues instead of starting again.
    ///
    /// Most IDs end in a number. If a server starts again with such IDs, they do not count as
    /// progress until they exceed the furthest number so far. A server that starts again with
    /// different IDs each time looks like a server that continues.
    fn has_advanced(&mut self, last_event_id: &str, dispatched: u64, is_feed: bool) -> bool {
        let (before, before_number) = self.furthest;
        let (text, number) = match last_event_id {
            "" => self.furthest,
            id => position(id),
        };
        let mut has_advanced = text != before || number > before_number;
        if has_advanced {
            self.furthest = (text, number);
        }
        if is_feed {
            has_advanced = dispatched > self.dispatched;
        }
        self.dispatched = dispatched;
        has_advanced
    }
}

/// Returns a hash of the text of a last event ID, and the number at its end. A position counts as
/// further if the text differs, or if the text is the same and the number is larger. If the number
/// is very long, its first digits count as text.
fn position(id: &str) -> (u64, u64) {
    let (mut text, mut number) = (0_u64, 0_u64);
    for byte in id.bytes() {
        let digit = u64::from(byte.wrapping_sub(b'0'));
        if digit < 10 && number >> 60 == 0 {
            // Digits count from 1 to 10, so that "0" is further than "".
            number = number * 10 + digit + 1;
        } else {
            text = (text ^ number).wrapping_mul(257).wrapping_add(byte.into());
            number = 0;
        }
    }
    (text, number)
}
