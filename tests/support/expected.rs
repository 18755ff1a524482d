//! Compares an action with the one that docs/behavior.md expects.

use std::time::Duration;

use headwater::{Action, Failure, Note, Reason};

use crate::standard::in_ms;

/// The action that the contract expects.
#[derive(Debug)]
pub enum Expected {
    Fetch,
    Probe,
    Announce,
    Reestablish {
        reason: Reason,
        status: Option<u16>,
        note: Note,
        wait: Wait,
    },
    Fail {
        reason: Reason,
        status: Option<u16>,
        note: Note,
        /// The wait that backing off requires.
        wait: Wait,
    },
    /// The caller decides about the failure, which otherwise would be reported.
    AwaitDecision(Box<Expected>),
    Close,
    /// Closed, with or without an `error` event: the contract does not define it.
    CloseOrFail,
}

/// Returns all values of a failure, in the order of its declaration.
pub fn told(failure: Failure) -> (Reason, Option<u16>, u32, Option<Duration>, Note) {
    let Failure { reason, status, attempt, delay, backoff, note, .. } = failure;
    assert!(delay.is_none_or(|delay| delay == backoff), "{failure:?}");
    (reason, status, attempt, delay, note)
}

/// The bounds of a wait in milliseconds.
#[derive(Debug)]
pub struct Wait {
    pub shortest: u64,
    pub longest: u64,
}

impl Expected {
    pub fn check(&self, action: Action, attempt: u32, random: f64) {
        match (self, action) {
            (Expected::Fetch, Action::Fetch)
            | (Expected::Probe, Action::Probe)
            | (Expected::Announce, Action::AnnounceConnection)
            | (Expected::Close | Expected::CloseOrFail, Action::CloseConnection) => {}
            (Expected::CloseOrFail, Action::FailConnection(failure)) => assert_eq!(failure.delay, None),
            (&Expected::Fail { reason, status, note, ref wait }, Action::FailConnection(failure)) => {
                // The contract does not define whether the final failure has the status of the last
                // response.
                let status = if reason == Reason::Attempts { failure.status } else { status };
                assert_eq!(told(failure), (reason, status, attempt, None, note));
                wait.check(failure.backoff, random);
            }
            (&Expected::Reestablish { reason, status, note, ref wait }, Action::ReestablishConnection(failure)) => {
                assert_eq!(told(failure), (reason, status, attempt, failure.delay, note));
                wait.check(failure.delay.unwrap(), random);
            }
            (Expected::AwaitDecision(expected), Action::AwaitDecision(failure)) => {
                let action = match failure.delay {
                    Some(_) => Action::ReestablishConnection(failure),
                    None => Action::FailConnection(failure),
                };
                expected.check(action, attempt, random);
            }
            _ => panic!("{action:?}, not {self:?}"),
        }
    }
}

impl Wait {
    fn check(&self, delay: Duration, random: f64) {
        let delay = in_ms(delay);
        let &Wait { shortest, longest } = self;
        assert!((shortest..=longest).contains(&delay), "{delay} is not in {shortest}..={longest}");
        if random == 0.0 {
            assert_eq!(delay, shortest);
        } else if random > 0.99 {
            assert!(delay >= shortest + (longest - shortest) / 10 * 9, "{delay} is not near {longest}");
        }
    }
}
