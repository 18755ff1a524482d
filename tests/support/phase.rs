//! The phases of a connection, by docs/behavior.md.

use headwater::ReadyState;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Fetching,
    Probing,
    Streaming,
    Waiting,
    /// The caller has not decided about a failure yet.
    Undecided,
    Closed,
}

impl Phase {
    pub fn ready_state(self) -> ReadyState {
        match self {
            Phase::Fetching | Phase::Probing | Phase::Waiting | Phase::Undecided => ReadyState::Connecting,
            Phase::Streaming => ReadyState::Open,
            Phase::Closed => ReadyState::Closed,
        }
    }
}
