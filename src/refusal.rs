//! Owns the suspicion that a failed request was answered, and that the answer is kept from us: a server that does not
//! allow this origin looks like a broken network to `fetch`. Must not know what follows from it.

/// What is known of a server's will to answer this origin.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Whether the server may be asked by another request.
    can_probe: bool,
    state: State,
    header: Header,
}

/// Whether the last request may be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Possible,
    /// The server answers, though perhaps not us: the next failure is a refusal.
    Suspected,
    RuledOut,
}

/// Whether the server lets this origin send `Last-Event-ID`, which it is asked before each request that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Header {
    Unknown,
    Allowed,
    Refused,
}

/// What a request without an answer means.
pub(crate) enum Verdict {
    /// Not known yet: the server is to be asked whether it answers at all.
    Probe,
    Refused,
    Broken,
}

impl Refusal {
    pub(crate) fn new(can_probe: bool) -> Self {
        Self { can_probe, state: if can_probe { State::Possible } else { State::RuledOut }, header: Header::Unknown }
    }

    /// A request is made. `with_header`: to another origin, with `Last-Event-ID`, which may be refused by itself, however
    /// often requests without it were answered.
    pub(crate) fn handle_request(&mut self, with_header: bool) {
        if self.can_probe && with_header && self.header == Header::Unknown && self.state == State::RuledOut {
            self.state = State::Possible;
        }
    }

    pub(crate) fn handle_answer(&mut self, with_header: bool) {
        self.state = State::RuledOut;
        if with_header {
            self.header = Header::Allowed;
        }
    }

    pub(crate) fn handle_network_error(&mut self, with_header: bool) -> Verdict {
        match self.state {
            State::Possible => Verdict::Probe,
            State::Suspected => {
                self.state = State::RuledOut;
                if with_header {
                    self.header = Header::Refused;
                }
                Verdict::Refused
            }
            State::RuledOut if with_header && self.header == Header::Refused => Verdict::Refused,
            State::RuledOut => Verdict::Broken,
        }
    }

    /// The probe was answered, by an answer that is kept from us.
    pub(crate) fn suspect(&mut self) {
        self.state = State::Suspected;
    }

    /// The request was given up, so that its failure says nothing.
    pub(crate) fn handle_interruption(&mut self) {
        if self.state == State::Suspected {
            self.state = State::Possible;
        }
    }
}
