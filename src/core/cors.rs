//! Finds out whether a failed request was refused: with `fetch`, a server that does not allow this
//! origin looks like a network error.

/// Keeps the evidence that a server refuses this origin or the header `Last-Event-ID`.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Whether a probe may be sent to the server.
    can_probe: bool,
    /// Whether this origin has received a response.
    served: bool,
    /// The server has responded to a probe, but this origin could not read the response. If the
    /// next request fails too, the server refuses this origin or the header.
    suspected: bool,
    header: Header,
}

/// Whether the server allows this origin to send `Last-Event-ID`. Browsers ask for it in a
/// preflight before each request with the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Header {
    Unknown,
    Allowed,
    Refused,
}

/// The conclusion from a request that got no response.
pub(crate) enum Verdict {
    /// Unknown: a probe must find out whether the server responds at all.
    Probe,
    /// The server refuses this origin and has never responded to it.
    Refused,
    /// The server refuses the header, and serves this origin without it.
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

    /// `with_header`: the request had `Last-Event-ID` and went to another origin. A server can
    /// refuse this header even if it responds to requests without the header.
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

    /// The server responded to the probe, with a response that this origin cannot read.
    pub(crate) fn suspect(&mut self) {
        self.suspected = true;
    }

    /// The request ended for a reason that says nothing about a refusal.
    pub(crate) fn forget(&mut self) {
        self.suspected = false;
    }
}
