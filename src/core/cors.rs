//! The suspicion that a failed request was answered, and that the answer is kept from us: a server
//! that does not allow this origin looks like a broken network to `fetch`.

/// What is known of a server's will to answer this origin.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Whether the server may be asked by another request.
    can_probe: bool,
    /// This origin was answered.
    served: bool,
    /// The server answers, though perhaps not us: the next failure is a refusal.
    suspected: bool,
    header: Header,
}

/// Whether the server lets this origin send `Last-Event-ID`, which it is asked before each request
/// that has it.
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
    /// This origin was refused, and never served.
    Refused,
    /// The header was refused, by a server that serves this origin without it.
    HeaderRefused,
    Broken,
}

impl Refusal {
    pub(crate) fn new(can_probe: bool) -> Self {
        Self { can_probe, served: false, suspected: false, header: Header::Unknown }
    }

    pub(crate) fn handle_answer(&mut self, with_header: bool) {
        self.served = true;
        self.suspected = false;
        if with_header {
            self.header = Header::Allowed;
        }
    }

    /// `with_header`: the request had `Last-Event-ID` and went to another origin, where it may be
    /// refused by itself, however often requests without it were answered.
    pub(crate) fn handle_network_error(&mut self, with_header: bool) -> Verdict {
        let suspected = core::mem::take(&mut self.suspected);
        match (self.served, with_header, self.header) {
            (false, ..) if !self.can_probe => Verdict::Broken,
            (false, ..) if suspected => Verdict::Refused,
            (false, ..) => Verdict::Probe,
            (true, true, Header::Refused) => Verdict::HeaderRefused,
            (true, true, Header::Unknown) if suspected => {
                self.header = Header::Refused;
                Verdict::HeaderRefused
            }
            (true, true, Header::Unknown) if self.can_probe => Verdict::Probe,
            (true, ..) => Verdict::Broken,
        }
    }

    /// The probe was answered, by an answer that is kept from us.
    pub(crate) fn suspect(&mut self) {
        self.suspected = true;
    }

    /// The request has ended in a way that says nothing of the server's will.
    pub(crate) fn forget(&mut self) {
        self.suspected = false;
    }
}
