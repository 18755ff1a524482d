//! Sets the CORS headers, and responds to preflights.

use crate::http::Request;
use crate::program::Program;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cors {
    /// Everything is allowed, with credentials.
    Allowed,
    /// No CORS header at all, not even on the preflight.
    Refused,
    /// Allowed, but the preflight names every requested header except Last-Event-ID, as nchan's
    /// does.
    WithoutLastEventId,
}

impl Cors {
    /// Adds the headers that allow the request's origin to read the response, unless it is refused.
    pub fn allow(self, request: &Request, program: Program) -> Program {
        match request.header("origin") {
            Some(origin) if self != Self::Refused => program
                .default_header("Access-Control-Allow-Origin", origin)
                .default_header("Access-Control-Allow-Credentials", "true")
                // With credentials, a `*` would be a literal name.
                .default_header("Access-Control-Expose-Headers", "Retry-After, X-Reason, Content-Type"),
            _ => program,
        }
    }

    pub fn answer_preflight(self, request: &Request) -> Program {
        let program = Program::with_status(204);
        if self == Self::Refused {
            return program;
        }
        let requested = request.header("access-control-request-headers").unwrap_or_default();
        let requested = String::from_utf8_lossy(requested);
        let names = requested.split(',').map(str::trim);
        let refused = |name: &str| self == Self::WithoutLastEventId && name.eq_ignore_ascii_case("last-event-id");
        let allowed: Vec<_> = names.filter(|name| !refused(name)).collect();
        program
            .header("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
            .header("Access-Control-Allow-Headers", allowed.join(", "))
            // Without this header, the number of preflights in the log would depend on the speed of
            // a test.
            .header("Access-Control-Max-Age", "0")
    }
}
